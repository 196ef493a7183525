"""Versions of a data domain: schema, key properties and matching algorithm, checked together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dromio.language import (
    Algorithm,
    Code,
    LanguageError,
    check,
    default_algorithm,
    from_json,
    parse,
    to_json,
    warnings_of,
)
from dromio.server.faces.younite.errors import CodedFault, MalformedError, language_faults
from dromio.server.faces.younite.members import Members

ALGORITHM = "matchingAlgorithm"
MOST_KEYS = 1_000


@dataclass(frozen=True, slots=True)
class Version:
    """A version. Without an algorithm all key properties must be identical."""

    schema: dict[str, Any]
    key_properties: tuple[str, ...]
    algorithm: Algorithm | None

    def to_dict(self) -> dict[str, Any]:
        """The version as it is kept and answered; the algorithm in its canonical JSON form."""
        document = {"modelSchema": self.schema, "drKeyProperties": list(self.key_properties)}
        return document | ({} if self.algorithm is None else {ALGORITHM: to_json(self.algorithm)})


def read_version(body: object) -> Version:
    """The version that a body describes. Raises MalformedError with every fault."""
    members = Members(body, "", [])
    schema = members.object("modelSchema", required=True)
    keys = _keys(members)
    members.done()
    algorithm = read_algorithm(members, ALGORITHM, keys, schema)
    if algorithm is None:
        _check_keys(members, keys, schema)
    members.done()
    return Version(schema, keys, algorithm)


def kept_version(document: dict[str, Any]) -> Version:
    """The version that was kept."""
    keys, schema = tuple(document["drKeyProperties"]), document["modelSchema"]
    algorithm = document.get(ALGORITHM)
    return Version(schema, keys, None if algorithm is None else from_json(algorithm, keys, schema))


def read_algorithm(
    members: Members, name: str, keys: tuple[str, ...] | None = None, schema: dict[str, Any] | None = None
) -> Algorithm | None:
    """The algorithm at a member, as JSON or as text; None where there is none, or it has faults, which are noted."""
    given = members.any(name)
    if given is None:
        return None
    try:
        if not isinstance(given, str):
            return from_json(given, keys, schema)
        algorithm = parse(given)
        check(algorithm, keys, schema)
    except LanguageError as error:
        members.faults += language_faults(error, members.at(name))
        return None
    return algorithm


def warning_list(algorithm: Algorithm | None) -> list[dict[str, str]]:
    """Warnings as they are answered."""
    found = warnings_of(algorithm) if algorithm else []
    return [{"code": str(one.code), "message": one.message, "path": one.part} for one in found]


def _keys(members: Members) -> tuple[str, ...]:
    names = members.list("drKeyProperties", required=True)
    for index, name in enumerate(names):
        if not isinstance(name, str) or not name:
            members.fault(f"drKeyProperties[{index}]", "WRONG_TYPE", "must be a text that is not empty")
        elif name in names[:index]:
            members.fault(f"drKeyProperties[{index}]", "CONFLICT", f"names {name!r} again")
    if len(names) > MOST_KEYS:
        members.fault("drKeyProperties", "TOO_LARGE", f"may have {MOST_KEYS} members")
        raise MalformedError(members.faults)
    return tuple(name for name in names if isinstance(name, str))


def _check_keys(members: Members, keys: tuple[str, ...], schema: dict[str, Any]) -> None:
    """Note key properties that the schema lacks, where no algorithm has brought them up."""
    try:
        check(default_algorithm(keys), keys, schema)
    except LanguageError as error:
        known = {fault.path for fault in members.faults}
        members.faults += [
            CodedFault(fault.path, fault.message, str(fault.code))
            for fault in error.faults
            if fault.code is Code.KEY_PROPERTY_NOT_IN_SCHEMA and fault.path not in known
        ]
