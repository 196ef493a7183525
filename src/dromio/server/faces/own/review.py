"""The review queue, and why two records are or are not one."""

from __future__ import annotations

from dromio.engines.explanation import explain as explain_pair
from dromio.engines.row import clean_record
from dromio.plan import make_plan
from dromio.records import Record, RecordKey
from dromio.server.errors import MissingError
from dromio.server.faces.own import answers, shapes
from dromio.server.faces.own.pages import limited
from dromio.server.faces.own.touched import record_tokens
from dromio.server.messages import Reply
from dromio.server.roles import Scope
from dromio.server.routes import Route
from dromio.server.service import Call
from dromio.store.delivered import as_record, delivered


def get_review(call: Call, query: shapes.PageQuery) -> Reply:
    """List pairs for a person to decide on, oldest first."""
    limit = limited(call, query)
    after = call.position(query.cursor) if query.cursor else 0
    items = call.domain.review(limit, int(str(after)))
    following = call.cursor(items[-1].item_id) if len(items) == limit else None
    keys = [key for item in items for key in (item.left, item.right)]
    page = answers.ReviewPage(items=[answers.ReviewOut.model_validate(item) for item in items], next=following)
    return Reply(page, touched=record_tokens(call, dict.fromkeys(keys)))


def decide(call: Call, body: shapes.DecisionIn) -> Reply:
    """Decide on a pair of the review queue, for ever; gives the number by which it is undone."""
    item = call.number("item_id")
    act = call.domain.decide(item, accept=body.accept, author=call.principal.name, reason=body.reason)
    return Reply(answers.ActOut(act=act), touched=(f"review:{item}", f"act:{act}"))


def explain(call: Call, body: shapes.ExplainIn) -> Reply:
    """Say why two records are or are not one, step by step; a record is named by its key or given by its values."""
    model = call.domain.model
    left, right = (clean_record(_record(call, side), model) for side in (body.left, body.right))
    keys = [(side.source, side.unique_id) for side in (body.left, body.right) if isinstance(side, shapes.RecordName)]
    shared = call.domain.people_sharing(left, right)
    return Reply(
        explain_pair(make_plan(model), left, right, shared=shared).to_dict(), touched=record_tokens(call, keys)
    )


def _record(call: Call, side: shapes.RecordName | shapes.SearchIn) -> Record:
    if isinstance(side, shapes.SearchIn):
        return as_record(RecordKey("", ""), delivered(side.values), call.domain.model)
    versions = call.domain.versions(side.source, side.unique_id)
    if not versions or versions[-1].values is None:
        raise MissingError("there is no such record")
    return as_record(RecordKey(side.source, side.unique_id), versions[-1].values, call.domain.model)


def routes() -> tuple[Route, ...]:
    """Routes of the review queue and of explanations."""
    domain = "/v1/domains/{domain}"
    read, judged = frozenset({Scope.READ}), frozenset({Scope.JUDGE})
    return (
        Route("GET", f"{domain}/review", get_review, judged, query=shapes.PageQuery, reply=answers.ReviewPage),
        Route(
            "POST",
            f"{domain}/review/{{item_id}}/decide",
            decide,
            judged,
            shapes.DecisionIn,
            reply=answers.ActOut,
            keeps_replies=True,
        ),
        Route("POST", f"{domain}/explain", explain, read, shapes.ExplainIn, reply=answers.ExplanationOut),
    )
