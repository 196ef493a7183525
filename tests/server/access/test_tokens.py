"""Tokens: the right ones are accepted, and none of a zoo of forged ones."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.jwk import ECKey, Key, RSAKey

from dromio.server.access.issuer_keys import public_keys
from dromio.server.access.tokens import LONGEST, TokenRules, Tokens
from dromio.server.errors import CredentialError

NOW = 1_800_000_000
RSA = RSAKey.generate_key(2048, {"kid": "r", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
STRANGER = RSAKey.generate_key(2048, {"kid": "r"})
SET = {"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]}
RULES = TokenRules("https://id.example", "dromio", ("RS256", "ES256"), 30, "dromio")
CLAIMS = {
    "iss": "https://id.example",
    "aud": "dromio",
    "sub": "ann",
    "exp": NOW + 600,
    "iat": NOW,
    "dromio": ["people:steward", "*:auditor"],
}
HEADER = {"alg": "RS256", "kid": "r", "typ": "JWT"}


def tokens() -> Tokens:
    known = public_keys(SET)
    return Tokens(RULES, known.get, lambda: NOW)


def made(claims: Any = None, header: Any = None, key: Key = RSA) -> str:
    header = HEADER if header is None else header
    payload = json.dumps(CLAIMS if claims is None else claims)
    return jws.serialize_compact(header, payload, key, algorithms=[header["alg"]])


def part(content: Any) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def assembled(header: Any, claims: Any = None, signature: str | None = None) -> str:
    """A token put together by hand, rightly signed by the issuer's key unless a signature is given."""
    body = f"{part(header)}.{part(CLAIMS if claims is None else claims)}"
    made = RSA.private_key.sign(body.encode(), PKCS1v15(), SHA256()) if RSA.private_key else b""
    return f"{body}.{signature or part(made)}"


def hmac_with_the_public_key() -> str:
    body = f"{part({'alg': 'HS256', 'kid': 'r'})}.{part(CLAIMS)}"
    return f"{body}.{part(hmac.digest(RSA.as_pem(private=False), body.encode(), 'sha256'))}"


@pytest.mark.parametrize(
    "token", [made(), made(header={"alg": "ES256", "kid": "e"}, key=EC), made(CLAIMS | {"aud": ["x", "dromio"]})]
)
def test_a_right_token_names_its_principal(token: str) -> None:
    principal, ends = tokens().check(token)
    assert (principal.name, principal.credential, ends) == ("ann", "token:ann", NOW + 600)
    assert principal.grants == {"*": {"auditor"}, "people": {"steward"}}


def test_a_token_put_together_by_hand_is_right() -> None:
    """So those of the zoo are refused for what they are, not for how they were made."""
    assert tokens().check(assembled(HEADER))[0].name == "ann"


def test_without_grants_a_token_allows_nothing() -> None:
    claims = {name: value for name, value in CLAIMS.items() if name != "dromio"}
    assert tokens().check(made(claims))[0].grants == {}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in CLAIMS.items() if key != name}


