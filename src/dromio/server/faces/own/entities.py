"""Entities: what an id stands for, its history and golden record, and what people do to them."""

from __future__ import annotations

from dromio.server.errors import RequestError
from dromio.server.faces.own import answers, shapes
from dromio.server.faces.own.touched import entity_tokens, record_tokens
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call

_DOMAIN = "/v1/domains/{domain}"
_PATH = f"{_DOMAIN}/entities/{{entity_id}}"


def get_entity(call: Call, query: shapes.AsOfQuery) -> Reply:
    """Say what an entity id stands for, now or at an earlier moment. Ids of merged entities answer for ever."""
    entity = call.domain.entity(call.number("entity_id"), as_of=query.as_of)
    return Reply(entity.to_dict(), touched=entity_tokens(*dict.fromkeys([entity.asked, entity.entity_id])))


def get_history(call: Call) -> Reply:
    """Give all that happened to an entity and its records, oldest first, in ids only."""
    number = call.number("entity_id")
    call.domain.entity(number)
    events = [event.to_dict() for event in call.domain.history(number)]
    return Reply({"events": events}, touched=entity_tokens(number))


def get_golden(call: Call) -> Reply:
    """Give the golden record of a live entity, and where each value is from."""
    golden = call.domain.golden(call.number("entity_id"))
    return Reply(golden.to_dict(), touched=entity_tokens(golden.entity_id))


def put_value(call: Call, body: shapes.ValueIn) -> Reply:
    """Let a value win over those of all records, until it is cleared."""
    number = call.number("entity_id")
    call.domain.write_value(number, _column(call), body.value, author=call.principal.name)
    return Reply(answers.Done(outcome="written"), touched=entity_tokens(number))


def delete_value(call: Call) -> Reply:
    """Let the records decide again about a value."""
    number = call.number("entity_id")
    call.domain.clear_value(number, _column(call))
    return Reply(answers.Done(outcome="cleared"), touched=entity_tokens(number))


def merge(call: Call, body: shapes.MergeIn) -> Reply:
    """Make entities one, by judging their records to be one; gives the number by which it is undone."""
    act = call.domain.merge(*body.entities, author=call.principal.name, reason=body.reason)
    return Reply(answers.ActOut(act=act), touched=(*entity_tokens(*body.entities), f"act:{act}"))


def unmerge(call: Call, body: shapes.UnmergeIn) -> Reply:
    """Take records out of an entity for ever; gives the number by which it is undone."""
    number = call.number("entity_id")
    keys = [(key.source, key.unique_id) for key in body.records]
    act = call.domain.unmerge(number, keys, author=call.principal.name, reason=body.reason)
    return Reply(answers.ActOut(act=act), touched=(*entity_tokens(number), f"act:{act}", *record_tokens(call, keys)))


def judge(call: Call, body: shapes.JudgementIn) -> Reply:
    """Judge a pair of records, for ever: positive (one entity), negative (never one), unsure."""
    left, right = (body.left.source, body.left.unique_id), (body.right.source, body.right.unique_id)
    act = call.domain.judge(left, right, body.verdict, author=call.principal.name, reason=body.reason)
    return Reply(answers.ActOut(act=act), touched=(f"act:{act}", *record_tokens(call, (left, right))))


def withdraw(call: Call, body: shapes.PairIn) -> Reply:
    """Take back the judgement on a pair of records."""
    left, right = (body.left.source, body.left.unique_id), (body.right.source, body.right.unique_id)
    act = call.domain.withdraw(left, right, author=call.principal.name, reason=body.reason)
    return Reply(answers.ActOut(act=act), touched=(f"act:{act}", *record_tokens(call, (left, right))))


def undo(call: Call) -> Reply:
    """Undo what a person did; what was judged before counts again."""
    act = call.number("act")
    call.domain.undo(act)
    return Reply(answers.Done(outcome="undone"), touched=(f"act:{act}",))


def export(call: Call) -> Reply:
    """Give everything held about one entity, and nothing about another."""
    number = call.number("entity_id")
    return Reply(call.domain.export(number), touched=entity_tokens(number))


def erase(call: Call, body: shapes.EraseIn) -> Reply:
    """Erase all that is held about an entity; gives the certificate."""
    number = call.number("entity_id")
    certificate = call.domain.erase(number, suppress=body.suppress)
    return Reply(certificate.to_dict(), touched=entity_tokens(number))


def _column(call: Call) -> str:
    name = call.path["name"]
    if not 1 <= len(name) <= 200:
        raise RequestError("a column name has 1 to 200 characters")
    return name


def routes() -> tuple[Route, ...]:
    """Routes of entities, judgements and acts."""
    read, judged, erased = frozenset({Scope.READ}), frozenset({Scope.JUDGE}), frozenset({Scope.ERASE})
    value, acts = f"{_PATH}/values/{{name}}", f"{_DOMAIN}/acts/{{act}}/undo"
    act, done = answers.ActOut, answers.Done
    return (
        Route("GET", _PATH, get_entity, read, query=shapes.AsOfQuery, reply=answers.EntityOut),
        Route("GET", f"{_PATH}/history", get_history, read, reply=answers.HistoryOut),
        Route("GET", f"{_PATH}/golden", get_golden, read, reply=answers.GoldenOut),
        Route("PUT", value, put_value, judged, shapes.ValueIn, reply=done),
        Route("DELETE", value, delete_value, judged, reply=done),
        Route("POST", f"{_DOMAIN}/merge", merge, judged, shapes.MergeIn, reply=act, keeps_replies=True),
        Route("POST", f"{_PATH}/unmerge", unmerge, judged, shapes.UnmergeIn, reply=act, keeps_replies=True),
        Route("POST", f"{_DOMAIN}/judgements", judge, judged, shapes.JudgementIn, reply=act, keeps_replies=True),
        Route("POST", f"{_DOMAIN}/judgements/withdraw", withdraw, judged, shapes.PairIn, reply=act, keeps_replies=True),
        Route("POST", acts, undo, judged, reply=done),
        Route("GET", f"{_PATH}/export", export, erased, reply=answers.ExportOut),
        Route("POST", f"{_PATH}/erase", erase, erased, shapes.EraseIn, reply=answers.CertificateOut),
    )
