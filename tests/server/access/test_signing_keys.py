"""Keys for signed requests: their secrets can be had back, but not from the database alone."""

from __future__ import annotations

import pytest

from dromio.errors import UsageError
from dromio.server.access.signing_keys import SigningKeys
from dromio.server.errors import CredentialError
from dromio.server.roles import parse_grants
from dromio.server.vault import Vault

from ..asking import Rig

GRANTS = parse_grants(["people:ingest"])


def test_a_key_gives_its_principal_and_secret(rig: Rig) -> None:
    row, secret = rig.service.signing_keys.create("profiles", GRANTS)
    principal, found = rig.service.signing_keys.find(row.key_id)
    assert (principal.name, principal.grants, found) == ("profiles", GRANTS, secret)


def test_the_secret_is_encrypted_at_rest(rig: Rig) -> None:
    row, secret = rig.service.signing_keys.create("profiles", GRANTS)
    with rig.service.access.read() as transaction:
        stored = str(transaction.rows("SELECT * FROM signing_keys WHERE key_id = ?", row.key_id))
    assert secret not in stored
    with pytest.raises(UsageError):
        SigningKeys(rig.service.access, Vault(bytes(32))).find(row.key_id)


def test_a_sealed_secret_does_not_open_under_another_key_id(rig: Rig) -> None:
    """Whoever can write to the database cannot give a secret that is known to a key with more rights."""
    (one, _), (other, _) = (rig.service.signing_keys.create("profiles", GRANTS) for _ in range(2))
    with rig.service.access.write() as transaction:
        query = "SELECT sealed FROM signing_keys WHERE key_id = ?"
        sealed = transaction.rows(query, one.key_id)[0][0]
        transaction.run("UPDATE signing_keys SET sealed = ? WHERE key_id = ?", sealed, other.key_id)
    with pytest.raises(UsageError):
        rig.service.signing_keys.find(other.key_id)


def test_revoked_and_unknown_keys_are_refused(rig: Rig) -> None:
    row, _ = rig.service.signing_keys.create("profiles", GRANTS)
    rig.service.signing_keys.revoke(row.key_id)
    for key_id in (row.key_id, "AKIDNOBODY"):
        with pytest.raises(CredentialError):
            rig.service.signing_keys.find(key_id)
