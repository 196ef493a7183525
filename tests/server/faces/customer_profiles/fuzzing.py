"""Requests made at random from the service model: right ones, nearly right ones, and rubbish."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import botocore.session

from dromio.server.faces.customer_profiles.operations import EXTENSIONS, OPERATIONS, PREFIX, Operation

SERVICE = botocore.session.get_session().get_service_model("customer-profiles")
_ODD: tuple[Any, ...] = (
    None, "", " ", "\x00", "\ud800", "é" * 300, "'; DROP TABLE cp_domains; --", "../..", "%2e%2e", -1, 0, 2**31, 2**63,
    10**30, 1.5, 1e400, True, [], [None], {}, {"": ""}, [[[[]]]], "a" * 70_000, "{{_source.a}}", "٣",
)  # fmt: skip
_TEXTS: dict[str, tuple[str, ...]] = {
    "KeyName": ("_phone", "_email", "_account", "_profileId", "_fullName", "crm", "customer"),
    "SearchKey": ("matchId", "_profileId", "profileid"),
    "ObjectTypeName": ("Customer", "Order"),
    "Source": ("_source.id", "_source.a.b", "{{_source.id}} {{_source.email}}", "{{", "_source..[0]"),
    "Target": ("_profile.FirstName", "_profile.Address.City", "_profile.Attributes.x", "_profile.", "x"),
    "SourceLastUpdatedTimestampFormat": ("ISO_8601", "EPOCHMILLI", "yyyy-MM-dd'T'HH:mm:ss", "%Q", "Z"),
    "TemplateId": ("Zendesk-users", "none"),
    "Object": ('{"id": "1", "email": "a@b.c"}', '{"id": {"a": []}}', "[]", "{", '{"id": NaN}'),
    "Time": ("0:00", "23:59", "24:00"),
    "AttributeName": ("FirstName", "email", "Attributes.x", "a/b c"),
    "PhoneNumber": ("+12065550100", "206-555-0100", "12", "++"),
    "EmailAddress": ("ann@example.org", "ANN@EXAMPLE.ORG"),
}
_RARE = ("DeleteDomain", "DeleteProfileObjectType", "DeleteProfile")
_RULE_NAMES = (
    "AccountNumber",
    "EmailAddress",
    "PhoneNumber",
    "Address.City",
    "Address.Address",
    "Attributes.x",
    "LastName",
)
_FIELDS = {"id": {"Source": "_source.id"}, "email": {"Target": "_profile.EmailAddress"}}
_KEYS = {
    "customer": [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": ["id"]}],
    "_email": [{"StandardIdentifiers": ["PROFILE"], "FieldNames": ["email"]}],
}


@dataclass
class Fuzzer:
    """Makes requests. `ids` grows with ids that replies name, so that later requests find something."""

    chance: random.Random
    domains: tuple[str, ...] = ("one", "two", "three")
    ids: list[str] = field(default_factory=lambda: ["0" * 32])
    tokens: list[str] = field(default_factory=lambda: ["x"])

    def request(self) -> tuple[str, str, bytes, str]:
        """Method, target, body, and the name of the operation."""
        operation = self.chance.choice((*OPERATIONS, *EXTENSIONS))
        if operation.name in _RARE and self.chance.random() < 0.9:
            operation = OPERATIONS[0]
        shape = SERVICE.operation_model(operation.name).input_shape if operation in OPERATIONS else None
        given = self._members(shape, 0) if shape else {}
        given.setdefault("DomainName", self.chance.choice(self.domains))
        if operation.name == "PutProfileObjectType" and self.chance.random() < 0.7:
            given |= {"Fields": dict(_FIELDS), "Keys": dict(_KEYS)}
            given.pop("TemplateId", None)
        body = {name: value for name, value in given.items() if f"{{{name}}}" not in operation.path}
        raw = json.dumps(body).encode() if operation.method in ("PUT", "POST") else b""
        if self.chance.random() < 0.01:
            raw = self.chance.choice((b"{", b"[]", b"\xff", b"null", b"1" * 5000, b"[" * 100_000))
        return operation.method, self._target(operation, given), raw, operation.name

    def learn(self, reply: Any) -> None:
        """Keep ids and tokens of a reply."""
        text = json.dumps(reply)
        self.ids += [part for part in text.split('"') if len(part) == 32 and part.isalnum()][:5]
        if isinstance(reply, dict) and "NextToken" in reply:
            self.tokens.append(reply["NextToken"])
        self.ids, self.tokens = self.ids[-40:], self.tokens[-10:]

    def _target(self, operation: Operation, given: dict[str, Any]) -> str:
        path = operation.path
        for name in (
            "DomainName",
            "ObjectTypeName",
            "AttributeName",
            "ProfileId",
            "Id",
            "JobId",
            "MatchId",
            "TemplateId",
        ):
            value = given.get(name, self.chance.choice(self.ids))
            path = path.replace(f"{{{name}}}", _quoted(value))
        arn = f"arn:aws:profile:us-east-1:0:domains/{self.chance.choice(self.domains)}"
        path = path.replace(
            "{resourceArn}", quote(self.chance.choice((arn, f"{arn}/object-types/Customer", "arn")), safe="")
        )
        query = "&".join(f"{key}={_quoted(value)}" for key, value in self._query().items())
        return f"{PREFIX}{path}?{query}" if query else f"{PREFIX}{path}"

    def _query(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.chance.random() < 0.2:
            found["max-results"] = self.chance.choice((1, 2, 100, 101, "x", "", -1))
        if self.chance.random() < 0.1:
            found["next-token"] = self.chance.choice(self.tokens)
        if self.chance.random() < 0.1:
            found["tagKeys"] = self.chance.choice(("a", "b", "aws:x"))
        return found

    def _members(self, shape: Any, depth: int) -> dict[str, Any]:
        """Some members of a structure: nearly always those that are required."""
        odds = 0.25 if depth else 0.35
        names = [
            name for name in shape.members if self.chance.random() < (0.99 if name in shape.required_members else odds)
        ]
        return {name: self._value(name, shape.members[name], depth) for name in names}

    def _value(self, name: str, shape: Any, depth: int) -> Any:
        if self.chance.random() < 0.01:
            return self.chance.choice(_ODD)
        match shape.type_name:
            case "structure":
                return self._members(shape, depth + 1)
            case "list":
                count = self.chance.randint(shape.metadata.get("min", 1), 3)
                return [self._value("Rule" if name == "Rule" else name, shape.member, depth + 1) for _ in range(count)]
            case "map":
                keys = ("id", "email", "customer", "x", "sourceLastUpdatedTimestamp")
                return {self.chance.choice(keys): self._value("", shape.value, depth + 1) for _ in range(2)}
            case "boolean":
                return self.chance.random() < 0.8
            case "integer":
                return self.chance.choice((1, 2, 5, 15, 100, shape.metadata.get("max", 7)))
            case "double":
                return self.chance.choice((0, 0.5, 1))
        return self._text(name, shape)

    def _text(self, name: str, shape: Any) -> str:
        if "enum" in shape.metadata:
            return str(self.chance.choice(shape.metadata["enum"]))
        if name == "DomainName":
            return self.chance.choice(self.domains)
        if name == "Rule":
            return self.chance.choice(_RULE_NAMES)
        if name.endswith(("Id", "Ids", "IdsToBeMerged", "SearchValue")) or shape.name == "uuid":
            return self.chance.choice(self.ids)
        if name in _TEXTS:
            return self.chance.choice(_TEXTS[name])
        return self.chance.choice(("a", "Ann", "id", "email", "ann@example.org", "1"))


def _quoted(value: Any) -> str:
    return quote(str(value).encode("utf-8", "replace"), safe="")[:2000]
