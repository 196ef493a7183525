"""Understanding columns: from names and values to attribute types and roles, with the reason in plain words.

A column's name proposes, its values dispose: a hint from the name holds only while the values do not contradict it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, replace

from dromio.clean.text import fold
from dromio.configure.align import aligned
from dromio.configure.profile import Profile
from dromio.configure.understood import Understood


@dataclass(frozen=True)
class _Hint:
    """What a name says: type and role, and the test that the values must pass."""

    type: str
    role: str
    names: str
    fits: Callable[[Profile], bool]


def _any(profile: Profile) -> bool:
    return True


def _nameish(profile: Profile) -> bool:
    return profile.shares["name"] >= 0.6 and profile.words <= 4.5


def _personal(profile: Profile) -> bool:
    """Whether the values name persons, or mostly persons among companies: those of one household must be told apart,
    which whole names cannot do. Of companies up to 4 in 100 hold a given name, of persons more than half."""
    of_persons = profile.organisation < 0.05 or (profile.organisation < 0.5 and profile.persons >= 0.2)
    return _nameish(profile) and of_persons and profile.words <= 3.6


def _datelike(profile: Profile) -> bool:
    return profile.shares["date"] >= 0.5 or (profile.shares["integer"] >= 0.8 and 5.5 <= profile.length <= 8.5)


def _phonelike(profile: Profile) -> bool:
    return profile.shares["phone"] >= 0.5


def _emaillike(profile: Profile) -> bool:
    return profile.shares["email"] >= 0.5


def _numeric(profile: Profile) -> bool:
    """Whether the values measure something: decimals, or amounts with a currency or per cent."""
    return profile.shares["decimal"] + profile.shares["amount"] >= 0.5


_HINTS: tuple[_Hint, ...] = (
    _Hint("email", "value", "email|e mail|mail|email address|mail address|sender", _emaillike),
    _Hint(
        "phone",
        "value",
        "phone|telephone|tel|mobile|cell|cellphone|phone number|telephone number|mobile number|mobile phone|home phone|work phone"
        "|business phone|phone no|msisdn|ani|telefon|handy|telefono|telefone|portable|telefoon|telefonnummer|telefonnr|mobil|mobilnummer|mobiel|movil|celular|cellulare|gsm|tlf",
        _phonelike,
    ),
    _Hint("fax", "value", "fax|fax number|telefax", _phonelike),
    _Hint(
        "date",
        "value",
        "dob|birth date|date of birth|birthdate|birthday|geburtsdatum|geburtstag|date naissance|fecha nacimiento|d o b|bdate"
        "|date de naissance|fecha de nacimiento|data nascita|data di nascita|data nascimento|data de nascimento|geboortedatum|data urodzenia"
        "|fodelsedatum|fodselsdato|geb datum|geb|dob date",
        _datelike,
    ),
    _Hint(
        "date",
        "year",
        "birth year|year of birth|yob|by|geburtsjahr",
        lambda p: p.shares["integer"] >= 0.9 and p.length >= 3.5,
    ),
    _Hint(
        "date",
        "month",
        "birth month|month of birth|mob|bm|geburtsmonat",
        lambda p: p.shares["integer"] >= 0.9 and p.length <= 2.1,
    ),
    _Hint(
        "date",
        "day",
        "birth day|day of birth|bd|geburtstag tag",
        lambda p: p.shares["integer"] >= 0.9 and p.length <= 2.1,
    ),
    _Hint(
        "person_name",
        "given",
        "first name|firstname|given name|givenname|forename|fname|first|given|vorname|prenom|nombre|nome|given names|first names|christian name"
        "|vname|prenoms|nombres|voornaam|fornamn|fornavn|imie|jmeno",
        _nameish,
    ),
    _Hint(
        "person_name",
        "family",
        "last name|lastname|surname|sname|lname|family name|familyname|last|family|nachname|familienname|nom|apellido|apellidos|cognome|sobrenome"
        "|nname|zuname|nom de famille|nom famille|achternaam|efternamn|etternavn|efternavn|nazwisko|prijmeni|surnames|last names",
        _nameish,
    ),
    _Hint(
        "person_name",
        "middle",
        "middle name|middlename|mname|middle|middle initial|mi|second name|middle names",
        _nameish,
    ),
    _Hint(
        "person_name",
        "full",
        "full name|fullname|name|customer name|contact name|person name|person|customer|first and surname|contact|client|client name"
        "|patient|patient name|member name|employee name|applicant|author|display name|legal name|account name|entity name|caption|names"
        "|naam|namn|navn|nombre completo|nombre y apellidos|nom complet|nome completo|imie i nazwisko|kunde|klant|cliente",
        _personal,
    ),
    _Hint(
        "person_name",
        "prefix",
        "title|prefix|salutation|name prefix|anrede",
        lambda p: p.distinct <= 60 and p.length <= 8,
    ),
    _Hint("person_name", "suffix", "suffix|name suffix|generation", lambda p: p.distinct <= 60 and p.length <= 6),
    _Hint(
        "organisation",
        "value",
        "company|company name|organisation|organization|organisation name|organization name|org|org name|business|business name|firm"
        "|firm name|site name|account name|legal name|vendor|vendor name|supplier|supplier name|name|full name|customer name|entity name"
        "|customer|client|client name|provider|provider name|institution|school|school name|employer|manufacturer|brand name|caption|names",
        lambda p: p.words <= 12 and p.shares["name"] + p.organisation + p.legal > 0.3,
    ),
    _Hint(
        "address",
        "full",
        "address|full address|postal address|mailing address|anschrift|direccion|adresse|street address|location|indirizzo|endereco|adres|adress",
        lambda p: p.comma >= 0.5 or p.words >= 5.5,
    ),
    _Hint(
        "address",
        "street",
        "street|street name|street address|address|address 1|address line 1|line 1|strasse|rue|calle|road"
        "|address line|street 1|street line 1|anschrift|direccion|adresse|indirizzo|endereco|adres|adress|via|straat|ulica|gata|gatuadress|gateadresse",
        lambda p: p.words >= 1.0,
    ),
    _Hint("address", "line2", "address 2|address line 2|line 2|address 3|address line 3", _any),
    _Hint(
        "address",
        "number",
        "street number|house number|street no|house no|building number|hausnummer|number|hausnr|huisnummer|numero civico",
        lambda p: p.length <= 8,
    ),
    _Hint("address", "unit", "unit|apartment|apt|suite|flat|unit number|apartment number", lambda p: p.length <= 14),
    _Hint(
        "address",
        "city",
        "city|town|suburb|locality|city name|village|ort|stadt|ville|ciudad|municipality|post town"
        "|wohnort|commune|localite|localidad|poblacion|municipio|comune|citta|cidade|plaats|woonplaats|stad|postort|miasto|miejscowosc|poststed",
        lambda p: p.shares["integer"] < 0.2,
    ),
    _Hint(
        "address",
        "postcode",
        "postcode|postal code|zip|zip code|zipcode|postalcode|plz|post code|postcode fake|cp|code postal|pin code"
        "|postleitzahl|codigo postal|codice postale|cap|cep|postnummer|postnr|kod pocztowy|psc",
        lambda p: p.length <= 12,
    ),
    _Hint(
        "address",
        "region",
        "state|province|region|county|state code|bundesland|administrative area|state province|provincia|estado|departement|kanton|wojewodztwo",
        lambda p: p.words <= 4,
    ),
    _Hint(
        "address",
        "country",
        "country|country code|country name|nation|land|pays|pais|paese|kraj",
        lambda p: p.words <= 5,
    ),
    _Hint(
        "url",
        "value",
        "website|url|web|homepage|domain|web site|link|site url|webpage",
        lambda p: p.shares["host"] >= 0.5,
    ),
    _Hint("ip", "value", "ip|ip address|ipaddress", lambda p: p.shares["ip"] >= 0.5),
    _Hint("geo", "lat", "lat|latitude", lambda p: p.shares["decimal"] + p.shares["integer"] >= 0.8),
    _Hint("geo", "lon", "lon|lng|long|longitude", lambda p: p.shares["decimal"] + p.shares["integer"] >= 0.8),
    _Hint(
        "category",
        "value",
        "gender|sex|marital status|occupation|profession|job|job title|nationality|language|type|category|status|segment|birth place|birthplace|place of birth",
        lambda p: p.words <= 6,
    ),
    _Hint(
        "identifier",
        "value",
        "ssn|soc sec id|social security number|national id|tax id|vat|vat number|tin|ein|passport|passport number|licence number"
        "|license number|account|account number|customer number|customer id|loyalty id|loyalty number|member id|member number|nhs number|mrn"
        "|patient id|cookie|cookie id|device id|crm id|external id|isbn|ean|upc|gtin|sku|registration number|lei|duns|imo|iban|order id",
        lambda p: p.distinct_share >= 0.05 or p.distinct > 1000,
    ),
    _Hint(
        "number",
        "value",
        "price|list price|sale price|unit price|amount|cost|fee|age|quantity|qty|weight|height|width|depth|rating|score|salary|income"
        "|revenue|turnover|duration|pages|population|abv",
        lambda p: _numeric(p) or p.shares["integer"] + p.shares["decimal"] + p.shares["amount"] >= 0.8,
    ),
    _Hint(
        "text",
        "value",
        "title|titles|product title|product name|item name|product|item|description|product description|item description|article"
        "|article title|paper title|citation|reference|abstract|author|authors|artist|song|track|album|movie|film|book|book title|booktitle",
        lambda p: p.words >= 1.8 and p.distinct > 60,
    ),
)
_BY_NAME: dict[str, list[_Hint]] = {}
for _hint in _HINTS:
    for _name in _hint.names.split("|"):
        _BY_NAME.setdefault(_name, []).append(_hint)

_BOOKKEEPING = frozenset(
    "source|source system|source dataset|source file|file|file name|filename|system|created|created at|created on|created date|updated"
    "|updated at|updated on|last updated|last modified|modified|modified at|timestamp|load date|ingested at|batch|row|row number|index"
    "|unnamed|source name|dataset|origin|channel|date added|entry date|insert date|cluster|cluster id|entity id|golden id".split(
        "|"
    )
)
_RECENCY = frozenset(
    "updated|updated at|updated on|last updated|last modified|modified|modified at|timestamp|last update".split("|")
)
_QUALIFIERS = (
    "billing", "shipping", "mailing", "delivery", "home", "work", "business", "office", "primary", "secondary", "main", "other",
    "personal", "contact", "customer", "client", "current", "previous", "old", "new", "alternate", "alternative", "alt", "person",
    "patient", "member", "applicant", "user", "registered", "private",
)  # fmt: skip
_KIND = ("address",)
"""Words before the part of an address ("address city") that say what it is a part of, and not whose."""
_WRITTEN_SHORT = {
    "nm": "name",
    "nbr": "number",
    "num": "number",
    "cd": "code",
    "dt": "date",
    "cust": "customer",
    "addr": "address",
}
_REPEATING = 0.2
"""Distinct values / values below which short texts are categories. Names of things that are there several times each
have 0.2 to 0.5."""
_LEAST_FILLED = 0.005
_LONGEST_NAME = 9.0
"""Words, on average, of columns that may hold names of organisations; longer ones are sentences."""


def understand(profiles: Sequence[Profile]) -> list[Understood]:
    """What each column is. Columns that repeat another, are empty or hold one value take no part.

    Where every column holds one value, all records being the same, those columns are used after all.
    """
    understood = _without_repeats(aligned(_settled([_understand(profile) for profile in profiles])))
    if any(one.type for one in understood):
        return understood
    return _without_repeats(aligned(_settled([_understand(profile, constant=True) for profile in profiles])))


def recency_column(profiles: Sequence[Profile]) -> str | None:
    """The column that says when a record was last updated, if a name says so."""
    return next((one.name for one in profiles if plain_name(one.name)[0] in _RECENCY), None)


def plain_name(name: str) -> tuple[str, int]:
    """A column name as lower-case words, and the number it ends in (0 for none)."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    parted = re.sub(r"([a-z]{3})([0-9])", r"\1 \2", fold(spaced))
    words = " ".join(_WRITTEN_SHORT.get(word, word) for word in re.sub(r"[^a-z0-9]+", " ", parted).split())
    match = re.fullmatch(r"(.*?)[ ]?c?(\d{1,2})", words)
    if match and match[1] and words not in _BY_NAME:
        return match[1].strip(), int(match[2])
    return words, 0


