import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from dromio.errors import MissingExtraError
from dromio.report import write_report
from dromio.report.page import rendered

from .sample import rows_in, sample_run

HOSTILE = "</script><script>alert(1)</script><img src=x onerror='alert(2)'>\"\u2028&amp;"

HEADINGS = {
    "summary": "What was found",
    "columns": "Columns as understood",
    "hot_values": "Very common values",
    "keys": "Keys and pairs",
    "weights": "Match weights and thresholds",
    "comparisons": "What counts for and against a match",
    "examples": "Example pairs, explained",
    "cluster_sizes": "Cluster sizes",
    "clusters": "Clusters worth a look",
    "calibration": "Can the probabilities be trusted?",
    "timings": "Time and memory",
}


class Page(HTMLParser):
    """What a browser would see: elements with their attributes, and the texts by the element they stand in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        tag = self.elements[-1][0] if self.elements else ""
        self.texts.append((tag, data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def inside(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag and text.strip()]


@pytest.fixture(scope="module")
def html() -> str:
    return rendered(sample_run())


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def specs(page: Page) -> list[Any]:
    return [json.loads(text) for text in page.inside("script")[:-1]]


def hostile(value: Any, path: str = "") -> Any:
    """Every text in the run made hostile, but for the kinds of examples."""
    if isinstance(value, Mapping):
        return {name: hostile(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [hostile(part, path) for part in value]
    return f"{value}{HOSTILE}" if isinstance(value, str) and path != "kind" else value


def test_page_of_a_full_run_has_every_section(page: Page) -> None:
    assert page.inside("h2") == [*HEADINGS.values(), "Words used here"]


def test_contents_link_to_every_section(page: Page) -> None:
    anchors = [f"#{section['id']}" for section in page.of("section")]
    assert [link["href"] for link in page.of("a")] == anchors
    assert len(set(anchors)) == len(anchors)


def test_every_chart_has_a_spec_a_label_and_a_place(page: Page) -> None:
    assert len(page.of("figure")) == len(specs(page)) == len(page.of("noscript")) == 15
    drawings = [found for found in page.of("div") if found.get("class") == "drawing"]
    assert all(found["aria-label"] for found in drawings)


@pytest.mark.parametrize("name", HEADINGS)
def test_page_of_one_section_holds_that_section_only(name: str) -> None:
    found = Page(rendered({name: sample_run()[name]}))
    assert [heading for heading in found.inside("h2") if heading != "Words used here"] == [HEADINGS[name]]


def test_page_of_an_empty_run_has_no_section_and_no_link() -> None:
    found = Page(rendered({}))
    assert found.inside("h1") == ["Identity resolution report"]
    assert not found.of("section")
    assert not found.of("a")


@pytest.mark.parametrize("empty", [None, [], {}])
def test_empty_sections_are_left_out_like_missing_ones(empty: Any) -> None:
    assert Page(rendered(dict.fromkeys(sample_run(), empty))).inside("h2") == []


def test_findings_tell_the_share_of_repeated_records(page: Page) -> None:
    assert "34.2%" in page.inside("dd")
    assert "100,000" in page.inside("dd")


def test_warnings_stand_in_a_note(page: Page) -> None:
    assert "1,318 pairs lie between the review and the match threshold." in page.inside("li")
    assert any(found.get("role") == "note" for found in page.of("div"))


def test_hostile_values_stay_text() -> None:
    html = rendered(hostile(sample_run()))
    found = Page(html)
    assert not found.of("img")
    assert len(found.of("script")) == len(specs(found)) + 1
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert "\u2028" not in "".join(found.inside("script"))
    assert any(HOSTILE in row.get("label", "") for row in rows_in(specs(found)))
    assert f"Maria{HOSTILE}" in "".join(text for _, text in found.texts)


def test_lone_surrogates_in_values_do_not_stop_the_report(tmp_path: Path) -> None:
    write_report({"summary": ["half a pair: \ud83d"]}, tmp_path / "report.html")
    assert "half a pair: ?" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_page_loads_nothing(page: Page) -> None:
    names = {name for name, _ in page.elements}
    assert not names & {"link", "img", "iframe", "object", "embed", "base", "form"}
    assert not [attributes for _, attributes in page.elements if "src" in attributes]
    style = "".join(page.inside("style"))
    assert "url(" not in style
    assert "@import" not in style
    assert "http" not in json.dumps(specs(page))


def test_policy_allows_this_style_and_this_script_only(page: Page) -> None:
    policy = next(found["content"] for found in page.of("meta") if "http-equiv" in found)
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    for rule, text in (("style-src", page.inside("style")), ("script-src", page.inside("script")[-1:])):
        digest = base64.b64encode(hashlib.sha256("".join(text).encode()).digest()).decode()
        assert rules[rule] == f"'sha256-{digest}'"
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in policy


def test_page_has_no_inline_styles_that_the_policy_would_stop(page: Page) -> None:
    assert not [attributes for _, attributes in page.elements if "style" in attributes]


def test_page_holds_the_script_once_and_stays_small(html: str) -> None:
    assert html.count("window.matchMedia(") == 1
    assert len(html.encode()) < 3_000_000


def test_equal_runs_give_equal_pages(html: str) -> None:
    assert rendered(sample_run()) == html


def test_report_does_not_depend_on_the_theme_of_a_notebook() -> None:
    import altair

    run = {"timings": sample_run()["timings"]}
    plain = rendered(run)
    with altair.theme.enable("dark"):
        assert rendered(run) == plain


def test_write_report_replaces_an_older_report(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    write_report({"summary": ["new"]}, path)
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert list(tmp_path.iterdir()) == [path]


def test_write_report_that_fails_leaves_the_older_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_report({"summary": ["new"]}, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("module", ["altair", "vl_convert"])
def test_write_report_without_its_extra_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"dromio\[report\]"):
        write_report({}, tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_importing_the_report_does_not_import_altair() -> None:
    code = (
        "import sys, dromio.report, dromio.report.charts; sys.exit(bool({'altair', 'vl_convert'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
