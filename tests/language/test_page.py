"""The page on the language says what is so."""

import re
from pathlib import Path

import pytest

from dromio.deciders.keys import derived_keys
from dromio.language.ast import Comparison, FuzzyType
from dromio.language.parser import parse
from dromio.language.to_model import to_model
from dromio.language.warnings import WarningCode, warnings_of

PAGE = (Path(__file__).parents[2] / "docs" / "rule-language.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```rules\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_example_is_read_without_a_warning_and_needs_no_scan(text: str) -> None:
    algorithm = parse(text)
    assert [one for one in warnings_of(algorithm) if one.code is not WarningCode.FULL_SCAN] == []
    assert derived_keys(to_model(algorithm).model).scans == ()


def test_the_first_example_has_the_three_keys_that_the_page_tells() -> None:
    assert list(map(str, derived_keys(to_model(parse(EXAMPLES[0])).model).keys)) == [
        "casefold(email.value) + casefold(familyname.value)",
        "phone.value + neighbours(givenname.value, 2)",
        "casefold(givenname.value) + casefold(familyname.value) + birthdate.value",
    ]


def test_python_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {})
    assert "equal(casefold(email.value))" in capsys.readouterr().out


@pytest.mark.parametrize("word", [*Comparison, *FuzzyType, "ELSE", "WHEN", "POSSIBLE MATCH", "DEFINITE MATCH"])
def test_every_word_is_told(word: str) -> None:
    assert word in PAGE
