"""Signatures: what the stock client signs is accepted, and nothing that differs from it by one byte."""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from dromio.server.access.sigv4 import (
    canonical_path,
    canonical_request,
    check_signature,
    check_time,
    read_claim,
    signing_key,
    string_to_sign,
)
from dromio.server.errors import CredentialError, RequestError
from dromio.server.messages import Request

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def signed(
    method: str = "POST",
    url: str = "http://localhost:8080/domains/people/profiles",
    body: bytes = b'{"a": 1}',
    headers: dict[str, str] | None = None,
    *,
    presigned: int = 0,
    service: str = "profile",
    token: str | None = None,
) -> Request:
    """The request that the stock signer makes, as a server receives it."""
    made = AWSRequest(method, url, {"Content-Type": "application/json"} | (headers or {}), b"" if presigned else body)
    credentials = Credentials(KEY, SECRET, token)
    signer = SigV4QueryAuth(credentials, service, "eu-west-1", presigned) if presigned else None
    (signer or SigV4Auth(credentials, service, "eu-west-1")).add_auth(made)
    parts = urlsplit(made.url)
    found = {name.lower(): value for name, value in made.headers.items()} | {"host": parts.netloc}
    raw = tuple((name.encode(), value.encode()) for name, value in found.items())
    return Request(method, parts.path.encode(), parts.query.encode(), raw, "", "", b"" if presigned else body)


def check(request: Request, secret: str = SECRET) -> None:
    claim = read_claim(request, "profile")
    check_time(claim, datetime.now(UTC), 300)
    if claim.key_id != KEY:
        raise CredentialError("unknown signing key")
    check_signature(request, claim, secret)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/domains",
        "http://localhost:8080/domains/people/matches?next-token=a%2Bb%2Fc%3D&max-results=10",
        "http://localhost:8080/tags/arn%3Aaws%3Aprofile%3Aeu-west-1%3A1%3Adomains%2Fpeople?tagKeys=b&tagKeys=a",
        "http://localhost:8080/domains/d/profile-attributes/a%20b%2Fc/values",
        "http://localhost:8080/domains/%C3%A9t%C3%A9/x?q=%C3%BC&empty=&~=-_.",
        "http://localhost:8080/a//b/./c/../d/",
        "http://localhost:8080/",
    ],
)
@pytest.mark.parametrize("presigned", [0, 60])
def test_what_the_stock_signer_signs_is_accepted(url: str, presigned: int) -> None:
    check(signed("GET", url, b"", presigned=presigned))
    check(signed("PUT", url, b"\x00 body", {"X-Amz-Meta": "  a   b "}, presigned=presigned))


def test_a_session_token_must_be_signed_with_the_rest() -> None:
    check(signed(token="abc"))
    check(signed(presigned=60, token="abc"))
    with pytest.raises(CredentialError):
        check(changed(signed(), "x-amz-security-token", "abc"))


