"""The page of the report: sections, contents, style and script in one file that loads nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from dromio.errors import MissingExtraError
from dromio.report import result, understanding, words
from dromio.report.blocks import Section
from dromio.report.charts.base import altair
from dromio.report.figures import moment
from dromio.report.markup import Html, element

SECTIONS = (
    understanding.findings,
    understanding.columns,
    understanding.hot_values,
    understanding.keys,
    result.decisions,
    result.weights,
    result.comparisons,
    result.examples,
    result.cluster_sizes,
    result.clusters,
    result.calibration,
    result.timings,
    words.glossary,
)
"""The sections in the order of the page; each gives None when the run holds nothing for it."""


def write_report(run: Mapping[str, Any], path: Path) -> None:
    """Write the report of a run (the content of its run.json) as one HTML file that needs no network.

    Sections that the run lacks are left out. Equal runs give equal files. The file appears whole or not at all: it is
    written beside `path` and then takes its place. Raises MissingExtraError when Altair or vl-convert is not
    installed, and OSError when the file cannot be written.
    """
    page = rendered(run)
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        draft.write_text(page, encoding="utf-8", errors="replace", newline="\n")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def rendered(run: Mapping[str, Any]) -> Html:
    """The report as HTML text."""
    alt = altair()
    _vl_convert()
    with alt.theme.enable("none"), alt.data_transformers.enable("default", max_rows=None):
        sections = [section for build in SECTIONS if (section := build(run)) is not None]
    style, script = _file("page.css"), _script()
    body = element(
        "div",
        _header(run),
        element("div", _contents(sections), element("main", *(_section(part) for part in sections)), class_="columns"),
        _footer(),
        class_="page",
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style, script)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", "Dromio report"),
        element("style", style),
    )
    return Html(
        f"<!doctype html>\n{element('html', head, element('body', body, element('script', script)), lang='en')}\n"
    )


def _header(run: Mapping[str, Any]) -> Html:
    names = [str(source.get("name")) for source in run.get("inputs") or () if source.get("name")]
    facts = [
        f"Records of {', '.join(names)}" if names else None,
        f"started {moment(run['started'])}" if run.get("started") else None,
        f"Dromio {run['dromio']}" if run.get("dromio") else None,
    ]
    line = " · ".join(fact for fact in facts if fact)
    return element(
        "header", element("h1", "Identity resolution report"), element("p", line, class_="quiet") if line else None
    )


def _contents(sections: Sequence[Section]) -> Html:
    links = (element("li", element("a", part.title, href=f"#{part.anchor}")) for part in sections)
    return element("nav", element("strong", "On this page"), element("ol", *links), aria_label="Contents")


def _section(part: Section) -> Html:
    return element("section", element("h2", part.title), part.content, id=part.anchor)


def _footer() -> Html:
    return element(
        "footer",
        "This page is complete in itself: it loads nothing from the network. "
        "It shows values of the records, so treat it like the data.",
    )


def _file(name: str) -> Html:
    return Html(resources.files("dromio.report").joinpath(name).read_text(encoding="utf-8"))


@cache
def _script() -> Html:
    """Vega with the page's own script in it, without anything that could end its script element early."""
    version = ".".join(altair().SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    script: str = _vl_convert().javascript_bundle(_file("page.js"), vl_version=version)
    return Html(script.replace("</script", "<\\/script").replace("<!--", "<\\!--"))


def _vl_convert() -> Any:
    """The vl_convert module; MissingExtraError when it is not installed."""
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    return vl_convert


def _policy(style: str, script: str) -> str:
    """Content security policy: nothing may be loaded, and only this style and this script may run."""
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
