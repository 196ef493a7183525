"""What is done for each route of the Verify Matches face."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from dromio.interchange.reltio import RequestError
from dromio.interchange.reltio.request import ENTITIES
from dromio.server.faces.reltio import configuration, related
from dromio.server.faces.reltio.decisions import decide, judged_pairs, withdraw
from dromio.server.faces.reltio.desk import Desks, Tenant, configure
from dromio.server.faces.reltio.entities import StoredEntity, read_posted, read_stored
from dromio.server.faces.reltio.errors import NotOfferedError, UnknownError
from dromio.server.faces.reltio.shapes import PairQuery, ReltioBody, VerifyQuery
from dromio.server.faces.reltio.verifying import verify_matches
from dromio.server.messages import Reply
from dromio.server.routes import DOMAIN
from dromio.server.service import Call

TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}")
TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
_MOST_ENTITIES = 1_000


@dataclass(frozen=True)
class Handlers:
    """What is done for each route."""

    desks: Desks

    def verify_entity_matches(self, call: Call, body: ReltioBody, query: VerifyQuery) -> Reply:
        """Explain how the match groups judge two entities or two match documents; nothing is changed."""
        answer, entities = verify_matches(self._tenant(call), body.root, _given(query))
        return Reply(answer, touched=_entities(*entities))

    def verify_entity_matches_of_tenant(self, call: Call, body: ReltioBody, query: VerifyQuery) -> Reply:
        """Explain how the match groups judge a pair, at the address without the name of the face."""
        return self.verify_entity_matches(call, body, query)

    def post_reltio_entities(self, call: Call, body: ReltioBody) -> Reply:
        """Add or replace entities, one or a list of them."""
        tenant = self._tenant(call)
        known = tenant.configuration()
        if isinstance(body.root, list) and len(body.root) > _MOST_ENTITIES:
            raise RequestError(f"one call may have {_MOST_ENTITIES} entities, found {len(body.root)}")
        posted = read_posted(body.root, known)
        ids = tenant.post(posted, known)
        answers = [
            {"index": index, "object": {"uri": f"{ENTITIES}{entity}", "type": given["type"]}, "successful": True}
            for index, (entity, (given, _)) in enumerate(zip(ids, posted, strict=True))
        ]
        return Reply(_listed(answers), touched=_entities(*ids))

    def get_reltio_entity(self, call: Call) -> Reply:
        """Give an entity; an id that was merged gives the entity that it became."""
        found = self._stored(call)
        return Reply(found.document, touched=_entities(found.entity_id))

    def delete_reltio_entity(self, call: Call) -> Reply:
        """Delete an entity with all its records."""
        found = self._stored(call)
        self._tenant(call).delete(found.entity_id)
        return Reply({"status": "success"}, touched=_entities(found.entity_id))

    def get_potential_matches(self, call: Call) -> Reply:
        """List the entities that match one, by match group."""
        return Reply(related.potential_matches(self._tenant(call), call.path["id"]), touched=_asked(call))

    def get_match_document(self, call: Call, query: VerifyQuery) -> Reply:
        """Give the match document of an entity, generated and kept, with its tokens."""
        found = related.match_document(self._tenant(call), call.path["id"], _given(query))
        return Reply(found, touched=_asked(call))

    def get_match_tokens_detailed(self, call: Call, query: VerifyQuery) -> Reply:
        """Give the tokens of an entity, operand by operand."""
        found = related.tokens_detailed(self._tenant(call), call.path["id"], _given(query))
        return Reply(found, touched=_asked(call))

    def search_overcollisioned_tokens(self, call: Call, body: ReltioBody) -> Reply:
        """List token phrases that too many entities share."""
        return Reply(related.search_overcollisioned(self._tenant(call), body.root))

    def set_not_match(self, call: Call, query: PairQuery) -> Reply:
        """Set two entities as not a match."""
        return self._decide(call, query, is_match=False)

    def set_as_match(self, call: Call, query: PairQuery) -> Reply:
        """Set two entities as a match, for review; they are not merged."""
        return self._decide(call, query, is_match=True)

    def reset_not_match(self, call: Call, query: PairQuery) -> Reply:
        """Take back that two entities are not a match."""
        return self._withdraw(call, query, is_match=False)

    def reset_as_match(self, call: Call, query: PairQuery) -> Reply:
        """Take back that two entities are a match."""
        return self._withdraw(call, query, is_match=True)

    def put_match_groups(self, call: Call, body: ReltioBody) -> Reply:
        """Configure the match groups of an entity type; the first configuration makes the tenant."""
        kind = _type(call)
        groups = configuration.read_match_groups(body.root, kind)
        document = configuration.groups_document(groups)
        notes = configure(self.desks.of(call.service), _new_tenant(call), kind, "groups", document)
        return Reply({"matchGroups": document, "notes": list(notes)}, touched=(f"type:{kind}",))

    def get_match_groups(self, call: Call) -> Reply:
        """Give the match groups of an entity type."""
        return Reply({"matchGroups": configuration.groups_document(self._configured(call).groups)})

    def put_entity_type(self, call: Call, body: ReltioBody) -> Reply:
        """Declare the attributes of an entity type; entities may have no others from now on."""
        kind, paths = _type(call), configuration.read_attributes(body.root)
        configure(self.desks.of(call.service), _new_tenant(call), kind, "attributes", paths)
        return Reply({"uri": f"configuration/entityTypes/{kind}", "attributes": paths}, touched=(f"type:{kind}",))

    def put_skip_list(self, call: Call, body: ReltioBody) -> Reply:
        """Configure which match groups of an entity type are bypassed."""
        kind = _type(call)
        skipped = configuration.read_skip_list(body.root, self._configured(call).groups)
        configure(self.desks.of(call.service), call.path[DOMAIN], kind, "skipped", skipped)
        return Reply({"matchGroups": skipped}, touched=(f"type:{kind}",))

    def get_skip_list(self, call: Call) -> Reply:
        """Give the match groups of an entity type that are bypassed."""
        return Reply({"matchGroups": list(self._configured(call).skipped)})

    def rebuild_match_tables(self, call: Call) -> Reply:
        """Make the match documents and tokens of all entities anew, after the match groups have changed."""
        return Reply({"status": "success", "entities": self._tenant(call).rebuild()})

    def _tenant(self, call: Call) -> Tenant:
        """The tenant of the path. Raises UnknownError, NotOfferedError where headers name another one."""
        name, desk = call.path[DOMAIN], self.desks.of(call.service)
        tenant = desk.tenant(name)
        for header in ("customertenant", "datatenant"):
            other = call.request.header(header)
            if other in (None, name):
                continue
            if other not in desk.store.domains() or not call.principal.knows(other or ""):
                raise UnknownError(f"{header}: there is no such tenant")
            raise NotOfferedError(f"{header}: both entities must be of the tenant in the address")
        return tenant

    def _stored(self, call: Call) -> StoredEntity:
        tenant = self._tenant(call)
        return read_stored(tenant.domain, call.path["id"], tenant.configuration())

    def _configured(self, call: Call) -> configuration.TypeConfiguration:
        known = self._tenant(call).configuration()
        if (kind := call.path["type"]) not in known.types:
            raise UnknownError(f"there is no entity type {kind!r}")
        return known.of(kind)

    def _pair(self, call: Call, query: PairQuery) -> tuple[Tenant, StoredEntity, StoredEntity]:
        tenant = self._tenant(call)
        if not query.uri.startswith(ENTITIES):
            raise RequestError('uri must be "entities/<id>"')
        names, known = (call.path["id"], query.uri.removeprefix(ENTITIES)), tenant.configuration()
        first, second = (read_stored(tenant.domain, name, known) for name in names)
        return tenant, first, second

    def _decide(self, call: Call, query: PairQuery, *, is_match: bool) -> Reply:
        tenant, first, second = self._pair(call, query)
        judged = tenant.read(lambda tx: judged_pairs(tx, tenant.name, first, second))
        decide(tenant.domain, judged, first, second, is_match=is_match, author=call.principal.name)
        return _decided(tenant, first, second)

    def _withdraw(self, call: Call, query: PairQuery, *, is_match: bool) -> Reply:
        tenant, first, second = self._pair(call, query)
        judged = tenant.read(lambda tx: judged_pairs(tx, tenant.name, first, second, is_match=is_match))
        withdraw(tenant.domain, judged, call.principal.name)
        return _decided(tenant, first, second)


def _given(query: BaseModel) -> dict[str, str]:
    return {name: text for name, text in query.model_dump().items() if text is not None}


def _entities(*entities: int) -> tuple[str, ...]:
    return tuple(f"entity:{entity}" for entity in dict.fromkeys(entities))


def _asked(call: Call) -> tuple[str, ...]:
    return (f"entity:{call.path['id']}",)


def _type(call: Call) -> str:
    name = call.path["type"]
    if not TYPE.fullmatch(name):
        raise RequestError(f"an entity type has 1 to 100 letters, digits and '_', found {name!r}")
    return name


def _new_tenant(call: Call) -> str:
    """The tenant of the path, which may be a new one. Raises RequestError."""
    name = call.path[DOMAIN]
    if not TENANT.fullmatch(name):
        raise RequestError(f"a tenant has 1 to 63 letters, digits, '_' and '-', found {name!r}")
    return name


def _listed(answers: list[dict[str, Any]]) -> bytes:
    return json.dumps(answers, ensure_ascii=False, separators=(",", ":")).encode()


def _decided(tenant: Tenant, first: StoredEntity, second: StoredEntity) -> Reply:
    tenant.refresh([first.entity_id, second.entity_id])
    entities = _entities(first.entity_id, second.entity_id)
    return Reply({"status": "success"}, touched=entities)
