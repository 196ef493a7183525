"""Agreement on values that tell entities apart by themselves."""

from __future__ import annotations

import numpy as np
import pytest

import dromio
from dromio.model.defaults import Shape, comparisons
from dromio.model.schema import Attribute, Input, Key, Model
from dromio.plan import PlannedComparison, make_plan
from dromio.training.identifying import identifying


def compared(kind: str, *fields: str) -> PlannedComparison:
    (drafted,) = comparisons("x", kind, Shape(dict.fromkeys(fields, 1.0), dict.fromkeys(fields, 1000)))
    role = "full" if kind == "address" else "value"
    attribute = Attribute(name="x", type=kind, inputs=[Input(columns={role: "x"})])
    model = Model(attributes=[attribute], keys=[Key(fields=[f"x.{fields[0]}"])], comparisons=[drafted])
    return make_plan(model, trained=False).comparisons[0]


def test_a_mailbox_that_is_the_same_is_taken_for_a_match() -> None:
    shares = identifying(compared("email", "address"), "email", np.full(5, 0.001))
    assert shares is not None
    assert shares[0] == pytest.approx(0.95)
    assert shares[0] > shares[2] > 0
    assert shares[-1] == 0


def test_of_an_address_only_the_house_tells() -> None:
    comparison = compared("address", "number", "street", "city")
    shares = identifying(comparison, "address", np.full(comparison.levels - 1, 0.001))
    assert shares is not None
    told = dict(zip(comparison.labels[1:], shares.tolist(), strict=True))
    assert told["same street, number and area"] == pytest.approx(0.7)
    assert told["same city"] == told["same street"] == 0


def test_values_that_many_share_tell_nothing() -> None:
    assert identifying(compared("identifier", "value"), "identifier", np.array([0.2, 0.0, 0.8])) is None
    assert identifying(compared("category", "value"), "category", np.array([0.001, 0.999])) is None


def test_a_list_of_mailboxes_alone_is_resolved() -> None:
    boxes = [f"{name}{number}@example.com" for name in ("ann", "bob", "eve", "kim") for number in range(10, 60)]
    rows = [{"id": str(at), "email": box} for at, box in enumerate(boxes + boxes[:60])]
    with dromio.resolve(rows, id="id") as result:
        assert len(set(result.entities["cluster_id"].to_pylist())) == len(boxes)
