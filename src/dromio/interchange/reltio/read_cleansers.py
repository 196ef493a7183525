"""Reads the rule-local cleansers of a match group."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dromio.interchange.reltio.cleansers import CLEANSERS, PREFIX, Entries
from dromio.interchange.reltio.fields import Fields, join, shown
from dromio.interchange.reltio.groups import Cleanse

ReadAttribute = Callable[[object, str], str]
"""(URI, path of the URI) -> path of the attribute, empty when it is none."""
PARAMETERS = {"NameDictionaryCleanser": ("dictionary",), "StringReplacementCleanser": ("replacements",)}


def read_cleansers(fields: Fields, attribute: ReadAttribute) -> Iterator[Cleanse]:
    """The cleansers listed under `cleanse`, in order."""
    for item in fields.objects("cleanse"):
        item.only(("cleanseAdapter", "cleanseAdapterParams", "mappings"))
        name = item.text("cleanseAdapter", required=True).removeprefix(PREFIX)
        if name and name not in CLEANSERS:
            item.fault("cleanseAdapter", f"{name!r} is not known; known are {', '.join(CLEANSERS)}")
            continue
        entries = _entries(item, name)
        attributes = tuple(dict.fromkeys(_attributes(item, attribute)))
        if not attributes and not item.values.get("mappings"):
            item.fault("mappings", "must name at least one attribute")
        if name and attributes:
            yield Cleanse(name, attributes, entries)


def _attributes(item: Fields, attribute: ReadAttribute) -> Iterator[str]:
    for mapping in item.objects("mappings"):
        mapping.only(("attribute", "cleanseAttribute", "mandatory", "allValues"))
        found = attribute(mapping.values.get("attribute"), join(mapping.path, "attribute"))
        target = mapping.values.get("cleanseAttribute", mapping.values.get("attribute"))
        if target != mapping.values.get("attribute"):
            mapping.fault("cleanseAttribute", f"must be the attribute itself, found {shown(target)}")
        if found:
            yield found


def _entries(item: Fields, name: str) -> Entries:
    parameters = item.object("cleanseAdapterParams") or Fields({}, "", item.faults)
    parameters.only(PARAMETERS.get(name, ()))
    if name == "NameDictionaryCleanser":
        return tuple(dict.fromkeys(_synonyms(parameters)))
    if name != "StringReplacementCleanser":
        return ()
    if "replacements" not in parameters.values:
        item.fault("cleanseAdapterParams", 'needs replacements, a list of texts "found=>replacement"')
    return tuple(_replacements(parameters))


def _synonyms(parameters: Fields) -> Iterator[tuple[str, str]]:
    """(name, base name) of a dictionary of base names to lists of names; each base name stands for itself too."""
    dictionary = parameters.object("dictionary")
    for base in dictionary.values if dictionary else ():
        folded = base.strip().lower()
        yield folded, folded
        for name, path in dictionary.items(base) if dictionary else ():
            if isinstance(name, str) and name.strip():
                yield name.strip().lower(), folded
            else:
                parameters.fault(path.removeprefix(parameters.path + "."), f"must be a name, found {shown(name)}")


def _replacements(parameters: Fields) -> Iterator[tuple[str, str]]:
    for line, path in parameters.items("replacements"):
        found, arrow, replacement = line.partition("=>") if isinstance(line, str) else ("", "", "")
        if found and arrow:
            yield found.lower(), replacement.lower()
        else:
            name = path.removeprefix(parameters.path + ".")
            parameters.fault(name, f'must be a text "found=>replacement", found {shown(line)}')
