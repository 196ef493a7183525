"""A contact as it is compared: its identifiers, each in one spelling; what identifies nobody is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from dromio.contact_centre.options import Options
from dromio.models import identifiers
from dromio.models.contact_centre import contact_record
from dromio.records import Record, RecordKey

IDENTIFYING = ("phone", "email", "cookie", "external_id")
"""Types by which somebody can be found; a name alone cannot."""
EXACT = ("phone", "email", "external_id")
"""Types of which an equal value speaks for one customer."""
_NOBODY = RecordKey("", "")


class Identifier(NamedTuple):
    """One value. `value` is what is compared, `shown` a name as it was given; `quality` is that of a phone number."""

    type: str
    value: str
    shown: str = ""
    quality: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """What one contact tells of a customer. `channel`: where it came in."""

    identifiers: tuple[Identifier, ...] = ()
    channel: str = ""

    @property
    def is_nobody(self) -> bool:
        """Whether there is nothing by which to find or to keep a customer."""
        return not any(one.type in IDENTIFYING for one in self.identifiers)

    @property
    def names(self) -> tuple[str, ...]:
        """Full names, as given."""
        return names_in(self.identifiers)

    def without(self, left_out: Iterable[Identifier]) -> Contact:
        """The contact without some identifiers."""
        gone = {(one.type, one.value) for one in left_out}
        return Contact(tuple(one for one in self.identifiers if (one.type, one.value) not in gone), self.channel)

    def with_more(self, more: Iterable[Identifier]) -> Contact:
        """The contact with further identifiers, each once."""
        known = {(one.type, one.value): one for one in (*self.identifiers, *more)}
        return Contact(tuple(known.values()), self.channel)


def names_in(known: Iterable[Identifier]) -> tuple[str, ...]:
    """Full names among identifiers, as given."""
    return tuple(one.shown for one in known if one.type == "name")


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a customer, as it was typed, dialled or sent. `whatsapp`: digits alone are a whole number."""

    phones: tuple[str | None, ...] = ()
    emails: tuple[str | None, ...] = ()
    full_names: tuple[str | None, ...] = ()
    cookies: tuple[str | None, ...] = ()
    external_ids: tuple[str | None, ...] = ()
    channel: str = ""
    whatsapp: bool = False


def contact_of(told: Told, options: Options) -> Contact:
    """The contact that was told of, without what identifies nobody and what is the centre's own."""
    own = _not_identifiers(options.not_identifiers, options.region)
    found = (one for one in _identifiers(told, options.region) if one.value not in own)
    return Contact(tuple({(one.type, one.value): one for one in found}.values()), told.channel)


@lru_cache(maxsize=16)
def _not_identifiers(texts: tuple[str, ...], region: str) -> frozenset[str]:
    return frozenset(one.value for one in _identifiers(Told(phones=texts, emails=texts), region))


def _identifiers(told: Told, region: str) -> Iterator[Identifier]:
    for text in told.phones:
        if phone := identifiers.phone(text, region, whatsapp=told.whatsapp):
            yield Identifier("phone", phone.number, quality=phone.quality)
    for text in told.emails:
        if email := identifiers.email(text):
            yield Identifier("email", email.address)
    for kind, texts in (("cookie", told.cookies), ("external_id", told.external_ids)):
        for text in texts:
            if exact := identifiers.opaque(text):
                yield Identifier(kind, exact)
    for text in told.full_names:
        if name := identifiers.full_name(text):
            yield Identifier("name", name.full, shown=(text or "").strip())


def record_of(known: Iterable[Identifier]) -> Record:
    """The record that models compare."""
    values: dict[str, list[str | None]] = {}
    for one in known:
        values.setdefault(one.type, []).append(one.shown or one.value)
    return contact_record(
        _NOBODY,
        phones=values.get("phone", ()),
        emails=values.get("email", ()),
        full_names=values.get("name", ()),
        cookies=values.get("cookie", ()),
        external_ids=values.get("external_id", ()),
    )


def masked(one: Identifier) -> str:
    """The identifier so that its owner knows it again and nobody else learns it: `j***@e***.com`, `***34`."""
    if one.type == "phone":
        return f"***{one.value[-2:]}"
    if one.type == "email":
        local, _, domain = one.value.partition("@")
        first, _, last = domain.rpartition(".")
        return f"{local[:1]}***@{first[:1]}***.{last}" if first else f"{local[:1]}***@***"
    return "***"