ZOO: dict[str, Callable[[], str]] = {
    "nothing": lambda: "",
    "one part": lambda: "abc",
    "two parts": lambda: "a.b",
    "four parts": lambda: made() + ".x",
    "five parts, encrypted": lambda: "a.b.c.d.e",
    "not base64": lambda: "!!!.???.***",
    "not ascii": lambda: made() + "é",
    "a line break": lambda: made() + "\n",
    "padding": lambda: made() + "==",
    "too long": lambda: made(CLAIMS | {"x": "y" * LONGEST}),
    "no signature": lambda: made().rpartition(".")[0] + ".",
    "a short signature": lambda: made()[:-8],
    "none": lambda: assembled({"alg": "none", "kid": "r"}, signature="x"),
    "none without signature": lambda: f"{part({'alg': 'none', 'kid': 'r'})}.{part(CLAIMS)}.",
    "None": lambda: assembled({"alg": "None", "kid": "r"}),
    "nOnE": lambda: assembled({"alg": "nOnE", "kid": "r"}),
    "no algorithm": lambda: assembled({"kid": "r"}),
    "empty algorithm": lambda: assembled({"alg": "", "kid": "r"}),
    "algorithm that is a list": lambda: assembled({"alg": ["RS256"], "kid": "r"}),
    "algorithm that is null": lambda: assembled({"alg": None, "kid": "r"}),
    "small letters": lambda: assembled({"alg": "rs256", "kid": "r"}),
    "symmetric with the public key": hmac_with_the_public_key,
    "an algorithm not listed": lambda: made(header={"alg": "RS512", "kid": "r"}),
    "another family not listed": lambda: made(header={"alg": "PS256", "kid": "r"}),
    "algorithm of another kind of key": lambda: assembled({"alg": "ES256", "kid": "r"}),
    "signed by a stranger": lambda: made(key=STRANGER),
    "no key id": lambda: made(header={"alg": "RS256"}),
    "unknown key id": lambda: made(header={"alg": "RS256", "kid": "zzz"}),
    "key id of another key": lambda: made(header={"alg": "RS256", "kid": "e"}),
    "key id that is a path": lambda: made(header={"alg": "RS256", "kid": "../../dev/null"}),
    "key id that is SQL": lambda: made(header={"alg": "RS256", "kid": "r' OR '1'='1"}),
    "key id that is a number": lambda: assembled({"alg": "RS256", "kid": 0}),
    "key in the header": lambda: assembled({**HEADER, "jwk": STRANGER.as_dict(private=False)}),
    "address of keys in the header": lambda: assembled({**HEADER, "jku": "https://evil.example/keys"}),
    "address of a certificate": lambda: assembled({**HEADER, "x5u": "https://evil.example/c"}),
    "certificate in the header": lambda: assembled({**HEADER, "x5c": ["MIIB"]}),
    "critical extension": lambda: assembled({**HEADER, "crit": ["exp"], "exp": 1}),
    "critical and empty": lambda: assembled({**HEADER, "crit": []}),
    "unencoded payload": lambda: assembled({**HEADER, "b64": False, "crit": ["b64"]}),
    "compressed": lambda: assembled({**HEADER, "zip": "DEF"}),
    "another type": lambda: made(header={**HEADER, "typ": "dpop+jwt"}),
    "nested": lambda: assembled({**HEADER, "cty": "JWT"}),
    "header twice": lambda: f'{part(b"""{"alg":"RS256","alg":"none","kid":"r"}""")}.{part(CLAIMS)}.x',
    "header that is a list": lambda: assembled([1]),
    "header that is no JSON": lambda: assembled(b"{alg"),
    "header nested deep": lambda: assembled(b"[" * 3000),
    "claims that are a list": lambda: jws.serialize_compact(HEADER, "[]", RSA, algorithms=["RS256"]),
    "claims that are no JSON": lambda: jws.serialize_compact(HEADER, "x", RSA, algorithms=["RS256"]),
    "claim twice": lambda: jws.serialize_compact(
        HEADER, json.dumps(CLAIMS)[:-1] + ',"sub":"root"}', RSA, algorithms=["RS256"]
    ),
    "claims exchanged": lambda: assembled(HEADER, CLAIMS | {"sub": "root"}, made().split(".")[2]),
    "another issuer": lambda: made(CLAIMS | {"iss": "https://evil.example"}),
    "issuer with a slash more": lambda: made(CLAIMS | {"iss": "https://id.example/"}),
    "no issuer": lambda: made(without("iss")),
    "another audience": lambda: made(CLAIMS | {"aud": "other"}),
    "no audience": lambda: made(without("aud")),
    "audience that is a part": lambda: made(CLAIMS | {"aud": "dromio-other"}),
    "empty audience": lambda: made(CLAIMS | {"aud": []}),
    "audience that is an object": lambda: made(CLAIMS | {"aud": {"dromio": 1}}),
    "ended": lambda: made(CLAIMS | {"exp": NOW - 31}),
    "no end": lambda: made(without("exp")),
    "an end that is a text": lambda: made(CLAIMS | {"exp": str(NOW + 600)}),
    "an end that is true": lambda: made(CLAIMS | {"exp": True}),
    "an endless end": lambda: made(CLAIMS | {"exp": float("inf")}),
    "an end that is no number": lambda: made(CLAIMS | {"exp": float("nan")}),
    "not yet": lambda: made(CLAIMS | {"nbf": NOW + 31}),
    "issued in the future": lambda: made(CLAIMS | {"iat": NOW + 31}),
    "no time of issue": lambda: made(without("iat")),
    "no subject": lambda: made(without("sub")),
    "an empty subject": lambda: made(CLAIMS | {"sub": ""}),
    "a subject that is a number": lambda: made(CLAIMS | {"sub": 1}),
    "grants that are a text": lambda: made(CLAIMS | {"dromio": "*:admin"}),
    "grants of an unknown role": lambda: made(CLAIMS | {"dromio": ["people:root"]}),
    "grants that are numbers": lambda: made(CLAIMS | {"dromio": [1]}),
}


@pytest.mark.parametrize("name", ZOO)
def test_forged_tokens_are_refused(name: str) -> None:
    with pytest.raises(CredentialError):
        tokens().check(ZOO[name]())


def test_the_zoo_is_large() -> None:
    assert len(ZOO) >= 60


@pytest.mark.parametrize(
    ("claims", "inside"), [({"exp": NOW - 29}, True), ({"nbf": NOW + 29}, True), ({"exp": NOW - 30}, False)]
)
def test_clocks_may_differ_by_the_leeway(claims: dict[str, int], inside: bool) -> None:
    if inside:
        assert tokens().check(made(CLAIMS | claims))
    else:
        with pytest.raises(CredentialError):
            tokens().check(made(CLAIMS | claims))


def test_every_changed_letter_is_refused() -> None:
    token = made()
    last = len(token) - 1  # the last letter of base64 carries bits that mean nothing
    for place in range(last):
        letter = "A" if token[place] != "A" else "B"
        with pytest.raises(CredentialError):
            tokens().check(token[:place] + letter + token[place + 1 :])
