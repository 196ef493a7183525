"""A world with something in every corner, and for every route one request that must succeed in it.

The requests stand in the order in which they can be asked one after another. They carry nothing of the world but ids:
its `marker` is in the values of all that was stored, so that an answer that holds it tells of what is stored.
"""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from string import ascii_lowercase
from typing import Any
from urllib.parse import quote

from dromio.model.files import document_of
from dromio.server.faces import all_faces
from dromio.server.roles import Role, parse_grants
from dromio.server.routes import Face, Route

from .asking import Answer, Rig
from .contact import started
from .factory import ANN, BOB, model

FACES = [face for face in all_faces() if face.scheme == "bearer"]
ROUTES: dict[str, tuple[Face, Route]] = {route.name: (face, route) for face in FACES for route in face.routes}
HCP = "HCP"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Asked:
    """What is asked of a route: parameters of its path, its query and its body, in JSON or as it is."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: Any = None
    raw: bytes | None = None

    def target(self, route: Route) -> str:
        """The address on the wire."""
        given = {name: quote(str(value), safe="") for name, value in self.path.items()}
        texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in self.query.items()}
        query = "&".join(f"{name}={quote(text, safe='')}" for name, text in texts.items())
        return route.path.format(**given) + (f"?{query}" if query else "")


class World:
    """A domain of every face that has one, made by somebody who may do everything."""

    def __init__(self, rig: Rig, marker: str = "", stem: str = "") -> None:
        self.rig = rig
        self.number = next(_numbers)
        self.marker = marker or "".join(random.Random(self.number).choices(ascii_lowercase, k=10))
        self.people = stem or f"world{self.number}"
        self.tenant, self.rules, self.zone = (f"{self.people}-{one}" for one in ("clinic", "rules", "zone"))
        self._fill_people()
        self._fill_clinic()
        self._fill_rules()
        self._fill_centre()

    @property
    def domains(self) -> tuple[str, str, str]:
        """All that a grant for this world names."""
        return self.people, self.tenant, self.rules

    def key(self, *roles: Role) -> str:
        """A new key with roles in all domains of this world."""
        return self.rig.key_for(*(f"{domain}:{role}" for domain in self.domains for role in roles))

    def requests(self) -> dict[str, Asked]:
        """A request for every route by the name of its operation."""
        return {name: asked for one in (self._own, self._centre, self._clinic, self._rules) for name, asked in one()}

    def ask(self, name: str, asked: Asked, *, domain: str | None = None, **given: Any) -> Answer:
        """The answer to a request, if wanted with the domain of its path exchanged."""
        _, route = ROUTES[name]
        if domain is not None:
            asked = replace(asked, path=asked.path | {"domain": domain})
        headers = {"content-type": "application/x-ndjson"} if asked.raw else {}
        target = asked.target(route)
        return self.rig.ask(route.method, target, asked.body, raw=asked.raw, headers=headers, **given)

    def erase(self) -> None:
        """Make all go that can go."""
        people = self.rig.service.store.domain(self.people)
        for domain in (people, self.rig.service.store.domain(self.tenant)):
            for entity in sorted(domain.partition()):
                domain.erase(entity)
        for number in self.jobs:
            self._done("POST", f"/v1/domains/{self.people}/jobs/{number}/cancel")
        self._done("DELETE", f"/v1/domains/{self.people}/schedules/nightly")
        self._done("DELETE", f"/v1/domains/{self.people}/models/3")
        self._done("DELETE", f"/v1/keys/{self.api_key}")
        self._done("DELETE", f"/v1/signing-keys/{self.signing_key}")
        for customer in self.customers:
            self._done("POST", f"/identity/{customer}/erase")

    # Filling

    def _fill_people(self) -> None:
        self.rig.service.store.create_domain(self.people, model())
        self.ids = [f"{self.marker}-{number}" for number in range(12)]
        emails = ("lee", "lee", "ray", "fox", "orr", "kim", "kim", "elm", "oak", "ash", "yew", "fir")
        for number, email in enumerate(emails):
            given = "Zoe" if email in ("fox", "orr") else f"N{number}"
            values = {"given": given, "family": self.marker, "email": f"{email}@{self.marker}.example"}
            if given != "Zoe":
                values["family"] = f"{self.marker}{number}"
            self._done("PUT", f"{self._base}/records/crm/{self.ids[number]}", {"values": values})
        people = self.rig.service.store.domain(self.people)
        self.entities = [people.entity_of("crm", one) for one in self.ids]
        (self.item,) = [one.item_id for one in people.review()]
        judged = [self._judge(7, other) for other in (8, 9)]
        self.act = judged[1]
        for version in (2, 3):
            found = self._done("POST", f"{self._base}/models", {"model": stricter(version)})
            assert found["version"] == version
        self.jobs = [self._done("POST", f"{self._base}/jobs", {"kind": kind})["job_id"] for kind in ("verify", "redo")]
        self.imported = self._import()["job_id"]
        self.jobs.append(self.imported)
        self._done("PUT", f"{self._base}/schedules/nightly", {"kind": "redo", "every": "day", "at": "03:30"})
        grants = parse_grants(["elsewhere:reader"])
        self.api_key = self.rig.service.keys.create("a key", grants)[0].key_id
        self.signing_key = self.rig.service.signing_keys.create("a key", grants)[0].key_id

    def _fill_clinic(self) -> None:
        kind = f"configuration/entityTypes/{HCP}"
        self._done("PUT", f"/reltio/api/{self.tenant}/{kind}/matchGroups", [_group()])
        given = [_entity(self.marker, str(number)) for number in range(4)]
        posted = self._done("POST", f"/reltio/api/{self.tenant}/entities", given)
        self.patients = [one["object"]["uri"].removeprefix("entities/") for one in posted]

    def _fill_rules(self) -> None:
        path = f"/younite/domains/{self.rules}/versions"
        self.version = self._done("POST", path, _version(f"{self.marker} EQ"))["uuid"]
        self._done("PUT", f"/younite/zones/{self.zone}/adaptors/crm", {"name": "CRM"})

    def _fill_centre(self) -> None:
        self.phone = f"+1206555{self._digits}"
        self.email = f"one@{self.marker}.example"
        contacts = ({"email": self.email}, {"email": f"two@{self.marker}.example"}, {"phone": self.phone})
        self.customers = [self._met(**one) for one in contacts]
        emails = (f"{one}@{self.marker}.example" for one in ("j.doe", "john.doe"))
        asked = [self._met(fullName=f"John {self.marker}", email=email) for email in emails]
        shared = f"+1425555{self._digits}"
        names = ("Ann Lee", "Bob Ray", "Zoe Fox", "Tim Orr")
        self.customers += [*asked, *(self._met(phone=shared, fullName=f"{name} {self.marker}") for name in names)]
        waiting = self._done("GET", "/identity/pending")["items"]
        (self.pending,) = [one["pendingId"] for one in waiting if asked[0] in one["customerIds"]]
        self.review = max(one["reviewId"] for one in self._done("GET", "/identity/review")["items"])

    def _met(self, **told: Any) -> str:
        return str(self._done("POST", "/identity/resolve", told)["customerId"])

    def _judge(self, left: int, right: int) -> int:
        pair = self._pair(left, right) | {"verdict": "negative"}
        return int(self._done("POST", f"{self._base}/judgements", pair)["act"])

    def _import(self) -> Any:
        name = "post_import"
        asked = next(asked for one, asked in self._own_imports() if one == name)
        answer = self.ask(name, asked)
        assert answer.status == 201, answer.body
        return answer.json

    def _done(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.rig.ask(method, path, body)
        assert answer.status in (200, 201), (method, path, answer.body)
        return answer.json

    @property
    def _digits(self) -> str:
        return f"{random.Random(self.marker).randrange(1000, 10_000)}"

    @property
    def _base(self) -> str:
        return f"/v1/domains/{self.people}"

    def _record(self, number: int) -> dict[str, Any]:
        return {"source": "crm", "unique_id": self.ids[number]}

    def _pair(self, left: int, right: int) -> dict[str, Any]:
        return {"left": self._record(left), "right": self._record(right)}

    # Requests

    def _own(self) -> Iterator[tuple[str, Asked]]:
        def of(body: Any = None, query: dict[str, Any] | None = None, **path: Any) -> Asked:
            return Asked({"domain": self.people, **path}, query or {}, body)

        yield from ((name, Asked()) for name in ("healthz", "readyz", "metrics", "openapi", "get_domains"))
        yield "post_domain", Asked(body={"name": f"{self.people}-more", "model": document_of(model())})
        yield "get_domain", of()
        yield "patch_settings", of({"review_days": 90})
        yield "get_settings", of()
        yield "get_model", of()
        yield "check_model", Asked(body={"model": document_of(model())})
        yield "get_models", of()
        yield "post_model", of({"model": stricter(4)})
        yield "get_model_version", of(version=2)
        yield "check_model_version", of(version=2)
        yield "propose_model", of(version=2)
        yield "apply_model", of(version=2)
        yield "drop_model", of(version=3)
        new = {"source": "crm", "values": ANN}
        yield "put_record", of({"values": ANN, "version": 1}, source="crm", unique_id="new 1")
        yield "put_records", of({"records": [new | {"unique_id": "new 2", "values": BOB}]})
        yield "resolve", of(new | {"unique_id": "new 3"})
        yield "search", of({"values": ANN})
        yield "get_record", of(**self._record(0))
        yield "get_versions", of(**self._record(0))
        yield "get_entity", of(entity_id=self.entities[0])
        yield "get_history", of(entity_id=self.entities[0])
        yield "get_golden", of(entity_id=self.entities[0])
        yield "put_value", of({"value": "ann@example.org"}, entity_id=self.entities[0], name="email")
        yield "delete_value", of(entity_id=self.entities[0], name="email")
        yield "judge", of(self._pair(0, 10) | {"verdict": "unsure", "reason": "same passport?"})
        yield "withdraw", of(self._pair(7, 8))
        yield "undo", of(act=self.act)
        yield "merge", of({"entities": [self.entities[0], self.entities[2]], "reason": "same passport"})
        yield "unmerge", of({"records": [self._record(6)], "reason": "two people"}, entity_id=self.entities[5])
        yield "get_review", of(query={"limit": 10})
        yield "decide", of({"accept": True, "reason": "same passport"}, item_id=self.item)
        yield "explain", of({"left": self._record(0), "right": {"values": ANN}})
        yield "export", of(entity_id=self.entities[0])
        yield "get_jobs", of(query={"limit": 10})
        yield "post_job", of({"kind": "resolve"})
        yield "get_job", of(job_id=self.jobs[0])
        yield "cancel_job", of(job_id=self.jobs[1])
        yield from self._own_imports()
        yield "get_schedules", of()
        yield "put_schedule", of({"kind": "resolve", "every": "sunday", "at": "03:30"}, name="weekly")
        yield "delete_schedule", of(name="nightly")
        yield "get_events", of(query={"after": 0, "limit": 3})
        yield "delete_record", of(**self._record(11))
        yield "erase", of({"reason": "asked for by letter"}, entity_id=self.entities[9])
        new_key = {"name": "nightly load", "grants": ["elsewhere:ingest"]}
        for kind, one in (("key", self.api_key), ("signing_key", self.signing_key)):
            yield f"get_{kind}s", Asked()
            yield f"post_{kind}", Asked(body=new_key)
            yield f"delete_{kind}", Asked({"key_id": one})
        yield "get_audit", Asked(query={"limit": 2})
        yield "verify_audit", Asked()

    def _own_imports(self) -> Iterator[tuple[str, Asked]]:
        raw = "".join(f"{json.dumps({'id': name, **ANN})}\n" for name in ("a", "b")).encode()
        yield "post_import", Asked({"domain": self.people}, {"source": "web", "id": "id"}, raw=raw)
        if hasattr(self, "imported"):
            yield "cancel_import", Asked({"domain": self.people, "job_id": self.imported})

    def _centre(self) -> Iterator[tuple[str, Asked]]:
        one, other, third, *_ = self.customers
        yield "post_identity_events", Asked(body=started(f"conversation-{self.people}"))
        yield "resolve_identity", Asked(body={"phone": "+12065550100", "fullName": "Ann Lee", "dryRun": True})
        yield "lookup_identity", Asked(body={"phone": self.phone})
        yield "find_identity", Asked(query={"phone": self.phone})
        yield "get_identity", Asked({"customer_id": one})
        yield "merge_identities", Asked({"customer_id": one}, body={"customerId": other, "reason": "said so"})
        yield "unmerge_identity", Asked({"customer_id": one})
        yield "get_pending", Asked(query={"limit": 5})
        ask_by = {"channel": "voice", "consentText": "v1"}
        yield "request_consent", Asked({"pending_id": self.pending}, body=ask_by)
        yield "decide_pending", Asked({"pending_id": self.pending}, body={"decision": "APPROVED", "channel": "voice"})
        yield "get_identity_review", Asked(query={"limit": 5})
        yield "resolve_identity_review", Asked({"review_id": self.review}, body={"outcome": "CLEAR"})
        yield "erase_identity", Asked({"customer_id": third})

    def _clinic(self) -> Iterator[tuple[str, Asked]]:
        def of(body: Any = None, query: dict[str, Any] | None = None, **path: Any) -> Asked:
            return Asked({"domain": self.tenant, **path}, query or {}, body)

        one, other, _, last = self.patients
        pair = {"first": f"entities/{one}", "second": _entity("Stark", "9")}
        attributes = [{"name": name} for name in ("FirstName", "LastName")]
        for name in ("verify_entity_matches", "verify_entity_matches_of_tenant"):
            yield name, of(pair, {"show": "full"})
        yield "put_entity_type", of({"attributes": attributes}, type=HCP)
        yield "put_match_groups", of([_group()], type=HCP)
        yield "get_match_groups", of(type=HCP)
        yield "put_skip_list", of([_group()["uri"]], type=HCP)
        yield "get_skip_list", of(type=HCP)
        yield "post_reltio_entities", of([_entity("Stark", "8")])
        yield "get_reltio_entity", of(id=one)
        yield "get_potential_matches", of(id=one)
        yield "get_match_document", of(None, {"documentsFromDatabase": "true"}, id=one)
        yield "get_match_tokens_detailed", of(id=one)
        yield "search_overcollisioned_tokens", of({"max": 10, "offset": 0})
        for name in ("set_not_match", "reset_not_match", "set_as_match", "reset_as_match"):
            yield name, of(None, {"uri": f"entities/{other}"}, id=one)
        yield "rebuild_match_tables", of()
        yield "delete_reltio_entity", of(id=last)

    def _rules(self) -> Iterator[tuple[str, Asked]]:
        domain, adaptor = {"domain": self.rules}, {"zone": self.zone, "adaptor": "crm"}
        yield "post_domain_version", Asked(domain, body=_version("name EQ CASE"))
        yield "get_domain_versions", Asked(domain)
        yield "put_domain_version", Asked(domain | {"version_uuid": self.version}, body=_version("name EQ"))
        yield "get_domain_version", Asked(domain | {"version_uuid": self.version})
        yield "put_adaptor", Asked(adaptor | {"adaptor": "shop"}, body={"name": "Shop"})
        yield "get_adaptor", Asked(adaptor)
        trial = {
            "domainVersionUuid": self.version,
            "drKey": {"name": "ann"},
            "testDrKeys": [{"name": "first", "adaptorUuid": "crm", "drKey": {"name": "Ann"}}],
        }
        yield "test_matching", Asked(adaptor, {"definiteWins": True}, trial)
        yield "parse_algorithm", Asked(body={"text": "name EQ CASE"})
        yield "plan_algorithm", Asked(body={"algorithm": "name EQ", "sourceDrKey": {"name": "ann"}})
        pair = {"source": {"name": "ann"}, "destination": {"name": "Ann"}}
        yield "explain_matching", Asked(body={"algorithm": "name EQ CASE"} | pair)


def stricter(number: int) -> dict[str, Any]:
    """A model under which an equal email is no longer enough."""
    return document_of(model()) | {"thresholds": {"match": 20 + number, "review": -3}}


def _group() -> dict[str, Any]:
    attributes = [f"configuration/entityTypes/{HCP}/attributes/{name}" for name in ("FirstName", "LastName")]
    uri = f"configuration/entityTypes/{HCP}/matchGroups/Names"
    return {"uri": uri, "label": "same names", "type": "suspect", "rule": {"exact": attributes}}


def _entity(family: str, number: str) -> dict[str, Any]:
    values = {"FirstName": "Ronald", "LastName": family}
    return {
        "type": f"configuration/entityTypes/{HCP}",
        "attributes": {name: [{"value": value}] for name, value in values.items()},
        "crosswalks": [{"type": "configuration/sources/CRM", "value": number}],
    }


def _version(algorithm: str) -> dict[str, Any]:
    name = algorithm.split()[0]
    schema = {"properties": {name: {"type": "string"}}}
    return {"modelSchema": schema, "drKeyProperties": [name], "matchingAlgorithm": algorithm}
