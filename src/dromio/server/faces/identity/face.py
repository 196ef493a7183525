"""The routes of the contact-centre surface."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dromio.contact_centre import Centre, Options
from dromio.errors import DromioError, Fault
from dromio.server.errors import RequestError
from dromio.server.faces.identity import shapes
from dromio.server.faces.identity.desk import Desk
from dromio.server.faces.identity.errors import SHAPE, code_of, refuse, status_of
from dromio.server.messages import Reply
from dromio.server.problems import without_values
from dromio.server.roles import Scope
from dromio.server.routes import Face, Route
from dromio.server.service import Call

_GONE = 410


@dataclass(frozen=True)
class Handlers:
    """What is done for each route."""

    desk: Desk = field(default_factory=Desk)

    def post_identity_events(self, call: Call, body: shapes.EventsIn) -> Reply:
        """Take in one event of the platform's bus, or a list; every event counts once, in whatever order they come."""
        centre = self._centre(call)
        if not isinstance(body.root, list):
            found = centre.take_event(body.root)
            return Reply(_short(found), touched=_touched(found.get("customerId")))
        if len(body.root) > call.service.settings.max_bulk:
            fault = Fault("", f"at most {call.service.settings.max_bulk} events in one request")
            raise RequestError("too many events", [fault])
        results = [_taken(centre, raw) for raw in body.root]
        return Reply({"results": results}, touched=_touched(*(one.get("customerId") for one in results)))

    def resolve_identity(self, call: Call, body: shapes.ResolveIn) -> Reply:
        """Say to which customer a contact belongs, and on what evidence; it is kept unless it is a dry run."""
        key = body.idempotencyKey and f"{call.principal.credential} {body.idempotencyKey}"
        found = self._centre(call).resolve(body.told(), idempotency_key=key, dry_run=body.dryRun)
        return Reply(found, touched=_touched(found["customerId"]))

    def get_identity(self, call: Call) -> Reply:
        """Give a customer with all that is known; whom it was merged into; or what is left of an erased one (410)."""
        found = self._centre(call).customer(call.path["customer_id"])
        status = _GONE if found["state"] == "ERASED" else 200
        return Reply(found, status, touched=_touched(call.path["customer_id"], found["customerId"]))

    def find_identity(self, call: Call, query: shapes.LookupQuery) -> Reply:
        """Find customers by a phone number or an e-mail address in the query."""
        return self._found(call, shapes.ContactIn(phone=query.phone, email=query.email))

    def lookup_identity(self, call: Call, body: shapes.ContactIn) -> Reply:
        """Find customers by any identifier, which then stands in no address."""
        return self._found(call, body)

    def merge_identities(self, call: Call, body: shapes.CustomerMergeIn) -> Reply:
        """Make two customers one; the older id survives."""
        one, other = call.path["customer_id"], body.customerId
        found = self._centre(call).merge(one, other, author=call.principal.name, reason=body.reason)
        return Reply(found, touched=_touched(one, other))

    def unmerge_identity(self, call: Call) -> Reply:
        """Undo the last merge of a customer, or into it."""
        found = self._centre(call).unmerge(call.path["customer_id"], author=call.principal.name)
        return Reply(found, touched=_touched(*(one["customerId"] for one in found["customers"])))

    def erase_identity(self, call: Call) -> Reply:
        """Erase a customer and everybody merged with it; gives a certificate without anything personal."""
        certificate = self._centre(call).erase(call.path["customer_id"])
        return Reply(certificate, touched=_touched(*certificate["customerIds"]))

    def get_pending(self, call: Call, query: shapes.PageQuery) -> Reply:
        """List pending merges, oldest first."""
        items = self._centre(call).pending(_after(call, query), query.limit)
        return _page(call, query, items, "pendingId")

    def request_consent(self, call: Call, body: shapes.ConsentIn) -> Reply:
        """Note that the customer is asked; gives what may be shown without telling one side about the other."""
        item = call.number("pending_id")
        centre = self._centre(call)
        found = centre.request_consent(item, channel=body.channel, consent_text=body.consentText)
        return Reply(found, touched=(f"pending:{item}",))

    def decide_pending(self, call: Call, body: shapes.ConsentDecisionIn) -> Reply:
        """Merge a pending pair, or keep it apart for ever."""
        item, approve = call.number("pending_id"), body.decision == "APPROVED"
        author = body.decidedBy or call.principal.name
        found = self._centre(call).decide(item, approve=approve, author=author, channel=body.channel)
        return Reply(found, touched=(f"pending:{item}", *_touched(*found["customerIds"])))

    def get_identity_review(self, call: Call, query: shapes.PageQuery) -> Reply:
        """List identities and identifiers that many people seem to share, oldest first."""
        return _page(call, query, self._centre(call).review(_after(call, query), query.limit), "reviewId")

    def resolve_identity_review(self, call: Call, body: shapes.ReviewIn) -> Reply:
        """Let what was flagged count again, or confirm that it is shared."""
        item = call.number("review_id")
        clear = body.outcome == "CLEAR"
        found = self._centre(call).resolve_review(item, clear=clear, author=call.principal.name)
        return Reply(found, touched=(f"review:{item}",))

    def _found(self, call: Call, contact: shapes.ContactIn) -> Reply:
        found = self._centre(call).lookup(contact.told())
        return Reply({"identities": found}, touched=_touched(*(one["customerId"] for one in found)))

    def _centre(self, call: Call) -> Centre:
        return self.desk.centre(call.service)


