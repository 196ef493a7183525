"""The models of a domain: kept as versions, checked, proposed, applied or dropped."""

from __future__ import annotations

from dromio.model.files import document_of
from dromio.server.faces.own import answers, job_shapes, shapes
from dromio.server.faces.own.domains import read_model
from dromio.server.faces.own.jobs import ask_for
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call
from dromio.service.check import check


def get_models(call: Call) -> Reply:
    """List the versions of the model, and which one decides."""
    found = [job_shapes.ModelVersionOut(**one.to_dict()) for one in call.domain.models()]
    return Reply(job_shapes.ModelVersionsOut(versions=found))


def post_model(call: Call, body: shapes.ModelIn) -> Reply:
    """Keep a trained model as the next version; nothing changes until it is applied."""
    version = call.domain.add_model(read_model(body.model))
    return Reply(_version(call, version), touched=(f"model:{version}",))


def get_model_version(call: Call) -> Reply:
    """Give a version of the model, whatever became of it."""
    version = call.number("version")
    return Reply(document_of(call.domain.model_version(version)), touched=(f"model:{version}",))


def check_model_version(call: Call) -> Reply:
    """Say what a version of the model holds and how a run would go, and try its examples."""
    version = call.number("version")
    return Reply(check(call.domain.model_version(version)).to_dict(), touched=(f"model:{version}",))


def propose_model(call: Call) -> Reply:
    """Work out later what a version of the model would change; the result of the job says it, nothing is changed."""
    return ask_for(call, "propose", _known(call))


def apply_model(call: Call) -> Reply:
    """Resolve all records later by a version of the model, and publish the result in one step."""
    return ask_for(call, "apply", _known(call))


def drop_model(call: Call) -> Reply:
    """Put a version of the model aside for good that was never applied."""
    version = call.number("version")
    call.domain.drop_model(version)
    return Reply(answers.Done(outcome="dropped"), touched=(f"model:{version}",))


def _known(call: Call) -> int:
    """The version in the path. Raises UnknownError, ConflictError for one that was dropped."""
    version = call.number("version")
    call.domain.check_version(version)
    return version


def _version(call: Call, version: int) -> job_shapes.ModelVersionOut:
    found = next(one for one in call.domain.models() if one.version == version)
    return job_shapes.ModelVersionOut(**found.to_dict())


def routes() -> tuple[Route, ...]:
    """Routes of models."""
    anybody, read, administer = (frozenset({one}) for one in (Scope.SIGNED_IN, Scope.READ, Scope.ADMINISTER))
    models, job = "/v1/domains/{domain}/models", job_shapes.JobOut
    one, made = f"{models}/{{version}}", job_shapes.ModelVersionOut
    return (
        Route("GET", models, get_models, anybody, reply=job_shapes.ModelVersionsOut),
        Route("POST", models, post_model, administer, shapes.ModelIn, reply=made, status=201, keeps_replies=True),
        Route("GET", one, get_model_version, read),
        Route("DELETE", one, drop_model, administer, reply=answers.Done),
        Route("GET", f"{one}/check", check_model_version, administer, reply=job_shapes.CheckedModelOut),
        Route("POST", f"{one}/propose", propose_model, administer, reply=job, status=201, keeps_replies=True),
        Route("POST", f"{one}/apply", apply_model, administer, reply=job, status=201, keeps_replies=True),
    )