def _understand(profile: Profile, *, constant: bool = False) -> Understood:
    name, number = plain_name(profile.name)
    if profile.filled == 0:
        return Understood(profile, reason="it is empty")
    if profile.distinct <= 1 and profile.rows > 1 and not constant:
        return Understood(profile, reason="it holds the same value everywhere")
    if name in _BOOKKEEPING:
        return Understood(profile, reason="by its name it describes the file or an earlier run, not the entity")
    if profile.filled < _LEAST_FILLED:
        return Understood(profile, reason=f"only {profile.filled:.1%} of the records have it")
    hint, qualifier = _hinted(name, profile)
    if hint is not None:
        kind = "phone" if hint.type == "fax" else hint.type
        group = "fax" if hint.type == "fax" else " ".join(filter(None, (qualifier, kind)))
        if kind in ("category", "identifier", "url", "text"):
            group = name
        return Understood(profile, kind, hint.role, group, f"named {profile.name!r}, and its values fit", number)
    return _by_values(profile, name)


def _hinted(name: str, profile: Profile) -> tuple[_Hint | None, str]:
    """The first hint of the name (or of the name without a qualifier in front) that the values do not contradict."""
    words = name.split()
    for cut in range(min(3, len(words))):
        if any(word not in (*_QUALIFIERS, *_KIND) for word in words[:cut]):
            break
        for hint in _BY_NAME.get(" ".join(words[cut:]), []):
            if hint.fits(profile):
                return hint, " ".join(word for word in words[:cut] if word not in _KIND)
    for hint in (
        _BY_NAME.get(words[0], [])
        if len(words) > 1 and words[-1] in ("name", "address", "number", "no", "code")
        else []
    ):
        if hint.fits(profile):
            return hint, ""
    return None, ""


