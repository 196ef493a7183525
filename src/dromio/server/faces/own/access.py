"""Keys of the server, and its audit log."""

from __future__ import annotations

from dromio.server.access.api_keys import ApiKeys, KeyRow
from dromio.server.access.signing_keys import SigningKeys
from dromio.server.audit import entries_after, last_number, verify_chain
from dromio.server.errors import RequestError
from dromio.server.faces.own import answers, shapes
from dromio.server.faces.own.pages import limited
from dromio.server.messages import Reply
from dromio.server.roles import Scope, grant_texts, parse_grants
from dromio.server.routes import Route
from dromio.server.service import Call
from dromio.store import clock


def get_keys(call: Call) -> Reply:
    """List API keys, without their secrets."""
    return _listed(call.service.keys)


def post_key(call: Call, body: shapes.KeyIn) -> Reply:
    """Make an API key. Its secret is in this answer and nowhere else."""
    return _made(call.service.keys, body)


def delete_key(call: Call) -> Reply:
    """Revoke an API key; no worker takes it any more after a few seconds."""
    return _revoked(call.service.keys, call.path["key_id"])


def get_signing_keys(call: Call) -> Reply:
    """List keys of signed requests, without their secrets."""
    return _listed(call.service.signing_keys)


def post_signing_key(call: Call, body: shapes.KeyIn) -> Reply:
    """Make a key for signed requests. Its secret is in this answer, and kept encrypted."""
    return _made(call.service.signing_keys, body)


def delete_signing_key(call: Call) -> Reply:
    """Revoke a key of signed requests."""
    return _revoked(call.service.signing_keys, call.path["key_id"])


def get_audit(call: Call, query: shapes.PageQuery) -> Reply:
    """List the audit log in order, as it was when the first page was asked for."""
    limit = limited(call, query)
    after, end = _place(call.position(query.cursor)) if query.cursor else (0, last_number(call.service.access))
    entries = [entry for entry in entries_after(call.service.access, after, limit) if entry.number <= end]
    following = call.cursor([entries[-1].number, end]) if entries and entries[-1].number < end else None
    return Reply(answers.AuditPage(entries=[entry.to_dict() for entry in entries], next=following))


def verify_audit(call: Call) -> Reply:
    """Work the chain of the audit log out again, and say whether it holds."""
    found = verify_chain(call.service.access, call.service.vault)
    body = answers.AuditVerdict(holds=not found.fault, entries=found.entries, hash=found.hash, fault=found.fault)
    return Reply(body)


def _place(position: object) -> tuple[int, int]:
    """Number of the last entry told, and of the last one to tell: every page that is read adds an entry."""
    if not isinstance(position, list):
        raise RequestError("the cursor is not one of this list")
    return int(position[0]), int(position[1])


def _listed(keys: ApiKeys | SigningKeys) -> Reply:
    return Reply(answers.KeysOut(keys=[answers.KeyOut(**_plain(row)) for row in keys.rows()]))


def _made(keys: ApiKeys | SigningKeys, body: shapes.KeyIn) -> Reply:
    expires = None if body.expires_at is None else clock.from_datetime(body.expires_at)
    row, secret = keys.create(body.name, parse_grants(body.grants), expires)
    return Reply(answers.NewKeyOut(**_plain(row), secret=secret), touched=(f"key:{row.key_id}",))


def _revoked(keys: ApiKeys | SigningKeys, key_id: str) -> Reply:
    keys.revoke(key_id)
    return Reply(answers.Done(outcome="revoked"), touched=(f"key:{key_id[:64]}",))


def _plain(row: KeyRow) -> dict[str, object]:
    times = {name: getattr(row, name) for name in ("created_at", "expires_at", "revoked_at")}
    shown = {name: None if moment is None else clock.as_text(moment) for name, moment in times.items()}
    return {"key_id": row.key_id, "name": row.name, "grants": grant_texts(row.grants), **shown}


def routes() -> tuple[Route, ...]:
    """Routes of keys and of the audit log."""
    administer, audit = frozenset({Scope.ADMINISTER}), frozenset({Scope.AUDIT})
    keys, signing, one = "/v1/keys", "/v1/signing-keys", answers.Done
    new, page = answers.NewKeyOut, shapes.PageQuery
    return (
        Route("GET", keys, get_keys, administer, reply=answers.KeysOut),
        Route("POST", keys, post_key, administer, shapes.KeyIn, reply=new, status=201),
        Route("DELETE", f"{keys}/{{key_id}}", delete_key, administer, reply=one),
        Route("GET", signing, get_signing_keys, administer, reply=answers.KeysOut),
        Route("POST", signing, post_signing_key, administer, shapes.KeyIn, reply=new, status=201),
        Route("DELETE", f"{signing}/{{key_id}}", delete_signing_key, administer, reply=one),
        Route("GET", "/v1/audit", get_audit, audit, query=page, reply=answers.AuditPage),
        Route("GET", "/v1/audit/verify", verify_audit, audit, reply=answers.AuditVerdict),
    )
