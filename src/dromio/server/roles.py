"""Who may do what: scopes are what routes ask for, roles are bundles of scopes, grants are roles per domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dromio.errors import UsageError

EVERYWHERE = "*"
"""A grant for all domains and for what belongs to none."""


class Scope(StrEnum):
    """One thing that a route may ask of its caller."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"
    READ = "read"
    WRITE = "write"
    JUDGE = "judge"
    ERASE = "erase"
    ADMINISTER = "administer"
    AUDIT = "audit"
    OBSERVE = "observe"


class Role(StrEnum):
    """What an operator grants."""

    READER = "reader"
    INGEST = "ingest"
    STEWARD = "steward"
    PRIVACY = "privacy"
    ADMIN = "admin"
    AUDITOR = "auditor"


SCOPES: Mapping[Role, frozenset[Scope]] = {
    Role.READER: frozenset({Scope.READ}),
    Role.INGEST: frozenset({Scope.WRITE}),
    Role.STEWARD: frozenset({Scope.READ, Scope.JUDGE}),
    Role.PRIVACY: frozenset({Scope.READ, Scope.ERASE}),
    Role.ADMIN: frozenset({Scope.ADMINISTER, Scope.OBSERVE}),
    Role.AUDITOR: frozenset({Scope.AUDIT, Scope.OBSERVE}),
}
"""Scopes of each role. None contains another role: who administers does not read records."""

Grants = Mapping[str, frozenset[Role]]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who calls: a name for people, the credential that was shown (never its secret), and the roles per domain."""

    name: str
    credential: str
    grants: Grants

    def scopes_in(self, domain: str | None) -> frozenset[Scope]:
        """Scopes in a domain; without a domain, those of grants for everywhere."""
        roles = self.grants.get(EVERYWHERE, frozenset())
        if domain is not None:
            roles = roles | self.grants.get(domain, frozenset())
        return frozenset({Scope.PUBLIC, Scope.SIGNED_IN}).union(*(SCOPES[role] for role in roles))

    def knows(self, domain: str) -> bool:
        """Whether the principal may know that a domain exists."""
        return bool(self.grants.get(domain) or self.grants.get(EVERYWHERE))


def parse_grants(texts: Iterable[str]) -> dict[str, frozenset[Role]]:
    """Grants written as `domain:role`, `*:role` for everywhere. Raises UsageError that names all that are wrong."""
    found: dict[str, set[Role]] = {}
    wrong: list[str] = []
    for text in texts:
        domain, _, role = text.rpartition(":")
        if not domain or role not in set(Role):
            wrong.append(repr(text))
        else:
            found.setdefault(domain, set()).add(Role(role))
    if wrong:
        raise UsageError(f"a grant is DOMAIN:ROLE with a role of {', '.join(Role)}; found {', '.join(wrong)}")
    return {domain: frozenset(roles) for domain, roles in sorted(found.items())}


def grant_texts(grants: Grants) -> list[str]:
    """The texts that `parse_grants` reads, sorted."""
    return sorted(f"{domain}:{role}" for domain, roles in grants.items() for role in roles)
