"""Signature Version 4: works out what a caller must have signed, from the bytes received, and compares.

The method, path, query, signed headers and body go into the canonical request; its digest, with the time and the scope
(day, region, service), is signed with a key derived from the secret. The signature comes in the Authorization header,
or in the query of a presigned address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote_from_bytes, unquote_to_bytes

from dromio.server.errors import CredentialError
from dromio.server.messages import Request

ALGORITHM = "AWS4-HMAC-SHA256"
LONGEST_PRESIGNED_SECONDS = 7 * 24 * 3600
_CREDENTIAL = re.compile(r"([A-Za-z0-9_]{4,128})/(\d{8})/([a-z0-9-]{1,64})/([a-z0-9-]{1,64})/aws4_request")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_HEADER_NAMES = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+(;[a-z0-9!#$%&'*+.^_`|~-]+)*")
_BASIC_TIME = "%Y%m%dT%H%M%SZ"
_MOST_HEADERS = 64


@dataclass(frozen=True, slots=True)
class Claim:
    """What a caller says: with which key it signed what, when, for whom."""

    key_id: str
    day: str
    region: str
    service: str
    moment: datetime
    headers: tuple[str, ...]
    signature: str
    seconds: int | None
    """Validity of a presigned request; None for one that is signed in its header."""


def read_claim(request: Request, service: str) -> Claim:
    """The claim of a signed request. Raises CredentialError where there is none, or it is not well formed."""
    authorization = request.header("authorization")
    presigned = _presigned(request)
    if authorization is not None and presigned:
        raise CredentialError("signed twice")
    if authorization is None and not presigned:
        raise CredentialError("not signed")
    claim = _in_query(presigned) if presigned else _in_header(request, authorization or "")
    if claim.service != service:
        raise CredentialError("signed for another service")
    if claim.moment.strftime("%Y%m%d") != claim.day:
        raise CredentialError("day and time differ")
    _check_headers(request, claim)
    return claim


def check_time(claim: Claim, now: datetime, skew_seconds: float) -> None:
    """Raise CredentialError for a request that was signed too early, too late, or whose time is over."""
    age = (now - claim.moment).total_seconds()
    if age < -skew_seconds or age > (skew_seconds if claim.seconds is None else claim.seconds):
        raise CredentialError("signed at another time")


def check_signature(request: Request, claim: Claim, secret: str) -> None:
    """Raise CredentialError unless the secret gives the same signature for what was received."""
    body_hash = _body_hash(request)
    text = string_to_sign(claim, canonical_request(request, claim, body_hash))
    expected = hmac.digest(signing_key(secret, claim), text.encode(), "sha256").hex()
    if not hmac.compare_digest(expected, claim.signature):
        raise CredentialError("signature differs")


def canonical_request(request: Request, claim: Claim, body_hash: str) -> str:
    """The text that stands for the request."""
    return "\n".join(
        [
            request.method,
            canonical_path(request.raw_path),
            _canonical_query(request.raw_query),
            *(f"{name}:{_header_value(request, name)}" for name in claim.headers),
            "",
            ";".join(claim.headers),
            body_hash,
        ]
    )


def string_to_sign(claim: Claim, canonical: str) -> str:
    """The text that is signed."""
    scope = f"{claim.day}/{claim.region}/{claim.service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return "\n".join([ALGORITHM, claim.moment.strftime(_BASIC_TIME), scope, digest])


def signing_key(secret: str, claim: Claim) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (claim.day, claim.region, claim.service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def canonical_path(raw: bytes) -> str:
    """The path without empty and dot segments, encoded once more than it came."""
    kept: list[bytes] = []
    for segment in raw.split(b"/"):
        if segment == b"..":
            del kept[-1:]
        elif segment not in (b"", b"."):
            kept.append(segment)
    path = b"/" + b"/".join(kept)
    if kept and raw.endswith(b"/"):
        path += b"/"
    return quote_from_bytes(path, safe="/-_.~")


def _canonical_query(raw: bytes) -> str:
    pairs = []
    for part in raw.split(b"&"):
        name, _, value = part.partition(b"=")
        if part and name != b"X-Amz-Signature":
            pairs.append((_encoded_again(name), _encoded_again(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _encoded_again(raw: bytes) -> str:
    return quote_from_bytes(unquote_to_bytes(raw), safe="-_.~")


def _header_value(request: Request, name: str) -> str:
    values = (value.decode("utf-8", "replace") for key, value in request.headers if key == name.encode())
    return ",".join(" ".join(value.split()) for value in values)


def _body_hash(request: Request) -> str:
    """Digest of the body as received; where the caller names one, it must be that."""
    found = hashlib.sha256(request.body).hexdigest()
    named = request.header("x-amz-content-sha256")
    if named is not None and not hmac.compare_digest(named.encode(), found.encode()):
        raise CredentialError("body differs, or is not signed")
    return found


def _in_header(request: Request, text: str) -> Claim:
    algorithm, _, rest = text.partition(" ")
    parts = [part.strip().partition("=") for part in rest.split(",")]
    fields = {name: value for name, _, value in parts}
    names = {"Credential", "SignedHeaders", "Signature"}
    if algorithm != ALGORITHM or set(fields) != names or len(parts) != len(names):
        raise CredentialError("malformed authorization")
    moment = _moment(request.header("x-amz-date") or request.header("date"))
    return _claim(fields["Credential"], fields["SignedHeaders"], fields["Signature"], moment, None)


def _presigned(request: Request) -> dict[str, str]:
    """Parameters of the query that sign it. Raises CredentialError where one is there twice."""
    found = [(name, value) for name, value in request.query if name.lower().startswith("x-amz-")]
    if len({name.lower() for name, _ in found}) != len(found):
        raise CredentialError("malformed query")
    return dict(found) if "X-Amz-Signature" in dict(found) or "X-Amz-Algorithm" in dict(found) else {}


def _in_query(fields: dict[str, str]) -> Claim:
    names = ("X-Amz-Credential", "X-Amz-SignedHeaders", "X-Amz-Signature", "X-Amz-Date", "X-Amz-Expires")
    if fields.get("X-Amz-Algorithm") != ALGORITHM or any(name not in fields for name in names):
        raise CredentialError("malformed query")
    credential, headers, signature, date, expires = (fields[name] for name in names)
    if not re.fullmatch(r"[0-9]{1,6}", expires) or not 1 <= int(expires) <= LONGEST_PRESIGNED_SECONDS:
        raise CredentialError("validity out of range")
    return _claim(credential, headers, signature, _moment(date), int(expires))


def _claim(credential: str, headers: str, signature: str, moment: datetime, seconds: int | None) -> Claim:
    match = _CREDENTIAL.fullmatch(credential)
    if not match or not _SIGNATURE.fullmatch(signature) or not _HEADER_NAMES.fullmatch(headers):
        raise CredentialError("malformed credential")
    names = tuple(headers.split(";"))
    if list(names) != sorted(set(names)) or len(names) > _MOST_HEADERS:
        raise CredentialError("signed headers are not in order")
    key_id, day, region, service = match.groups()
    return Claim(key_id, day, region, service, moment, names, signature, seconds)


def _moment(text: str | None) -> datetime:
    try:
        if text and re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text):
            return datetime.strptime(text, _BASIC_TIME).replace(tzinfo=UTC)
        return parsedate_to_datetime(text or "").astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        raise CredentialError("malformed time") from None


def _check_headers(request: Request, claim: Claim) -> None:
    """The host, the time and everything that steers the request must be signed, and be there."""
    present = {key.decode("latin-1") for key, _ in request.headers}
    steering = {name for name in present if name.startswith("x-amz-")}
    needed = {"host"} | steering
    if claim.seconds is None and "x-amz-date" not in present:
        needed |= {"date"}
    if not needed <= set(claim.headers) or not set(claim.headers) <= present:
        raise CredentialError("a header is not signed, or missing")
