"""The models of the batch job: full name, phones, e-mail addresses, addresses, birth date; any sub-type with any.

Where there are enough profiles, comparisons, keys and figures are learned from them. For a few, the figures are fixed
but for the prior, which follows from their number.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from dromio.interchange.customer_profiles.fields import ADDRESS, EMAIL, PHONE, SUB_TYPES
from dromio.model.schema import Attribute, Comparison, Input, Key, Level, Model, Prior

ID = "ProfileId"
_NAME = {"given": "FirstName", "middle": "MiddleName", "family": "LastName"}
_ADDRESS = {"street": "Address", "city": "City", "postcode": "PostalCode"}
LEAST_LEARNED = 100
"""With fewer profiles there is nothing to learn from."""
_LEAST_SIZE = 200
"""Smaller sets are taken for this large: a handful of profiles was not drawn at random."""

# m and u of every level, chosen after the figures that training starts from (`dromio.model.defaults`). E-mail addresses
# made of names are nearly equal for people of one name: one letter off is worth less than it would be by chance.
_LEVELS: dict[str, tuple[str, str, list[tuple[str, str | None, float, float]]]] = {
    "given name": (
        "name",
        "missing(given)",
        [
            ("same", "equal(given)", 0.78, 0.01),
            ("nickname", "nickname(given)", 0.05, 0.002),
            ("one letter off", "jaro_winkler(given) >= 0.9", 0.09, 0.006),
            ("initial", "initial(given)", 0.02, 0.01),
            ("different", None, 0.06, 0.972),
        ],
    ),
    "family name": (
        "name",
        "missing(family)",
        [
            ("same", "equal(family)", 0.84, 0.004),
            ("one letter off", "jaro_winkler(family) >= 0.92", 0.08, 0.004),
            ("part of a double name", "within(family)", 0.02, 0.001),
            ("different", None, 0.06, 0.991),
        ],
    ),
    "phone": (
        "phone",
        "missing(number)",
        [
            ("same", "equal(number)", 0.66, 0.0005),
            ("one digit off", "damerau_levenshtein(number) <= 1", 0.04, 0.0005),
            ("different", None, 0.3, 0.999),
        ],
    ),
    "email": (
        "email",
        "missing(value)",
        [
            ("same", "equal(value)", 0.74, 0.0001),
            ("same letters and digits", "equal(alphanumeric(value))", 0.03, 0.00001),
            ("one letter off", "levenshtein(value) <= 1", 0.04, 0.003),
            ("different", None, 0.19, 0.99689),
        ],
    ),
    "birth date": (
        "birth_date",
        "missing(value)",
        [
            ("same", "equal(value)", 0.86, 0.0005),
            ("one character off", "damerau_levenshtein(value) <= 1", 0.11, 0.004),
            ("different", None, 0.03, 0.9955),
        ],
    ),
    "address": (
        "address",
        "missing(street) and missing(postcode) and missing(city)",
        [
            ("same street and place", "equal(street) and (equal(city) or equal(postcode))", 0.5, 0.0005),
            (
                "similar street, same place",
                "jaro_winkler(street) >= 0.9 and (equal(city) or equal(postcode))",
                0.1,
                0.0005,
            ),
            ("same place", "equal(postcode) or equal(city)", 0.15, 0.05),
            ("different", None, 0.25, 0.949),
        ],
    ),
}
_LEARNED_TYPES: dict[str, str] = {"email": "email", "birth_date": "date", "address": "address"}
"""Attribute -> its type where a model is learned; the fixed figures are for values as they stand."""
_KEYS = (
    ["prefix(name.given, 3)", "prefix(name.family, 3)"],
    ["skeleton(name.given)", "skeleton(name.family)"],
    ["phone.number"],
    ["alphanumeric(email.value)"],
    ["name.family", "birth_date.value"],
    ["name.given", "birth_date.value"],
    ["name.family", "address.postcode"],
)


def learned_attributes(region: str, filled: AbstractSet[str]) -> list[Attribute]:
    """What a model is learned of: attributes that have a value in one of the columns that are filled."""
    found = []
    for one in _attributes(region):
        inputs = [value for value in one.inputs if not filled.isdisjoint(value.columns.values())]
        if inputs:
            found.append(one.model_copy(update={"type": _LEARNED_TYPES.get(one.name, one.type), "inputs": inputs}))
    return found


def fixed_model(profiles: int, region: str) -> Model:
    """The model for so few profiles."""
    comparisons = [
        Comparison(
            name=name,
            attribute=attribute,
            null_when=null_when,
            levels=[Level(label=label, when=when, m=m, u=u) for label, when, m, u in levels],
        )
        for name, (attribute, null_when, levels) in _LEVELS.items()
    ]
    return Model(
        name="profiles",
        attributes=_attributes(region),
        keys=[Key(fields=fields) for fields in _KEYS],
        comparisons=comparisons,
        prior=Prior(match=1 / max(profiles, _LEAST_SIZE)),
    )


def columns_used() -> list[str]:
    """Columns of profiles that the model reads."""
    return [name for one in _attributes("US") for value in one.inputs for name in value.columns.values()]


def _attributes(region: str) -> list[Attribute]:
    addresses = [
        Input(columns={role: f"{one}.{part}" for role, part in _ADDRESS.items()}, label=one)
        for one in SUB_TYPES[ADDRESS]
    ]
    return [
        Attribute(name="name", type="person_name", inputs=[Input(columns=_NAME)]),
        Attribute(name="phone", type="phone", inputs=_values(PHONE), default_region=region),
        Attribute(name="email", type="folded", inputs=_values(EMAIL)),
        Attribute(name="birth_date", type="plain", inputs=[Input(columns={"value": "BirthDate"})]),
        Attribute(name="address", type="plain", inputs=addresses),
    ]


def _values(kind: str) -> list[Input]:
    return [Input(columns={"value": one}, label=one) for one in SUB_TYPES[kind]]