def identity_face(options: Options | None = None, desk: Desk | None = None) -> Face:
    """All routes of the contact-centre surface. Options come from the environment where they are not given."""
    do = Handlers(desk or Desk(options))
    read, write, judge = (frozenset({one}) for one in (Scope.READ, Scope.WRITE, Scope.JUDGE))
    one, pending, review = "/identity/{customer_id}", "/identity/pending", "/identity/review"
    routes = (
        Route("POST", "/identity/events", do.post_identity_events, write, shapes.EventsIn),
        Route("POST", "/identity/resolve", do.resolve_identity, read | write, shapes.ResolveIn),
        Route("POST", "/identity/lookup", do.lookup_identity, read, shapes.ContactIn),
        Route("GET", "/identity", do.find_identity, read, query=shapes.LookupQuery),
        Route("GET", one, do.get_identity, read, also=(_GONE,)),
        Route("POST", f"{one}/merge", do.merge_identities, judge, shapes.CustomerMergeIn),
        Route("POST", f"{one}/unmerge", do.unmerge_identity, judge),
        Route("POST", f"{one}/erase", do.erase_identity, frozenset({Scope.ERASE})),
        Route("GET", pending, do.get_pending, judge, query=shapes.PageQuery),
        Route("POST", f"{pending}/{{pending_id}}/consent-request", do.request_consent, judge, shapes.ConsentIn),
        Route("POST", f"{pending}/{{pending_id}}/decision", do.decide_pending, judge, shapes.ConsentDecisionIn),
        Route("GET", review, do.get_identity_review, judge, query=shapes.PageQuery),
        Route("POST", f"{review}/{{review_id}}/resolve", do.resolve_identity_review, judge, shapes.ReviewIn),
    )
    return Face("identity", routes, refuse=refuse, begin=do.desk.begin, prefix="/identity", error=SHAPE)


def _taken(centre: Centre, raw: Any) -> dict[str, Any]:
    """What was decided on an event of a list; one that cannot be understood does not keep the others from counting."""
    try:
        return _short(centre.take_event(raw))
    except DromioError as error:
        if status_of(error) >= 500:
            raise
        message = without_values(str(error))
        return {"eventKey": None, "customerId": None, "decision": "REFUSED", "code": code_of(error), "message": message}


def _short(found: dict[str, Any]) -> dict[str, Any]:
    return {"eventKey": found["eventKey"], "customerId": found.get("customerId"), "decision": found["decision"]}


def _page(call: Call, query: shapes.PageQuery, items: Sequence[dict[str, Any]], name: str) -> Reply:
    following = call.cursor(items[-1][name]) if len(items) == query.limit else None
    kind = name.removesuffix("Id")
    return Reply({"items": list(items), "next": following}, touched=tuple(f"{kind}:{one[name]}" for one in items))


def _after(call: Call, query: shapes.PageQuery) -> int:
    return int(str(call.position(query.cursor))) if query.cursor else 0


def _touched(*customers: str | None) -> tuple[str, ...]:
    """Names of customers in the audit log: ids that tell nothing. What never was an id is not written there."""
    return tuple(dict.fromkeys(f"customer:{one}" for one in customers if one))
