"""Weighted fields of a contact centre: which contacts over voice, chat, e-mail and messages are one customer.

`guide_model` is the formula of the published guide, to compare with. `pipeline_model` is ours: it has the same weights
and thresholds, and mends what the formula gets wrong about one pair.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from dromio.model.deciders import Bound, Credit, Decision, Weighted, WeightedField
from dromio.model.schema import Attribute, Guard, Input, Key, Model
from dromio.models import identifiers
from dromio.records import Record, RecordKey, Value

Found = TypeVar("Found")

WEIGHTS: Mapping[str, float] = {"phone": 0.45, "email": 0.40, "name": 0.10, "cookie": 0.05}
AUTO, PENDING = 0.85, 0.75
"""Score from which on two contacts are attached, and from which on people are asked; both included."""
EVIDENCE = 0.40
"""Weight that both sides must have for an attachment: that of an e-mail address."""
NAME_ALIKE, EMAIL_ALIKE = 0.85, 0.92
INITIAL_CREDIT = 0.80
"""Credit of `j.doe` for `john.doe` in one domain: with an equal name still below the score for an attachment."""
EMAIL_STEPS = (0.98, 0.96, 0.94, EMAIL_ALIKE)
"""Credits of near addresses: the highest that the similarity of their local parts reaches."""

EXACT = "equal(phone.value) or equal(email.address) or equal(external_id.value)"
ALIKE = f"jaro_winkler(name.full) >= {NAME_ALIKE} or jaro_winkler(name.sorted) >= {NAME_ALIKE}"
CONTRADICTED = f"not missing(name.first) and not (jaro_winkler(name.first) >= {NAME_ALIKE} or equal(name.sorted))"
"""First names differ; the same words in another order do not contradict."""
INITIAL = "together(equal(email.domain) and equal(email.surname) and initial(email.given))"
SLIPPED = "together(equal(sorted_letters(phone.value)) and damerau_levenshtein(phone.value) <= 1)"
"""Two neighbouring digits of a number exchanged; also holds for equal numbers."""


def near_email(least: float = EMAIL_ALIKE) -> str:
    """The condition that two addresses are one slip apart: in local parts that are alike, or in the domain.

    A slip is a character added, left out, replaced or exchanged with its neighbour; in local parts also separators and
    digits at the end. Every pair for which it holds shares a key.
    """
    slip = "damerau_levenshtein(email.local) <= 1 or equal(email.stem)"
    local = f"together(equal(email.domain) and jaro_winkler(email.local) >= {least} and ({slip}))"
    return f"{local} or together(equal(email.local) and damerau_levenshtein(email.domain) <= 1)"


def guide_model() -> Model:
    """The formula of the guide, exactly: its score is the verdict's, match is its `auto`, review its `pending`.

    It compares what `guide_record` gives. The formula credits an e-mail similarity above 0.92, which is 0.920001 or
    more to six decimals; a name similarity above 0.85, in floating point, takes in an exact 0.85.
    """
    text = {"phone": "phone", "email": "email", "name": "full_name", "cookie": "cookie"}
    similar = {"email": EMAIL_ALIKE + 1e-6, "name": NAME_ALIKE}
    fields = []
    for name, weight in WEIGHTS.items():
        credits = [Credit(when=f"equal({name}.value)", share=1.0)]
        if name in similar:
            credits.append(Credit(similarity=f"jaro_winkler({name}.value)", least=similar[name]))
        fields.append(WeightedField(name=name, weight=weight, present=f"not missing({name}.value)", credits=credits))
    return Model(
        name="contact_centre_guide",
        attributes=[
            Attribute(name=name, type="raw", inputs=[Input(columns={"value": column})]) for name, column in text.items()
        ],
        keys=[Key(fields=["phone.value"]), Key(fields=["email.value"])],
        weighted=Weighted(fields=fields, match=AUTO, review=PENDING),
    )


def guide_record(
    key: RecordKey,
    phone: str | None = None,
    email: str | None = None,
    full_name: str | None = None,
    cookie: str | None = None,
) -> Record:
    """A contact as the guide normalises it: only valid numbers, addresses without plus tags, names in lower case."""
    number = identifiers.phone(phone)
    local, at, domain = (email or "").strip().lower().partition("@")
    texts = {
        "phone": number.number if number and number.quality == "valid" else None,
        "email": f"{local.partition('+')[0]}@{domain}" if at else None,
        "name": (full_name or "").lower() or None,
        "cookie": cookie,
    }
    return Record(key, {name: (Value.of(text),) for name, text in texts.items() if text})


def pipeline_model(
    weights: Mapping[str, float] = WEIGHTS,
    *,
    auto: float = AUTO,
    pending: float = PENDING,
    evidence: float = EVIDENCE,
    shared_phones: Sequence[str] = (),
) -> Model:
    """Our decision on two contacts: match attaches, review asks people. It compares what `contact_record` gives.

    `shared_phones`: numbers in E.164 that identify nobody, such as those of front desks.
    """
    present = {"phone": "phone.value", "email": "email.address", "name": "name.full", "cookie": "cookie.value"}
    fields = [
        WeightedField(name=name, weight=weights[name], present=f"not missing({field})", credits=_credits(name))
        for name, field in present.items()
    ]
    return Model(
        name="contact_centre",
        attributes=_attributes(),
        keys=_keys(),
        weighted=Weighted(
            fields=fields,
            match=auto,
            review=pending,
            evidence=evidence,
            at_least=[Bound(when=when, decision=decision) for when, decision in _lifted()],
            at_most=[Bound(when=when, decision=decision) for when, decision in _lowered()],
        ),
        guards=[Guard(field="phone.value", values=list(shared_phones), reason="shared")] if shared_phones else [],
    )


def _credits(name: str) -> list[Credit]:
    if name == "email":
        near = [Credit(when=near_email(step), share=step) for step in EMAIL_STEPS]
        return [Credit(when="equal(email.address)", share=1.0), *near, Credit(when=INITIAL, share=INITIAL_CREDIT)]
    if name == "name":
        fields = ("full", "sorted")
        return [Credit(similarity=f"jaro_winkler(name.{field})", least=NAME_ALIKE) for field in fields]
    return [Credit(when=f"equal({name}.value)", share=1.0)]


def _lifted() -> list[tuple[str, Decision]]:
    known = f"(equal(phone.value) or equal(email.address)) and ({ALIKE})"
    return [
        # A second address or number of one person is weak disagreement, so that it does not make a second customer.
        (known, "review"),
        (f"{known} and (equal(cookie.value) or equal(external_id.value))", "match"),
        ("equal(external_id.value)", "review"),
        (f"{SLIPPED} and ({ALIKE})", "review"),
    ]


def _lowered() -> list[tuple[str, Decision]]:
    near = f"{near_email()} or {INITIAL}"
    supported = f"({ALIKE} or equal(cookie.value)) and not ({CONTRADICTED})"
    return [
        (f"not ({EXACT} or {near} or {SLIPPED} or equal(cookie.value))", "non-match"),
        (f"not ({EXACT} or {near})", "review"),
        (f"not ({EXACT}) and not ({supported})", "review"),
    ]


def _attributes() -> list[Attribute]:
    roles = {
        "phone": ("value",),
        "email": ("address", "local", "domain", "stem", "given", "surname"),
        "name": ("full", "sorted", "first"),
        "cookie": ("value",),
        "external_id": ("value",),
    }
    return [
        Attribute(name=name, type="trimmed", inputs=[Input(columns={role: f"{name}.{role}" for role in own})])
        for name, own in roles.items()
    ]


def _keys() -> list[Key]:
    exact = ["phone.value", "email.address", "cookie.value", "external_id.value"]
    # Neighbours by one edit are also those by one exchange: leaving out either of the two characters gives one text.
    near = [
        ["email.domain", "neighbours(email.local, 1)"],
        ["email.domain", "email.stem"],
        ["email.local", "neighbours(email.domain, 1)"],
        ["email.domain", "email.surname", "prefix(email.given, 1)"],
        ["sorted_letters(phone.value)"],
    ]
    return [Key(fields=fields) for fields in [*([one] for one in exact), *near]]


def contact_record(
    key: RecordKey,
    *,
    phones: Iterable[str | None] = (),
    emails: Iterable[str | None] = (),
    full_names: Iterable[str | None] = (),
    cookies: Iterable[str | None] = (),
    external_ids: Iterable[str | None] = (),
    region: str = "US",
    whatsapp: bool = False,
) -> Record:
    """A contact, or all that is known of a customer, with what identifies; a contact without any has no values.

    Cookies and external ids are to be scoped by the caller: the same one of two deployments must differ.
    """

    def phone(text: str | None) -> identifiers.Phone | None:
        return identifiers.phone(text, region, whatsapp=whatsapp)

    values = {
        "phone": [{"value": one.number} for one in _known(phone, phones)],
        "email": [_email_parts(one) for one in _known(identifiers.email, emails)],
        "name": [_name_parts(one) for one in _known(identifiers.full_name, full_names)],
        "cookie": [{"value": one} for one in _known(identifiers.opaque, cookies)],
        "external_id": [{"value": one} for one in _known(identifiers.opaque, external_ids)],
    }
    return Record(key, {name: tuple(map(Value, parts)) for name, parts in values.items() if parts})


def _known(read: Callable[[str | None], Found | None], texts: Iterable[str | None]) -> list[Found]:
    """What the texts identify, without those that identify nobody."""
    return [found for text in texts if (found := read(text)) is not None]


def columns_of(record: Record) -> dict[str, str]:
    """The first value of every attribute as flat columns (`email.address`, …), as the inputs of the model name them."""
    return {f"{name}.{role}": text for name, values in record.values.items() for role, text in values[0].parts.items()}


def _email_parts(email: identifiers.Email) -> dict[str, str]:
    parts = {
        "address": email.address,
        "local": email.local,
        "domain": email.domain,
        "stem": identifiers.stem(email.local),
        "given": email.given,
        "surname": email.surname,
    }
    return {role: text for role, text in parts.items() if text}


def _name_parts(name: identifiers.FullName) -> dict[str, str]:
    return {"full": name.full, "sorted": name.sorted, "first": name.first}
