"""What each attribute type brings to a model by default: comparisons with informed m, and the fields that make keys.

The m given here are starting points, not results: training moves them as far as the data speaks. They are rounded
figures of what labelled customer data shows (about one given name in four of a true pair is not spelled the same, nine
birth dates in ten are).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from dromio.model.schema import Comparison, Level, Survivorship

CLOSE = 0.02
"""Numbers are close when they differ by at most this share of the distance between the quartiles."""
MIXED_ORDER = 0.15
"""Names with this much disorder are compared whole. Lists with one order of names have up to 0.1, for some names are
both; lists in which every fourth name has its family name in front have 0.22."""

FEW_WORDS = 3.5
"""Texts of so many words on average are compared like names of organisations, by their letters too."""

MANY_NAMESAKES = 0.5
"""From so many namesakes a record on, names are too common to be told from what is called after them. Made-up
customers have 0.04 in 20,000 records, 2 in a million and 9 in five millions, where nearly half of the false pairs had
mailboxes of one name at two providers."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A level before it is trained."""

    label: str
    when: str | None
    m: float
    term_frequency: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of an attribute's fields in the data at hand: field -> share of records that have it, and distinct
    values."""

    filled: dict[str, float]
    distinct: dict[str, int]
    words: dict[str, float] = field(default_factory=dict)
    """field -> mean number of words of its distinct values."""
    disorder: float = 0.0
    """Of names: how much given and family names are the same words, 0 to 1."""
    spread: dict[str, float] = field(default_factory=dict)
    """Field of numbers -> distance between the quartiles."""
    branches: bool = False
    """Whether the records are organisations at addresses, so that another address means another branch."""
    namesakes: float = 0.0
    """Other records with the same given and family name that a record has by chance, on average."""

    def has(self, field: str) -> bool:
        return self.filled.get(field, 0) > 0


def comparisons(attribute: str, type_name: str, shape: Shape) -> list[Comparison]:
    """Default comparisons of an attribute, leaving out what the data does not have."""
    drafts = _BY_TYPE.get(type_name, _exact)(attribute, shape)
    found = [comparison for comparison in drafts if comparison is not None]
    return [_among_branches(one, type_name) for one in found] if shape.branches else found


def _build(name: str, attribute: str, null_when: str, drafts: Iterable[Draft | None], shared: float) -> Comparison:
    kept = [draft for draft in drafts if draft is not None]
    total = sum(draft.m for draft in kept)
    levels = [
        Level(label=draft.label, when=draft.when, m=draft.m / total, term_frequency=draft.term_frequency)
        for draft in kept
    ]
    return Comparison(name=name, attribute=attribute, null_when=null_when, levels=levels, shared=shared)


def _else(m: float) -> Draft:
    return Draft("different", None, m)


def _person_name(attribute: str, shape: Shape) -> list[Comparison | None]:
    has_family, has_middle = shape.has("family"), shape.has("middle")
    if has_family and shape.disorder >= MIXED_ORDER:
        return [_name_in_any_order(attribute, shape)]
    crossed = "crossed(given, family) and not swapped(given, family) and not equal(given)"
    given = _build(
        "given name" if has_family else attribute,
        attribute,
        f"missing(given) or ({crossed})" if has_family else "missing(given)",
        [
            Draft("same", "equal(given)", 0.70, "given"),
            Draft("nickname", "nickname(given)", 0.05),
            Draft("one letter off", "jaro_winkler(given) >= 0.92", 0.09),
            Draft("given and family name swapped", "swapped(given, family)", 0.02) if has_family else None,
            Draft("initial", "initial(given)", 0.03),
            Draft("is the other's middle name", "shares_token(given, middle)", 0.02) if has_middle else None,
            Draft("similar", "jaro_winkler(given) >= 0.8", 0.04),
            _else(0.10),
        ],
        0.03,
    )
    family = _build(
        "family name",
        attribute,
        "(missing(family) and not crossed(given, family)) or swapped(given, family)",
        [
            Draft("same", "equal(family)", 0.78, "family"),
            Draft("one letter off", "jaro_winkler(family) >= 0.92", 0.08),
            Draft("part of a double name", "within(family)", 0.01),
            Draft("is the other's given name", "crossed(given, family)", 0.02),
            Draft("similar", "jaro_winkler(family) >= 0.8", 0.03),
            _else(0.08),
        ],
        0.7,
    )
    middle = _build(
        "middle name",
        attribute,
        "missing(middle)",
        [
            Draft("same", "equal(middle)", 0.55, "middle"),
            Draft("same initial", "equal(prefix(middle, 1))", 0.2),
            Draft("shared", "shares_token(middle, middle)", 0.05),
            _else(0.2),
        ],
        0.05,
    )
    return [given, family if has_family else None, middle if shape.filled.get("middle", 0) >= 0.01 else None]


def _name_in_any_order(attribute: str, shape: Shape) -> Comparison:
    """A whole name as a bag of words: where given and family name trade places, parts cannot be compared one by one."""
    every = f"tokens({', '.join(part for part in ('given', 'middle', 'family') if shape.has(part))})"
    return _build(
        attribute,
        attribute,
        f"missing({every})",
        [
            Draft("same words", f"equal({every})", 0.36),
            Draft("most words shared", f"jaccard({every}) >= 0.6", 0.16),
            Draft("all words alike", f"soft_overlap({every}) >= 0.95 and jaro_winkler({every}) >= 0.9", 0.12),
            Draft("all words of one alike", f"soft_overlap({every}) >= 0.95 and not within({every})", 0.1),
            Draft("one contains the other", f"within({every})", 0.04),
            Draft("most words alike", f"soft_overlap({every}) >= 0.6", 0.05),
            Draft("similar spelling", f"jaro_winkler({every}) >= 0.85", 0.06),
            Draft("one word alike", f"soft_overlap({every}) >= 0.3", 0.08),
            _else(0.03),
        ],
        0.05,
    )


def _organisation(attribute: str, shape: Shape) -> list[Comparison | None]:
    return [_short_name(attribute, "name")]


def _short_name(attribute: str, field: str) -> Comparison:
    """A name of a few words: by its words, and by its letters, for a slip of one changes a third of the words."""
    return _build(
        attribute,
        attribute,
        f"missing({field})",
        [
            Draft("same", f"equal({field})", 0.45, field),
            Draft("nearly all words shared", f"cosine({field}) >= 0.9", 0.08),
            Draft("one spelling error", f"edit_similarity({field}) >= 0.9", 0.06),
            Draft("one contains the other", f"overlap({field}) >= 0.95", 0.12),
            Draft("most words shared", f"cosine({field}) >= 0.7", 0.08),
            Draft("similar spelling", f"jaro_winkler({field}) >= 0.92", 0.05),
            Draft("most of one in the other", f"overlap({field}) >= 0.7", 0.04),
            Draft("half of the words shared", f"cosine({field}) >= 0.45", 0.04),
            Draft("some words shared", f"overlap({field}) >= 0.4", 0.03),
            Draft("a word shared", f"cosine({field}) >= 0.2", 0.02),
            _else(0.03),
        ],
        0.3,
    )


def _text(attribute: str, shape: Shape) -> list[Comparison | None]:
    if 0 < shape.words.get("value", 0) <= FEW_WORDS:
        return [_short_name(attribute, "value")]
    steps = [(0.9, 0.12), (0.75, 0.14), (0.6, 0.14), (0.45, 0.12), (0.3, 0.08), (0.15, 0.04)]
    return [
        _build(
            attribute,
            attribute,
            "missing(value)",
            [
                Draft("same", "equal(value)", 0.2, "value"),
                *(Draft(f"words shared, {at:.0%}", f"cosine(value) >= {at}", m) for at, m in steps[:3]),
                Draft("one contains the other", "overlap(value) >= 0.95", 0.06),
                *(Draft(f"words shared, {at:.0%}", f"cosine(value) >= {at}", m) for at, m in steps[3:]),
                _else(0.04),
            ],
            0.3,
        )
    ]


def _email(attribute: str, shape: Shape) -> list[Comparison | None]:
    """Many mailboxes are called after the name, so where namesakes are many, an equal mailbox at another provider says
    the name once more: it is left out then."""
    named_alike = shape.namesakes >= MANY_NAMESAKES
    return [
        _build(
            attribute,
            attribute,
            "missing(address) or (equal(local) and not equal(address))" if named_alike else "missing(address)",
            [
                Draft("same", "equal(address)", 0.8),
                None if named_alike else Draft("same but for the domain", "equal(local)", 0.04),
                Draft("one letter off", "levenshtein(address) <= 1", 0.04),
                Draft("two letters off", "levenshtein(address) <= 2", 0.03),
                _else(0.09),
            ],
            0.05,
        )
    ]


def _phone(attribute: str, shape: Shape) -> list[Comparison | None]:
    return [
        _build(
            attribute,
            attribute,
            "missing(number)",
            [
                Draft("same", "equal(number)", 0.65),
                Draft("one digit off", "damerau_levenshtein(number) <= 1", 0.04),
                _else(0.31),
            ],
            0.3,
        )
    ]


def _date(attribute: str, shape: Shape) -> list[Comparison | None]:
    return [
        _build(
            attribute,
            attribute,
            "missing(iso)",
            [
                Draft("same", "equal(iso)", 0.82, "iso"),
                Draft("one digit off", "damerau_levenshtein(iso) <= 1", 0.06),
                Draft("day and month swapped", "day_month_swapped(iso)", 0.02),
                Draft("one of year, month, day differs", "one_part_differs(iso)", 0.03),
                Draft("same year", "equal(year(iso))", 0.03),
                _else(0.04),
            ],
            0.02,
        )
    ]


def _address(attribute: str, shape: Shape) -> list[Comparison | None]:
    places = [field for field in ("postcode", "city") if shape.has(field)]
    area = f"({' or '.join(f'equal({field})' for field in places)})" if places else ""
    drafts = [*_street_levels(shape, area), *_place_levels(shape, with_street=shape.has("street"))]
    compared = [field for field in ("street", "postcode", "city", "region", "country") if shape.has(field)]
    if not compared:
        return []
    missing = " and ".join(f"missing({field})" for field in compared)
    if shape.branches and shape.has("street"):
        drafts = [_without_street(one) for one in drafts]
        return [_build(attribute, attribute, missing, [*drafts, _else(0.04)], 0.9)]
    return [_build(attribute, attribute, missing, [*drafts, _else(0.1)], 0.9)]


def _without_street(level: Draft) -> Draft:
    """A level of places only, for addresses of which one lacks the street: two streets that differ are two branches,
    however near. How rare the place is does not count: a postcode would speak for less than its city by itself."""
    if level.when is None or "street" in level.when or "number" in level.when:
        return level
    return replace(level, when=f"missing(street) and {level.when}", term_frequency=None)


def _street_levels(shape: Shape, area: str) -> list[Draft]:
    if not shape.has("street"):
        return []
    near = "(jaro_winkler(street) >= 0.9 or within(street))"
    drafts: list[Draft] = []
    if shape.has("number"):
        if area:
            drafts.append(Draft("same street, number and area", f"equal(number, street) and {area}", 0.45))
        drafts.append(Draft("same street and number", "equal(number, street)", 0.08))
        if area:
            drafts.append(Draft("same number, similar street, same area", f"equal(number) and {near} and {area}", 0.06))
    if area:
        drafts.append(Draft("same street, same area", f"equal(street) and {area}", 0.06))
    if shape.has("number"):
        drafts.append(Draft("same number, similar street", f"equal(number) and {near}", 0.03))
    if area:
        drafts.append(Draft("similar street, same area", f"{near} and {area}", 0.02))
    drafts.append(Draft("same street", "equal(street)", 0.02, "street"))
    return drafts


def _place_levels(shape: Shape, *, with_street: bool) -> list[Draft]:
    scale = 0.1 if with_street else 0.5
    drafts: list[Draft] = []
    if shape.has("postcode"):
        drafts.append(Draft("same postcode", "equal(postcode)", scale, "postcode"))
        if not with_street:
            drafts.append(Draft("postcode one digit off", "damerau_levenshtein(postcode) <= 1", scale * 0.12))
    if shape.has("city"):
        drafts.append(Draft("same city", "equal(city)", scale * 0.5, "city"))
        drafts.append(Draft("similar city", "jaro_winkler(city) >= 0.9", scale * 0.05))
    if shape.has("postcode") and not with_street:
        drafts.append(Draft("same postcode area", "equal(prefix(postcode, 3))", scale * 0.12))
        drafts.append(Draft("same postcode region", "equal(prefix(postcode, 2))", scale * 0.1))
    for wide in ("region", "country"):
        if shape.has(wide) and not (wide == "country" and shape.has("region")):
            drafts.append(Draft(f"same {wide}", f"equal({wide})", scale * 0.3, wide))
    return drafts


def _identifier(attribute: str, shape: Shape) -> list[Comparison | None]:
    return [
        _build(
            attribute,
            attribute,
            "missing(value)",
            [
                Draft("same", "equal(value)", 0.86),
                Draft("one character off", "damerau_levenshtein(value) <= 1", 0.06),
                _else(0.08),
            ],
            0.02,
        )
    ]


def _model_number(attribute: str, shape: Shape) -> list[Comparison | None]:
    levels = [
        Draft("same", "equal(value)", 0.5),
        Draft("one shared", "shares_token(value, value)", 0.2),
        _else(0.3),
    ]
    return [_build(attribute, attribute, "missing(value)", levels, 0.05)]


def _category(attribute: str, shape: Shape) -> list[Comparison | None]:
    many, wordy = shape.distinct.get("value", 0) > 30, shape.words.get("value", 1) >= 1.5
    levels = [
        Draft("same", "equal(value)", 0.85, "value"),
        Draft("similar", "jaro_winkler(value) >= 0.9", 0.02) if many else None,
        Draft("most words shared", "overlap(value) >= 0.7", 0.02) if wordy else None,
        Draft("a word shared", "overlap(value) >= 0.3", 0.02) if wordy else None,
        _else(0.13),
    ]
    return [_build(attribute, attribute, "missing(value)", levels, 0.4)]


def _number(attribute: str, shape: Shape) -> list[Comparison | None]:
    """A price or a year: the same, or nearly so for what numbers of this column usually lie apart."""
    close = round(shape.spread.get("value", 0.0) * CLOSE, 6)
    levels = [
        Draft("same", "equal(value)", 0.65),
        Draft("close", f"difference(value) <= {close}", 0.1) if close > 0 else None,
    ]
    return [_build(attribute, attribute, "missing(value)", [*levels, _else(0.25)], 0.3)]


def _exact(attribute: str, shape: Shape) -> list[Comparison | None]:
    return [
        _build(attribute, attribute, "missing(value)", [Draft("same", "equal(value)", 0.85, "value"), _else(0.15)], 0.3)
    ]


def _geo(attribute: str, shape: Shape) -> list[Comparison | None]:
    steps = [
        ("within 100 m", 0.1, 0.6),
        ("within 1 km", 1, 0.15),
        ("within 10 km", 10, 0.1),
        ("within 50 km", 50, 0.05),
    ]
    levels = [Draft(label, f"kilometres(lat, lon) <= {at}", m) for label, at, m in steps]
    return [_build(attribute, attribute, "missing(lat, lon)", [*levels, _else(0.1)], 0.8)]


def _url(attribute: str, shape: Shape) -> list[Comparison | None]:
    levels = [
        Draft("same page", "equal(host, path)", 0.3) if shape.has("path") else None,
        Draft("same host", "equal(host)", 0.55, "host"),
        _else(0.15),
    ]
    return [_build(attribute, attribute, "missing(host)", levels, 0.5)]


_BY_TYPE: dict[str, Callable[[str, Shape], Sequence[Comparison | None]]] = {
    "person_name": _person_name,
    "organisation": _organisation,
    "text": _text,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "address": _address,
    "identifier": _identifier,
    "model_number": _model_number,
    "category": _category,
    "number": _number,
    "geo": _geo,
    "url": _url,
}

DISTINGUISHING = 0.1
"""Comparisons whose `shared` is at most this tell members of one household apart."""


_AMONG_BRANCHES = {"organisation": 0.9, "url": 0.9, "email": 0.5, "phone": 0.2, "address": 0.03, "geo": 0.03}
"""Probability that two branches of one organisation share a value, by type: the name and the website nearly always, a
mailbox half of the time, a switchboard at times, the address never but for slips."""
_SHARED_BY_BRANCHES = 0.5


def _among_branches(comparison: Comparison, type_name: str) -> Comparison:
    """The comparison of an attribute with what branches of an organisation share in place of what households do."""
    shared = _AMONG_BRANCHES.get(type_name, max(comparison.shared, _SHARED_BY_BRANCHES))
    return comparison.model_copy(update={"shared": shared})


def survivorship(attribute: str, type_name: str) -> Survivorship:
    """Default rules of the golden record: what most records say; names and addresses prefer the most complete."""
    if type_name in ("person_name", "organisation", "address", "text"):
        return Survivorship(attribute=attribute, rules=["most_frequent", "most_complete", "longest", "smallest"])
    return Survivorship(attribute=attribute, rules=["most_recent", "most_frequent", "source_rank", "smallest"])
