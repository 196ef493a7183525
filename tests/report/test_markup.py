import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.report.markup import Html, element, embedded_json, escaped, joined, table


def test_escaped_text_holds_no_markup() -> None:
    assert escaped("<b a='1'>\"&") == "&lt;b a=&#x27;1&#x27;&gt;&quot;&amp;"


def test_escaped_html_is_kept() -> None:
    assert escaped(Html("<b>x</b>")) == "<b>x</b>"


def test_escaped_none_is_nothing() -> None:
    assert escaped(None) == ""


def test_element_escapes_children_and_attributes() -> None:
    assert element("p", "<i>", title='"x"') == '<p title="&quot;x&quot;">&lt;i&gt;</p>'


def test_element_leaves_out_attributes_that_are_none() -> None:
    assert element("p", "x", class_="a", aria_label=None) == '<p class="a">x</p>'


def test_void_element_has_no_closing_tag() -> None:
    assert element("meta", charset="utf-8") == '<meta charset="utf-8"/>'


def test_joined_escapes_each_part() -> None:
    assert joined(["<", Html("<br>")]) == "&lt;<br>"


def test_table_marks_number_columns() -> None:
    found = table(("name", "pairs"), [("<a>", 1)], numbers=(1,))
    assert '<th scope="col" class="number">pairs</th>' in found
    assert '<td>&lt;a&gt;</td><td class="number">1</td>' in found


def test_table_row_of_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError):
        table(("one", "two"), [("only one",)])


@given(st.text())
def test_embedded_json_cannot_leave_its_script_and_reads_back(text: str) -> None:
    found = embedded_json({"text": text})
    assert found.isascii()
    assert not set(found) & set("<>&")
    assert json.loads(found) == {"text": text}


def test_embedded_json_refuses_nan() -> None:
    with pytest.raises(ValueError):
        embedded_json([float("nan")])
