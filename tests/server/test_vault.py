"""The master key and what is made of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dromio.errors import UsageError
from dromio.server.vault import Vault, load_vault

VAULT = Vault(b"k" * 32)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_what_is_sealed_opens_for_the_same_use_and_owner_only(content: bytes, owner: str) -> None:
    sealed = VAULT.seal("use", content, owner)
    assert VAULT.open("use", sealed, owner) == content
    for vault, use, other in ((VAULT, "other", owner), (VAULT, "use", owner + "x"), (Vault(bytes(32)), "use", owner)):
        with pytest.raises(UsageError):
            vault.open(use, sealed, other)


def test_every_changed_letter_keeps_a_seal_shut() -> None:
    sealed = VAULT.seal("use", b"secret", "owner")
    for place in range(len(sealed)):
        letter = "A" if sealed[place] != "A" else "B"
        with pytest.raises(UsageError):
            VAULT.open("use", sealed[:place] + letter + sealed[place + 1 :], "owner")


@pytest.mark.parametrize("sealed", ["", "AAAA", "!", "é", "A" * 16])
def test_what_was_never_sealed_does_not_open(sealed: str) -> None:
    with pytest.raises(UsageError):
        VAULT.open("use", sealed, "owner")


@given(st.lists(st.text(max_size=4), max_size=4), st.lists(st.text(max_size=4), max_size=4))
def test_different_parts_have_different_digests(one: list[str], other: list[str]) -> None:
    assert (VAULT.digest("use", *one) == VAULT.digest("use", *other)) == (one == other)


def test_the_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "x.key"
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _: load_vault(path, create=True).digest("use", b"x"), range(16)))
    assert len(digests) == 1
    assert path.stat().st_mode & 0o777 == 0o600 and [one.name for one in tmp_path.iterdir()] == ["x.key"]
    assert "5a" * 32 not in repr(load_vault(path, create=False))


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, "5a" * 31, "5a" * 33])
def test_a_file_that_holds_no_key_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.key"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"x\.key|32 bytes"):
        load_vault(path, create=True)


def test_a_missing_key_is_not_made_unasked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot use the master key"):
        load_vault(tmp_path / "x.key", create=False)
