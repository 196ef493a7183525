"""Examples in a model: what may be written, and every fault with its path."""

from __future__ import annotations

from typing import Any

import pytest

from dromio.errors import ModelError
from dromio.model.files import dump_model, parse_model
from dromio.model.schema import Model

HEAD = """
attributes:
- {name: mail, type: email, inputs: [{columns: {value: email}}]}
- {name: born, type: date, inputs: [{columns: {value: dob}}]}
rules:
- {name: same, when: equal(mail.address)}
examples:
"""


def faults(examples: str) -> dict[str, str]:
    with pytest.raises(ModelError) as caught:
        parse_model(HEAD + examples)
    return {fault.path: fault.message for fault in caught.value.faults}


def model(examples: str) -> Model:
    return parse_model(HEAD + examples)


def test_a_model_carries_its_examples_to_yaml_and_back() -> None:
    made = model("- {name: a, must_link: [{email: a@b.co, other: [x, null]}, {email: c@d.co, age: 4}]}")
    assert parse_model(dump_model(made)) == made
    assert (made.examples[0].expected, len(made.examples[0].records)) == ("must_link", 2)


def test_a_date_that_yaml_reads_as_one_is_the_text_it_was() -> None:
    made = model("- {name: a, cannot_link: [{dob: 2001-02-03}, {dob: '2001-02-03'}]}")
    assert made.examples[0].records == [{"dob": "2001-02-03"}] * 2
    assert made.examples[0].expected == "cannot_link"


@pytest.mark.parametrize("given", ["", ", must_link: [{email: a}, {email: b}], review: [{email: a}, {email: b}]"])
def test_an_example_expects_one_thing(given: str) -> None:
    assert "give exactly one of must_link, cannot_link, review" in faults("- {name: a" + given + "}")["examples.0"]


def test_one_record_is_no_example() -> None:
    assert "examples.0.review" in faults("- {name: a, review: [{email: a@b.co}]}")


def test_a_record_without_any_column_of_the_model_is_a_fault() -> None:
    found = faults("- {name: a, must_link: [{email: a@b.co}, {mail: a@b.co}]}")
    assert found == {"examples.0.must_link.1": "none of its columns is used by the model; columns are dob, email"}


def test_examples_have_names_of_their_own() -> None:
    one: Any = "- {name: a, review: [{email: a}, {email: b}]}\n"
    assert faults(one + one) == {"examples": "'a' is named twice"}
