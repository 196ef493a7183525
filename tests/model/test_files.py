from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.errors import InputError, ModelError
from dromio.model.files import dump_model, json_schema, load_model, model_from, parse_model, save_model
from dromio.model.schema import Model

from .sample import changed, document

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PROBABILITY = st.floats(min_value=0, max_value=1, exclude_min=True, exclude_max=True, allow_subnormal=False)
LISTED = st.dictionaries(
    TEXT | st.sampled_from(["yes", "null", "1984", "1e5", "~", " x", "a: b", "#"]), PROBABILITY, max_size=4
)


@st.composite
def models(draw: st.DrawFn) -> Model:
    made = document()
    made["name"] = draw(TEXT)
    made["prior"] = {"match": draw(PROBABILITY), "related": 0.0}
    made["comparisons"][0]["levels"][0] |= {"m": draw(PROBABILITY), "u": draw(PROBABILITY), "label": draw(TEXT)}
    made["frequencies"]["name.given"]["values"] = draw(LISTED)
    made["guards"][0]["values"] = draw(st.lists(TEXT, max_size=3))
    made["attributes"][0]["inputs"][0]["columns"]["given"] = draw(TEXT)
    made["thresholds"] = {"match": draw(st.floats(0, 99)), "review": -draw(st.floats(0, 99))}
    made["source_rank"] = draw(st.lists(TEXT, max_size=2))
    if draw(st.booleans()):
        made["prior"] = None
    return model_from(made)


@given(models())
@settings(max_examples=150, deadline=None)
def test_a_model_survives_yaml_bit_for_bit(model: Model) -> None:
    text = dump_model(model)
    again = parse_model(text)
    assert again == model
    assert dump_model(again) == text


@pytest.mark.parametrize("name", ["model.yaml", "model.json"])
@pytest.mark.parametrize("probability", [0.5, 0.001, 1e-9, 1 - 1e-9, 1 / 3])
def test_a_model_survives_a_file_bit_for_bit(tmp_path: Path, name: str, probability: float) -> None:
    model = model_from(changed("comparisons/0/levels/0/u", probability))
    save_model(model, tmp_path / name)
    again = load_model(tmp_path / name)
    assert again == model
    save_model(again, tmp_path / f"again_{name}")
    assert (tmp_path / f"again_{name}").read_bytes() == (tmp_path / name).read_bytes()


def test_json_is_read_as_well_as_yaml() -> None:
    assert parse_model(json.dumps(document())) == model_from(document())


def test_defaults_are_written_where_people_want_to_change_them() -> None:
    text = dump_model(model_from(document()))
    assert text.startswith("# A Dromio model.")
    for line in ("format: dromio/1", "thresholds:", "  review: -2.0", "  unseen: -1.5"):
        assert line in text.splitlines()


def test_what_is_not_yaml_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="not readable as YAML or JSON"):
        parse_model("a: [b")


@pytest.mark.parametrize(
    "text", ["", "- a", "3", "!!python/object/apply:os.system [ls]", "a: &x [*x]", "\x00", "? {a: 1}\n: 2"]
)
def test_hostile_texts_are_model_errors(text: str) -> None:
    with pytest.raises(ModelError):
        parse_model(text)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(InputError, match=str(path.name)):
            load_model(path)
    (tmp_path / "latin.yaml").write_bytes(b"name: \xff")
    with pytest.raises(InputError, match=r"latin\.yaml"):
        load_model(tmp_path / "latin.yaml")


def test_the_json_schema_takes_what_the_model_takes() -> None:
    schema: dict[str, Any] = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document(), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(changed("colour", "red"), schema)


def test_tiny_probabilities_survive_json(tmp_path: Path) -> None:
    model = model_from(changed("comparisons/0/levels/0/u", 1e-9))
    save_model(model, tmp_path / "model.json")
    assert load_model(tmp_path / "model.json") == model


@pytest.mark.parametrize("name", ["model.yaml", "model.json"])
def test_a_value_that_is_none_on_purpose_survives_a_file(tmp_path: Path, name: str) -> None:
    made = document()
    made["keys"][0]["max_block"] = None
    made.pop("comparisons")
    made["groups"] = [
        {
            "name": "g",
            "relevance": {"similarity": "jaro_winkler(name.given)"},
            "actions": [{"decision": "match", "from": 0.9}],
        }
    ]
    model = model_from(made)
    save_model(model, tmp_path / name)
    again = load_model(tmp_path / name)
    assert again == model
    assert again.keys[0].max_block is None
    assert again.groups[0].actions[0].from_ == 0.9
