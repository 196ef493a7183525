"""The routes of the Verify Matches face."""

from __future__ import annotations

from collections.abc import Callable

from dromio.server.faces.reltio.desk import Desks
from dromio.server.faces.reltio.errors import SHAPE, refuse
from dromio.server.faces.reltio.handlers import Handlers
from dromio.server.faces.reltio.options import Options
from dromio.server.faces.reltio.shapes import PairQuery, ReltioBody, VerifyQuery
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Face, Method, Route

BASE = "/reltio/api/{domain}"


def reltio_face(options: Options | None = None) -> Face:
    """All routes of the Verify Matches face."""
    desks = Desks(options or Options())
    do = Handlers(desks)
    read, write, judge, administer = (
        frozenset({one}) for one in (Scope.READ, Scope.WRITE, Scope.JUDGE, Scope.ADMINISTER)
    )
    entity, kind = f"{BASE}/entities/{{id}}", f"{BASE}/configuration/entityTypes/{{type}}"
    changes: tuple[tuple[Method, str, Callable[..., Reply]], ...] = (
        ("POST", "_notMatch", do.set_not_match),
        ("DELETE", "_notMatch", do.reset_not_match),
        ("POST", "_setAMatch", do.set_as_match),
        ("DELETE", "_setAMatch", do.reset_as_match),
    )
    verify = "entities/_verifyMatches"
    routes = (
        Route("POST", f"{BASE}/{verify}", do.verify_entity_matches, read, ReltioBody, VerifyQuery),
        Route("POST", f"/{{domain}}/{verify}", do.verify_entity_matches_of_tenant, read, ReltioBody, VerifyQuery),
        Route("POST", f"{BASE}/entities", do.post_reltio_entities, write, ReltioBody),
        Route("GET", entity, do.get_reltio_entity, read),
        Route("DELETE", entity, do.delete_reltio_entity, write),
        Route("GET", f"{entity}/_matches", do.get_potential_matches, read),
        Route("GET", f"{entity}/matchDocument", do.get_match_document, read, query=VerifyQuery),
        Route("GET", f"{entity}/matchTokensDetailed", do.get_match_tokens_detailed, read, query=VerifyQuery),
        Route(
            "POST",
            f"{BASE}/entities/_matches/_searchOvercollisioned",
            do.search_overcollisioned_tokens,
            read,
            ReltioBody,
        ),
        *(Route(method, f"{entity}/{end}", handler, judge, query=PairQuery) for method, end, handler in changes),
        Route("PUT", kind, do.put_entity_type, administer, ReltioBody),
        Route("PUT", f"{kind}/matchGroups", do.put_match_groups, administer, ReltioBody),
        Route("GET", f"{kind}/matchGroups", do.get_match_groups, read),
        Route("PUT", f"{kind}/_skipMatchGroups", do.put_skip_list, administer, ReltioBody),
        Route("GET", f"{kind}/_skipMatchGroups", do.get_skip_list, read),
        Route("POST", f"{BASE}/rebuildmatchtable", do.rebuild_match_tables, administer),
    )
    return Face("reltio", routes, refuse=refuse, begin=desks.begin, prefix="/reltio", error=SHAPE)
