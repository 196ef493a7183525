"""Domains and their models."""

from __future__ import annotations

from typing import Any

from dromio.errors import Fault, ModelError
from dromio.model.files import document_of, model_from
from dromio.model.schema import Model
from dromio.server.errors import RequestError
from dromio.server.faces.own import answers, shapes
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call

_DEEPEST = 64


def get_domains(call: Call) -> Reply:
    """List the domains that the caller may know of."""
    names = [name for name in call.service.store.domains() if call.principal.knows(name)]
    return Reply(answers.DomainsOut(domains=[answers.DomainOut(name=name) for name in names]))


def post_domain(call: Call, body: shapes.DomainIn) -> Reply:
    """Make a domain with its trained model."""
    call.service.store.create_domain(body.name, read_model(body.model))
    return Reply(answers.DomainOut(name=body.name), touched=(f"domain:{body.name}",))


def get_domain(call: Call) -> Reply:
    """Say that a domain is there."""
    return Reply(answers.DomainOut(name=call.domain.name))


def get_settings(call: Call) -> Reply:
    """Give the settings of a domain."""
    return Reply(answers.SettingsOut.model_validate(call.domain.settings()))


def patch_settings(call: Call, body: shapes.SettingsIn) -> Reply:
    """Change settings of a domain. Where no consent is asked for any more, the merges that waited for it are made."""
    if "review_days" in body.model_fields_set:
        call.domain.keep_review(body.review_days)
    if "asks_consent" in body.model_fields_set:
        call.domain.ask_consent(wanted=body.asks_consent)
    return get_settings(call)


def get_model(call: Call) -> Reply:
    """Give the model by which records are resolved."""
    return Reply(document_of(call.domain.model))


def check_model(call: Call, body: shapes.ModelIn) -> Reply:
    """Check a model without keeping it; every fault is listed with its path."""
    model = read_model(body.model)
    return Reply(
        answers.CheckOut(
            attributes=len(model.attributes),
            keys=len(model.keys),
            comparisons=len(model.comparisons),
            trained=model.trained,
        )
    )


def read_model(document: dict[str, Any]) -> Model:
    """The model of a document. Raises ModelError with every fault, RequestError."""
    if _is_deep(document):
        raise ModelError([Fault("", f"nested more than {_DEEPEST} deep")])
    try:
        return model_from(document)
    except RecursionError:
        raise RequestError("the model is nested too deep") from None


def _is_deep(document: Any) -> bool:
    """Whether lists and objects are nested more than is sensible; a model has a handful of levels."""
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [
            value
            for item in level
            if isinstance(item, dict | list)
            for value in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def routes() -> tuple[Route, ...]:
    """Routes of domains and models."""
    anybody, read, administer = (frozenset({one}) for one in (Scope.SIGNED_IN, Scope.READ, Scope.ADMINISTER))
    domain, shown = "/v1/domains/{domain}", answers.DomainOut
    return (
        Route("GET", "/v1/domains", get_domains, anybody, reply=answers.DomainsOut),
        Route("POST", "/v1/domains", post_domain, administer, shapes.DomainIn, reply=shown, status=201),
        Route("GET", domain, get_domain, anybody, reply=shown),
        Route("GET", f"{domain}/settings", get_settings, anybody, reply=answers.SettingsOut),
        Route("PATCH", f"{domain}/settings", patch_settings, administer, shapes.SettingsIn, reply=answers.SettingsOut),
        Route("GET", f"{domain}/model", get_model, read),
        Route("POST", "/v1/models/check", check_model, anybody, shapes.ModelIn, reply=answers.CheckOut),
    )
