"""Keys of an issuer: only public, asymmetric and long ones are taken, and the set is read again when it must be."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from dromio.server.access.issuer_keys import IssuerKeys, public_keys

EC = ECKey.generate_key("P-256", {"kid": "e"}).as_dict(private=False)
with warnings.catch_warnings(action="ignore"):
    SHORT = RSAKey.generate_key(1024, {"kid": "s"}).as_dict(private=False)
ED = OKPKey.generate_key("Ed25519", {"kid": "d"}).as_dict(private=False)


def test_usable_keys_are_found_by_their_id() -> None:
    assert set(public_keys({"keys": [EC, ED]})) == {"e", "d"}


@pytest.mark.parametrize(
    "item",
    [
        OctKey.generate_key(256, {"kid": "o"}).as_dict(private=True),
        EC | {"use": "enc"},
        {name: value for name, value in EC.items() if name != "kid"},
        EC | {"x": "AAAA"},
        SHORT,
        {"kty": "XYZ", "kid": "x"},
        {"kty": "EC", "kid": "x"},
        "text",
        None,
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_other_keys_are_left_out(item: object) -> None:
    assert public_keys({"keys": [item]}) == {}


@pytest.mark.parametrize("document", [None, [], {}, {"keys": None}, {"keys": "x"}, 5])
def test_what_is_no_set_holds_no_keys(document: object) -> None:
    assert public_keys(document) == {}


def test_an_unknown_id_reads_the_set_again_but_not_often(tmp_path: Path) -> None:
    file, now = tmp_path / "keys.json", [0.0]
    file.write_text(json.dumps({"keys": [EC]}))
    keys = IssuerKeys(str(file), lambda: now[0])
    assert keys("e") and not keys("d")
    file.write_text(json.dumps({"keys": [EC, ED]}))
    now[0] = 29
    assert not keys("d")
    now[0] = 31
    assert keys("d")


def test_keys_stay_when_the_set_cannot_be_read(tmp_path: Path) -> None:
    file, now = tmp_path / "keys.json", [0.0]
    file.write_text(json.dumps({"keys": [EC]}))
    keys = IssuerKeys(str(file), lambda: now[0])
    assert keys("e")
    file.write_text("{")
    now[0] = 10_000
    assert keys("e")


def test_a_key_that_was_withdrawn_is_gone_after_a_while(tmp_path: Path) -> None:
    file, now = tmp_path / "keys.json", [0.0]
    file.write_text(json.dumps({"keys": [EC]}))
    keys = IssuerKeys(str(file), lambda: now[0])
    assert keys("e")
    file.write_text(json.dumps({"keys": []}))
    now[0] = 601
    assert not keys("e")
