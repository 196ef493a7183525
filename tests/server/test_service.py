"""Opening a service: what is wrong is told, and nothing is left open."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from dromio.errors import DromioError, UsageError
from dromio.server import load_settings, open_service

from .asking import Rig
from .conftest import Make


def test_a_store_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(DromioError):
        open_service(load_settings(None, {}, store=f"sqlite:///{tmp_path / 'missing' / 'x.db'}"))


def test_a_named_key_file_is_not_made(tmp_path: Path) -> None:
    given = load_settings(None, {}, store=f"sqlite:///{tmp_path / 'x.db'}", key_file=str(tmp_path / "other.key"))
    with pytest.raises(UsageError, match=r"other\.key"):
        open_service(given)


def test_a_service_that_works_has_no_fault(rig: Rig) -> None:
    assert rig.service.fault() == ""


def test_what_is_kept_from_one_process_counts_in_the_next(tmp_path: Path) -> None:
    given = load_settings(None, {}, store=f"sqlite:///{tmp_path / 'x.db'}")
    first = open_service(given)
    _, key = first.keys.create("ann", {"people": frozenset()} | {})
    cursor = first.cursors.make(5, ["a"])
    first.close()
    second = open_service(given)
    assert second.keys.check(key).name == "ann" and second.cursors.read(cursor, ["a"]) == 5
    second.close()


def test_what_a_face_keeps_is_made_once(rig: Rig) -> None:
    def make(service: object) -> list[object]:
        return [service]

    assert rig.service.part(make) is rig.service.part(make)
    assert rig.service.part(make) == [rig.service]


def test_a_token_of_the_issuer_signs_in(make: Make, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256", {"kid": "k"})
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    rig = make(oidc_issuer="https://id.example", oidc_audience="dromio", oidc_keys=str(keys))
    now = int(time.time())
    claims = {"iss": "https://id.example", "aud": "dromio", "sub": "ann", "iat": now, "exp": now + 60}
    token = jwt.encode({"alg": "ES256", "kid": "k"}, claims | {"dromio": ["*:auditor"]}, key, ["ES256"])
    for _ in range(2):
        assert rig.ask("GET", "/v1/audit", key=token).status == 200
    assert rig.ask("GET", "/v1/keys", key=token).status == 403
    assert rig.ask("GET", "/v1/audit", key=f"{token[:-4]}AAAA").status == 401
    last = rig.ask("GET", "/v1/audit").json["entries"][0]
    assert (last["principal"], last["credential"]) == ("ann", "token:ann")
