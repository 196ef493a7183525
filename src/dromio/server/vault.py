"""The master key, which is kept outside of every database, and what is made of it: seals, signatures, digests.

Each use has a key of its own, derived from the master key, so that what is made for one use means nothing to another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dromio.errors import UsageError

KEY_BYTES = 32
_NONCE_BYTES = 12


class Vault:
    """Seals, signs and digests under keys derived from one master key."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise UsageError(f"the master key has {KEY_BYTES} bytes, found {len(master)}")
        self._master = master
        self._keys: dict[str, bytes] = {}

    def __repr__(self) -> str:
        return "Vault(…)"

    def digest(self, use: str, *parts: bytes | str) -> bytes:
        """HMAC-SHA256 of the parts under the key of a use; parts cannot run into each other."""
        raw = (part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts)
        framed = b"".join(len(part).to_bytes(8, "big") + part for part in raw)
        return hmac.digest(self._key(use), framed, "sha256")

    def seal(self, use: str, content: bytes, owner: str) -> str:
        """The content encrypted and authenticated, openable only for the same use and owner (AES-256-GCM)."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._key(use)).encrypt(nonce, content, owner.encode())
        return base64.b64encode(nonce + sealed).decode()

    def open(self, use: str, sealed: str, owner: str) -> bytes:
        """What `seal` closed. Raises UsageError where the key, the use or the owner is another, or a byte changed."""
        with suppress(InvalidTag, binascii.Error, ValueError):
            raw = base64.b64decode(sealed, validate=True)
            if base64.b64encode(raw).decode() != sealed:
                raise ValueError(sealed)
            return AESGCM(self._key(use)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], owner.encode())
        raise UsageError("a sealed value does not open; the master key may be another one than it was sealed with")

    def _key(self, use: str) -> bytes:
        key = self._keys.get(use)
        if key is None:
            key = self._keys[use] = hmac.digest(self._master, b"dromio " + use.encode(), hashlib.sha256)
        return key


def load_vault(path: Path, *, create: bool) -> Vault:
    """The vault whose master key is in a file, 64 hexadecimal digits; made, for its owner only, where asked.

    Raises UsageError where there is none, or it is something else.
    """
    try:
        if create and not path.exists():
            _make(path)
        return Vault(bytes.fromhex(path.read_text(encoding="ascii").strip()))
    except OSError as error:
        raise UsageError(f"cannot use the master key {path}: {error.strerror}") from None
    except ValueError:
        raise UsageError(f"the master key {path} must hold {2 * KEY_BYTES} hexadecimal digits") from None


def _make(path: Path) -> None:
    """Two processes that start at once agree on one key: the second finds the file of the first."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