@pytest.mark.parametrize(
    ("method", "target", "signature"),
    [
        ("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        ("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    ],
)
def test_published_signatures_are_reproduced(method: str, target: str, signature: str) -> None:
    """Of the published test suite for this kind of signature: key, secret, time and results are theirs."""
    path, _, query = target.partition("?")
    authorization = (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders=host;x-amz-date, Signature={signature}"
    )
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z", "authorization": authorization}
    raw = tuple((name.encode(), value.encode()) for name, value in headers.items())
    request = Request(method, path.encode(), query.encode(), raw, "", "")
    check_signature(request, read_claim(request, "service"), SECRET)


@pytest.mark.parametrize("presigned", [0, 60])
def test_every_changed_byte_is_refused(presigned: int) -> None:
    """Ten thousand single changes in all signed parts: method, path, query, headers, body, and what signs them."""
    chance = random.Random(4)
    request = signed(url="http://localhost:8080/domains/a%2Fb?x=1&y=2", presigned=presigned)
    accepted = []
    for _ in range(5_000):
        other, what = mutated(request, chance)
        try:
            check(other)
        except (CredentialError, RequestError):
            continue
        accepted.append((what, other))
    assert [one for one in accepted if not same_meaning(request, one[1])] == []


def mutated(request: Request, chance: random.Random) -> tuple[Request, str]:
    """The request with one byte of one part replaced."""

    def flip(raw: bytes) -> bytes:
        place = chance.randrange(len(raw)) if raw else 0
        return raw[:place] + bytes([chance.choice(range(33, 127))]) + raw[place + 1 :]

    part = chance.choice(["method", "raw_path", "raw_query", "body", "headers"])
    if part == "method":
        return replace(request, method=chance.choice(["GET", "PUT", "DELETE", "post"])), part
    if part != "headers":
        return replace(request, **{part: flip(getattr(request, part))}), part
    names = [name for name, _ in request.headers]
    chosen = chance.choice([b"host", b"x-amz-date", b"authorization", b"content-type"])
    if chosen not in names:
        chosen = b"host"
    headers = tuple((name, flip(value) if name == chosen else value) for name, value in request.headers)
    return replace(request, headers=headers), chosen.decode()


def same_meaning(one: Request, other: Request) -> bool:
    """Whether nothing was changed, or only what means the same: %2f for %2F, a content type that was not signed."""

    def meaning(request: Request) -> object:
        return request.method, request.raw_path, sorted(request.query), request.header("host"), request.body

    def signing(request: Request) -> object:
        return (request.header("authorization") or "").replace(" ", "").replace(",", ""), request.header("x-amz-date")

    return meaning(one) == meaning(other) and signing(one) == signing(other)


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_a_signature_is_good_for_five_minutes(seconds: int, accepted: bool) -> None:
    claim = read_claim(signed(), "profile")
    moment = claim.moment + timedelta(seconds=seconds)
    if accepted:
        check_time(claim, moment, 300)
    else:
        with pytest.raises(CredentialError):
            check_time(claim, moment, 300)


@pytest.mark.parametrize(("seconds", "accepted"), [(-301, False), (0, True), (59, True), (61, False)])
def test_a_presigned_address_is_good_for_as_long_as_it_says(seconds: int, accepted: bool) -> None:
    claim = read_claim(signed(presigned=60), "profile")
    moment = claim.moment + timedelta(seconds=seconds)
    if accepted:
        check_time(claim, moment, 300)
    else:
        with pytest.raises(CredentialError):
            check_time(claim, moment, 300)


def changed(request: Request, name: str, value: str | None) -> Request:
    headers = tuple(item for item in request.headers if item[0] != name.encode())
    return replace(request, headers=headers if value is None else (*headers, (name.encode(), value.encode())))


def rewritten(old: str, new: str) -> Callable[[Request], Request]:
    def rewrite(request: Request) -> Request:
        return changed(request, "authorization", (request.header("authorization") or "").replace(old, new))

    return rewrite


FORGERIES: dict[str, Callable[[Request], Request]] = {
    "no signature": lambda request: changed(request, "authorization", None),
    "host not signed": rewritten(";host;", ";"),
    "date not signed": rewritten(";x-amz-date", ""),
    "headers out of order": rewritten("content-type;host;x-amz-date", "host;content-type;x-amz-date"),
    "a header twice in the list": rewritten("content-type;", "content-type;content-type;"),
    "a signed header missing": lambda request: changed(request, "content-type", None),
    "an empty list of headers": rewritten("SignedHeaders=content-type;host;x-amz-date", "SignedHeaders="),
    "another algorithm": rewritten("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"),
    "a field twice": rewritten("Credential=", "Credential=x, Credential="),
    "an unknown field": rewritten("Credential=", "Extra=1, Credential="),
    "another service": rewritten("/profile/", "/s3/"),
    "another region": rewritten("/eu-west-1/", "/eu-west-2/"),
    "another terminator": rewritten("aws4_request", "aws5_request"),
    "no date": lambda request: changed(request, "x-amz-date", None),
    "a date that is none": lambda request: changed(request, "x-amz-date", "20269999T999999Z"),
    "an unsigned steering header": lambda request: changed(request, "x-amz-target", "Other.Operation"),
    "an unsigned payload": lambda request: changed(request, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    "a streamed payload": lambda request: changed(
        request, "x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    ),
    "host given twice": lambda request: replace(request, headers=(*request.headers, (b"host", b"evil"))),
    "presigned too": lambda request: replace(request, raw_query=b"X-Amz-Signature=00"),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused(name: str) -> None:
    with pytest.raises((CredentialError, RequestError)):
        check(FORGERIES[name](signed()))


@pytest.mark.parametrize(
    ("names", "accepted"),
    [
        ("host;x-amz-date", True),
        ("x-amz-date", False),
        ("host", False),
        ("date;host", False),
        ("host;x-amz-date;x-b", False),
    ],
)
def test_a_right_signature_over_too_little_is_refused(names: str, accepted: bool) -> None:
    """The signer holds the secret; still the host and the time must be among what is signed."""
    request = changed(signed(), "date", "x") if "date;" in names and "x-" not in names else signed()
    claim = replace(read_claim(signed(), "profile"), headers=tuple(names.split(";")))
    text = string_to_sign(claim, canonical_request(request, claim, hashlib.sha256(request.body).hexdigest()))
    signature = hmac.digest(signing_key(SECRET, claim), text.encode(), "sha256").hex()
    scope = f"{KEY}/{claim.day}/{claim.region}/{claim.service}/aws4_request"
    authorization = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders={names}, Signature={signature}"
    own = changed(request, "authorization", authorization)
    if accepted:
        check(own)
    else:
        with pytest.raises(CredentialError):
            check(own)


def test_a_steering_header_must_be_signed_however_right_the_signature() -> None:
    check(signed(headers={"X-Amz-Target": "Operation"}))
    with pytest.raises(CredentialError, match="valid credential"):
        check(changed(signed(), "x-amz-target", "Operation"))


def test_an_unsigned_payload_is_refused_even_when_it_is_signed_so() -> None:
    with pytest.raises(CredentialError):
        check(signed(headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}))


@pytest.mark.parametrize("change", ["X-Amz-Expires=0", "X-Amz-Expires=604801", "X-Amz-Expires=-1", "X-Amz-Expires=6e9"])
def test_presigned_validity_has_bounds(change: str) -> None:
    request = signed(presigned=60)
    query = request.raw_query.replace(b"X-Amz-Expires=60", change.encode())
    with pytest.raises(CredentialError):
        check(replace(request, raw_query=query))


def test_a_parameter_given_twice_is_refused() -> None:
    request = signed(presigned=60)
    with pytest.raises(CredentialError):
        check(replace(request, raw_query=request.raw_query + b"&x-amz-date=20200101T000000Z"))


def test_another_secret_is_refused() -> None:
    with pytest.raises(CredentialError):
        check(signed(), SECRET + "x")


@given(st.binary(max_size=40))
def test_any_path_has_a_canonical_form_that_stays(raw: bytes) -> None:
    made = canonical_path(b"/" + raw)
    assert made.startswith("/") and made.isascii()
    assert "//" not in made and "/../" not in made


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_header_makes_it_fail_otherwise(authorization: str, date: str) -> None:
    headers = (
        (b"host", b"localhost"),
        (b"authorization", authorization.encode("utf-8", "replace")),
        (b"x-amz-date", date.encode("utf-8", "replace")),
    )
    with pytest.raises(CredentialError):
        read_claim(Request("GET", b"/", b"", headers, "", ""), "profile")