def _by_values(profile: Profile, name: str) -> Understood:
    """What the values alone say."""
    shares = profile.shares

    def told(kind: str, reason: str, role: str = "value") -> Understood:
        return Understood(profile, kind, role, kind if kind in ("email", "phone", "date") else name, reason)

    if shares["email"] >= 0.6:
        return told("email", "its values look like e-mail addresses")
    if shares["url"] >= 0.5 and profile.words <= 6:
        return told("url", "its values look like web addresses")
    if shares["ip"] >= 0.8:
        return told("ip", "its values look like IP addresses")
    if shares["date"] >= 0.7 and shares["integer"] < 0.5:
        return replace(told("date", "its values look like dates"), group=name)
    if shares["phone"] >= 0.7 and shares["integer"] < 0.7 and shares["decimal"] < 0.2 and profile.distinct_share > 0.2:
        return told("phone", "its values look like phone numbers")
    if _numeric(profile):
        return told("number", "its values are numbers")
    if profile.distinct <= 2 and shares["boolean"] >= 0.9:
        return told("boolean", "its values are yes or no")
    few = profile.distinct <= max(30, 0.05 * profile.rows * profile.filled)
    if few and profile.words <= 5:
        return told("category", f"it has only {profile.distinct:,} different values")
    if shares["integer"] >= 0.8:
        kind = "identifier" if profile.length >= 5 and profile.distinct_share >= 0.3 else "number"
        return told(kind, "its values are long distinct numbers" if kind == "identifier" else "its values are numbers")
    if shares["code"] >= 0.7 and profile.words <= 2:
        return told("identifier", "its values look like codes")
    if (profile.organisation >= 0.2 or profile.legal >= 0.1) and profile.words <= _LONGEST_NAME:
        return told("organisation", "its values hold words and legal forms of organisations")
    if profile.words <= 2.2 and profile.distinct_share < _REPEATING:
        return told("category", "its values are short and repeat")
    return told("text", "its values are free text")


