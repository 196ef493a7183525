"""Records: put, take many, read, delete; and the two questions to whom one belongs."""

from __future__ import annotations

from pydantic import TypeAdapter, ValidationError

from dromio.errors import DromioError, Fault
from dromio.server.errors import MissingError, RequestError
from dromio.server.faces.own import answers, shapes
from dromio.server.faces.own.touched import entity_tokens, record_token, record_tokens
from dromio.server.messages import Reply
from dromio.server.problems import problem_of
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call
from dromio.store import Resolution

_PATH = "/v1/domains/{domain}/records/{source}/{unique_id}"
_SOURCE: TypeAdapter[str] = TypeAdapter(shapes.SourceName)
_UNIQUE_ID: TypeAdapter[str] = TypeAdapter(shapes.UniqueId)


def put_record(call: Call, body: shapes.RecordIn) -> Reply:
    """Add or replace a record.

    The answer says what was done, and nothing about others: a source that may only write learns nothing.
    """
    source, unique_id = _key(call)
    resolution = call.domain.resolve(source, unique_id, body.values, version=body.version)
    return Reply(answers.Done(outcome=resolution.outcome), touched=(record_token(call, source, unique_id),))


def put_records(call: Call, body: shapes.BulkIn) -> Reply:
    """Add or replace many records, each on its own.

    A record that is refused does not keep the others from counting; nothing is done when the request is refused.
    """
    most = call.service.settings.max_bulk
    if len(body.records) > most:
        raise RequestError("too many records", [Fault("records", f"at most {most} records in one request")])
    results = [_put(call, record) for record in body.records]
    touched = record_tokens(call, ((record.source, record.unique_id) for record in body.records))
    return Reply(answers.BulkOut(results=results), touched=touched)


def get_record(call: Call) -> Reply:
    """Give a record as its source last delivered it, and its entity."""
    source, unique_id = _key(call)
    entity = call.domain.entity_of(source, unique_id)
    versions = call.domain.versions(source, unique_id)
    if entity is None or not versions or versions[-1].values is None:
        raise MissingError("there is no such record")
    last = answers.VersionOut.model_validate(versions[-1])
    touched = (record_token(call, source, unique_id), *entity_tokens(entity))
    body = answers.RecordOut(source=source, unique_id=unique_id, entity_id=entity, version=last)
    return Reply(body, touched=touched)


def get_versions(call: Call) -> Reply:
    """Give all that a source ever said of a record, oldest first."""
    source, unique_id = _key(call)
    found = call.domain.versions(source, unique_id)
    if not found:
        raise MissingError("there is no such record")
    versions = [answers.VersionOut.model_validate(version) for version in found]
    return Reply(answers.VersionsOut(versions=versions), touched=(record_token(call, source, unique_id),))


def delete_record(call: Call, query: shapes.VersionQuery) -> Reply:
    """Delete a record as if it had never been there."""
    source, unique_id = _key(call)
    was_there = call.domain.delete(source, unique_id, version=query.version)
    outcome = "deleted" if was_there else "missing"
    return Reply(answers.Done(outcome=outcome), touched=(record_token(call, source, unique_id),))


def resolve(call: Call, body: shapes.NamedRecordIn) -> Reply:
    """Add or replace a record, and say to whom it belongs and on what evidence."""
    resolution = call.domain.resolve(body.source, body.unique_id, body.values, version=body.version)
    touched = (record_token(call, body.source, body.unique_id), *_entities(resolution))
    return Reply(resolution.to_dict(), touched=touched)


def search(call: Call, body: shapes.SearchIn) -> Reply:
    """Say to whom a record with these values would belong; nothing is written."""
    resolution = call.domain.search(body.values)
    return Reply(resolution.to_dict(), touched=_entities(resolution))


def _put(call: Call, record: shapes.NamedRecordIn) -> answers.BulkItem:
    try:
        found = call.domain.resolve(record.source, record.unique_id, record.values, version=record.version)
    except DromioError as error:
        problem = problem_of(error)
        if problem.status >= 500:
            raise
        return answers.BulkItem(outcome="refused", problem=problem.tag)
    return answers.BulkItem(outcome=found.outcome)


def _key(call: Call) -> tuple[str, str]:
    """The record key in the path. Raises RequestError."""
    try:
        source = _SOURCE.validate_python(call.path["source"])
        return source, _UNIQUE_ID.validate_python(call.path["unique_id"])
    except ValidationError:
        raise RequestError("a record key is a source of 1 to 100 and an id of 1 to 500 characters") from None


def _entities(resolution: Resolution) -> tuple[str, ...]:
    found = dict.fromkeys([resolution.entity_id, *(one.entity_id for one in resolution.candidates)])
    return entity_tokens(*found)


def routes() -> tuple[Route, ...]:
    """Routes of records."""
    read, write = frozenset({Scope.READ}), frozenset({Scope.WRITE})
    domain = "/v1/domains/{domain}"
    return (
        Route("PUT", _PATH, put_record, write, shapes.RecordIn, reply=answers.Done, keeps_replies=True),
        Route("GET", _PATH, get_record, read, reply=answers.RecordOut),
        Route("DELETE", _PATH, delete_record, write, query=shapes.VersionQuery, reply=answers.Done),
        Route("GET", f"{_PATH}/versions", get_versions, read, reply=answers.VersionsOut),
        Route(
            "POST", f"{domain}/records", put_records, write, shapes.BulkIn, reply=answers.BulkOut, keeps_replies=True
        ),
        Route(
            "POST",
            f"{domain}/resolve",
            resolve,
            read | write,
            shapes.NamedRecordIn,
            reply=answers.ResolutionOut,
            keeps_replies=True,
        ),
        Route("POST", f"{domain}/search", search, read, shapes.SearchIn, reply=answers.ResolutionOut),
    )
