"""The routes of the rules face."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict

from dromio.server.errors import ForbiddenError
from dromio.server.faces.younite import algorithms
from dromio.server.faces.younite.errors import SHAPE, CodedFault, MalformedError, UnknownError, refuse
from dromio.server.faces.younite.members import Members, RulesBody
from dromio.server.faces.younite.registry import Adaptor, Registry
from dromio.server.faces.younite.trials import check_budget, read_trial, run_trial
from dromio.server.faces.younite.versions import Version, read_version, warning_list
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route
from dromio.server.service import Call
from dromio.store import Store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator may set. `scan_budget`: most records that a rule without an index may look at."""

    scan_budget: int = 10_000


class TrialQuery(BaseModel):
    """Switches of a trial. `definiteWins`: one definite match outdoes any possible ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    definiteWins: bool = False


@dataclass(frozen=True)
class Handlers:
    """What is done for each route."""

    options: Options = field(default_factory=Options)
    _registries: WeakKeyDictionary[Store, Registry] = field(default_factory=WeakKeyDictionary)
    _turn: Any = field(default_factory=threading.Lock)

    def post_domain_version(self, call: Call, body: RulesBody) -> Reply:
        """Keep a version of a data domain: schema, key properties and matching algorithm."""
        domain, version = _name(call, "domain"), read_version(body.root)
        name = self._registry(call).add_version(domain, version)
        return Reply(_shown(name, version), 201, touched=(f"version:{name}",))

    def put_domain_version(self, call: Call, body: RulesBody) -> Reply:
        """Replace a version of a data domain."""
        name, version = call.path["version_uuid"], read_version(body.root)
        self._registry(call).replace_version(call.path["domain"], name, version)
        return Reply(_shown(name, version), touched=(f"version:{name}",))

    def get_domain_version(self, call: Call) -> Reply:
        """Give a version of a data domain."""
        name = call.path["version_uuid"]
        return Reply(_shown(name, self._registry(call).version(call.path["domain"], name)))

    def get_domain_versions(self, call: Call) -> Reply:
        """List the versions of a data domain, oldest first."""
        names = self._registry(call).versions(call.path["domain"])
        return Reply({"versions": [{"uuid": name} for name in names]})

    def put_adaptor(self, call: Call, body: RulesBody) -> Reply:
        """Register an adaptor in its zone, or name it anew."""
        members = Members(body.root, "", [])
        name = members.text("name", required=True)
        members.done()
        adaptor = Adaptor(_name(call, "adaptor"), _name(call, "zone"), name or "")
        self._registry(call).put_adaptor(adaptor)
        return Reply(adaptor.to_dict(), touched=(f"adaptor:{adaptor.uuid}",))

    def get_adaptor(self, call: Call) -> Reply:
        """Give an adaptor of a zone."""
        return Reply(self._registry(call).adaptor(call.path["zone"], call.path["adaptor"]).to_dict())

    def test_matching(self, call: Call, body: RulesBody, query: TrialQuery) -> Reply:
        """Try the algorithm of a version on records given here; nothing is stored."""
        registry = self._registry(call)
        adaptor = registry.adaptor(call.path["zone"], call.path["adaptor"])
        trial = read_trial(body.root)
        domain, version = registry.any_version(trial.version, "domainVersionUuid")
        _may_read(call, domain, trial.version)
        names = registry.adaptor_names([record.adaptor for record in trial.records])
        check_budget(version, trial, self.options.scan_budget)
        known = names | {adaptor.uuid: adaptor.name}
        answer = run_trial(version, trial, adaptor.uuid, known, definite_wins=query.definiteWins)
        return Reply(answer, touched=(f"version:{trial.version}",))

    def parse_algorithm(self, call: Call, body: RulesBody) -> Reply:
        """Give the JSON form of a text of the rule language, its canonical text, and warnings."""
        return Reply(algorithms.parse_text(body.root))

    def plan_algorithm(self, call: Call, body: RulesBody) -> Reply:
        """Say whether candidates are found through indexes or by looking at every record."""
        return Reply(algorithms.plan_of(body.root))

    def explain_matching(self, call: Call, body: RulesBody) -> Reply:
        """Explain the outcome for two records, step by step."""
        return Reply(algorithms.explanation_of(body.root))

    def _registry(self, call: Call) -> Registry:
        store = call.service.store
        with self._turn:
            if store not in self._registries:
                self._registries[store] = Registry(call.service.access)
            return self._registries[store]


def younite_face(options: Options | None = None) -> Face:
    """All routes of the rules face."""
    do = Handlers(options or Options())
    anybody, administer, read = (frozenset({one}) for one in (Scope.SIGNED_IN, Scope.ADMINISTER, Scope.READ))
    versions, adaptor = "/younite/domains/{domain}/versions", "/younite/zones/{zone}/adaptors/{adaptor}"
    language = "/younite/matching-algorithms"
    routes = (
        Route("POST", versions, do.post_domain_version, administer, RulesBody, status=201),
        Route("GET", versions, do.get_domain_versions, read),
        Route("PUT", f"{versions}/{{version_uuid}}", do.put_domain_version, administer, RulesBody),
        Route("GET", f"{versions}/{{version_uuid}}", do.get_domain_version, read),
        Route("PUT", adaptor, do.put_adaptor, administer, RulesBody),
        Route("GET", adaptor, do.get_adaptor, anybody),
        Route("POST", f"{adaptor}/matching-testing", do.test_matching, anybody, RulesBody, TrialQuery),
        Route("POST", f"{language}/parse", do.parse_algorithm, anybody, RulesBody, audited=False),
        Route("POST", f"{language}/plan", do.plan_algorithm, anybody, RulesBody, audited=False),
        Route("POST", f"{language}/explain", do.explain_matching, anybody, RulesBody, audited=False),
    )
    return Face("younite", routes, refuse=refuse, prefix="/younite", error=SHAPE)


def _shown(name: str, version: Version) -> dict[str, Any]:
    return {"uuid": name, **version.to_dict(), "warnings": warning_list(version.algorithm)}


def _name(call: Call, parameter: str) -> str:
    """A new name in the path. Raises MalformedError."""
    name = call.path[parameter]
    if not _NAME.fullmatch(name):
        message = f"{parameter} must be 1 to 100 letters, digits, '.', '_' and '-', found {name!r}"
        raise MalformedError([CodedFault(parameter, message, "WRONG_TYPE")])
    return name


def _may_read(call: Call, domain: str, version: str) -> None:
    """Raise UnknownError where the caller may not know of the domain, ForbiddenError where it may not read it."""
    if not call.principal.knows(domain):
        raise UnknownError("UNKNOWN_VERSION", f"there is no version {version!r}", "domainVersionUuid")
    if Scope.READ not in call.principal.scopes_in(domain):
        raise ForbiddenError
