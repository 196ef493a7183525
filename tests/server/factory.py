"""A small trained model, and people for it."""

from __future__ import annotations

from typing import Any

from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Prior, Thresholds

ANN = {"given": "Ann", "family": "Lee", "email": "ann.lee@example.org"}
BOB = {"given": "Bob", "family": "Ray", "email": "bob.ray@example.org"}


def model() -> Model:
    """Names and an email: an equal email makes a match, an equal name alone a pair for review."""
    name = Attribute(name="name", type="person_name", inputs=[Input(columns={"given": "given", "family": "family"})])
    email = Attribute(name="email", type="email", inputs=[Input(columns={"value": "email"})])
    return Model(
        attributes=[name, email],
        keys=[Key(fields=["email.address"]), Key(fields=["name.given", "name.family"])],
        comparisons=[
            _comparison("name", "family", "equal(given, family)", 0.8, 0.01),
            _comparison("email", "address", "equal(address)", 0.6, 0.0001),
        ],
        prior=Prior(match=0.005),
        thresholds=Thresholds(match=0.5, review=-3),
    )


def _comparison(attribute: str, field: str, when: str, m: float, u: float) -> Comparison:
    levels = [Level(label=when, when=when, m=m, u=u), Level(label="else", m=1 - m, u=1 - u)]
    return Comparison(name=attribute, attribute=attribute, null_when=f"missing({field})", levels=levels, shared=0.9)


def document() -> dict[str, Any]:
    """The model as a body of a request."""
    plain: dict[str, Any] = model().model_dump(mode="json", exclude_none=True)
    return plain
