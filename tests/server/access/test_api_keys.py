"""API keys: shown once, kept as digests, refused once they are over."""

from __future__ import annotations

import pytest

from dromio.errors import UnknownError, UsageError
from dromio.server.access.api_keys import ApiKeys
from dromio.server.errors import CredentialError
from dromio.server.roles import parse_grants
from dromio.server.vault import Vault
from dromio.store import clock

from ..asking import Rig

GRANTS = parse_grants(["people:reader"])


def test_a_key_names_its_principal(rig: Rig) -> None:
    row, text = rig.service.keys.create("load", GRANTS)
    principal = rig.service.keys.check(text)
    assert (principal.name, principal.credential, principal.grants) == ("load", f"key:{row.key_id}", GRANTS)


def test_the_secret_is_nowhere_in_the_database(rig: Rig) -> None:
    row, text = rig.service.keys.create("load", GRANTS)
    with rig.service.access.read() as transaction:
        stored = str(transaction.rows("SELECT * FROM api_keys WHERE key_id = ?", row.key_id))
    assert row.key_id in stored and text.rpartition("_")[2] not in stored
    assert text.rpartition("_")[2] not in repr(row)


def test_secrets_have_256_bits_and_differ(rig: Rig) -> None:
    texts = {rig.service.keys.create("load", GRANTS)[1] for _ in range(20)}
    assert len(texts) == 20 and all(len(text.rpartition("_")[2]) == 64 for text in texts)


def test_a_revoked_key_is_refused(rig: Rig) -> None:
    row, text = rig.service.keys.create("load", GRANTS)
    rig.service.keys.revoke(row.key_id)
    rig.service.keys.revoke(row.key_id)
    with pytest.raises(CredentialError):
        rig.service.keys.check(text)


def test_a_key_is_refused_from_the_moment_it_expires(rig: Rig) -> None:
    now = [clock.now()]
    keys = ApiKeys(rig.service.access, rig.service.vault, lambda: now[0])
    _, text = keys.create("load", GRANTS, now[0] + 10)
    now[0] += 9
    assert keys.check(text)
    now[0] += 1
    with pytest.raises(CredentialError):
        keys.check(text)


def test_parts_of_different_keys_do_not_go_together(rig: Rig) -> None:
    (one, _), (_, other) = (rig.service.keys.create("load", GRANTS) for _ in range(2))
    with pytest.raises(CredentialError):
        rig.service.keys.check(f"dromio_{one.key_id}_{other.rpartition('_')[2]}")


@pytest.mark.parametrize(
    "text", ["", "dromio_", "dromio__", "dromio_abc_def", "x" * 100, "dromio_' OR 1=1 --_" + "0" * 64]
)
def test_what_is_no_key_is_refused(rig: Rig, text: str) -> None:
    with pytest.raises(CredentialError):
        rig.service.keys.check(text)


def test_an_unknown_key_is_refused_even_with_an_empty_digest(rig: Rig) -> None:
    with pytest.raises(CredentialError):
        rig.service.keys.check(f"dromio_{'a' * 16}_{'0' * 64}")


def test_another_master_key_knows_no_key(rig: Rig) -> None:
    _, text = rig.service.keys.create("load", GRANTS)
    with pytest.raises(CredentialError):
        ApiKeys(rig.service.access, Vault(bytes(32))).check(text)


def test_keys_that_nobody_could_use_are_not_made(rig: Rig) -> None:
    for name, grants, expires in (("", GRANTS, None), ("a\nb", GRANTS, None), ("a", {}, None), ("a", GRANTS, 1)):
        with pytest.raises(UsageError):
            rig.service.keys.create(name, grants, expires)


def test_an_unknown_key_cannot_be_revoked(rig: Rig) -> None:
    with pytest.raises(UnknownError):
        rig.service.keys.revoke("nobody")
