"""The model of the tests of `dromio store`: people with a name and an email address."""

from __future__ import annotations

from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Prior


def sample() -> Model:
    levels = [Level(label="same", when="equal(value)", m=0.9, u=0.001), Level(label="else", m=0.1, u=0.999)]
    return Model(
        attributes=[
            Attribute(name=name, type="identifier", inputs=[Input(columns={"value": name})])
            for name in ("name", "email")
        ],
        keys=[Key(fields=["name.value"]), Key(fields=["email.value"])],
        comparisons=[
            Comparison(name=name, attribute=name, null_when="missing(value)", levels=levels)
            for name in ("name", "email")
        ],
        prior=Prior(match=0.002),
    )