def _settled(understood: list[Understood]) -> list[Understood]:
    """Mend what only the whole table can tell: parts without their whole, numbers in names, a single kind of name."""
    have_date_parts = {one.role for one in understood if one.type == "date"} >= {"year", "month", "day"}
    given_numbers = sum(one.role == "given" and one.type == "person_name" for one in understood)
    with_street = {one.group for one in understood if one.type == "address" and one.role in ("street", "full")}
    named = {(one.group, one.role) for one in understood if one.type == "person_name"}
    settled = []
    for one in understood:
        if one.type == "person_name" and one.role == "full" and _is_family(one, named):
            one = replace(one, role="family", reason=f"named {one.profile.name!r}, beside a given name")
        if one.type == "address" and one.role in ("number", "unit", "line2") and one.group not in with_street:
            one = _by_values(one.profile, plain_name(one.profile.name)[0])
        if one.type == "date" and one.role in ("year", "month", "day") and not have_date_parts:
            settled.append(
                replace(
                    one,
                    type="number",
                    role="value",
                    group=plain_name(one.profile.name)[0],
                    reason="its values are numbers",
                )
            )
        elif one.type == "person_name" and one.role == "given" and one.number >= 2 and given_numbers > 1:
            settled.append(
                replace(one, role="middle", number=0, reason=f"named {one.profile.name!r}: a further given name")
            )
        elif one.type == "person_name" and one.role == "family" and one.number >= 2:
            settled.append(
                replace(one, type="category", role="value", group=plain_name(one.profile.name)[0] + " 2", number=0)
            )
        elif one.type == "address" and one.role == "street" and one.number >= 2:
            settled.append(replace(one, role="line2", number=0))
        elif one.type in ("person_name", "address"):
            settled.append(replace(one, number=0))
        else:
            settled.append(one)
    return settled


def _is_family(one: Understood, named: Set[tuple[str, str]]) -> bool:
    """Whether a name without further words stands for the family name: "Vorname, Name"."""
    return (one.group, "given") in named and (one.group, "family") not in named and one.profile.words < 1.5


def _without_repeats(understood: list[Understood]) -> list[Understood]:
    """Of several columns for one role of one value keep the fullest; the longer names first, they hold more."""
    best: dict[tuple[str, str, int], Understood] = {}
    for one in understood:
        if one.type in ("person_name", "address", "geo"):
            held = best.get(_place(one))
            if held is None or (round(one.profile.filled, 2), one.profile.words) > (
                round(held.profile.filled, 2),
                held.profile.words,
            ):
                best[_place(one)] = one
    kept = {id(one) for one in best.values()}
    return [
        replace(one, type="", reason=f"it repeats {best[_place(one)].profile.name!r}")
        if one.type in ("person_name", "address", "geo") and id(one) not in kept
        else one
        for one in understood
    ]


def _place(one: Understood) -> tuple[str, str, int]:
    """What a part of a compound value is: two columns of one place hold the same."""
    return one.group, one.role, one.variant
