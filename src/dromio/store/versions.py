"""The models of a domain: every version that was ever kept, which one decides, and which were put aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dromio.errors import ConflictError, UnknownError
from dromio.store import clock
from dromio.store.database import Transaction

_VERSIONS = """
SELECT m.model_id, m.version, m.created_at, m.dropped_at,
    EXISTS (SELECT 1 FROM generations g WHERE g.model_id = m.model_id AND g.state = 'published'),
    EXISTS (SELECT 1 FROM generations g WHERE g.model_id = m.model_id)
FROM models m WHERE m.domain_id = ? AND (m.version = ? OR ? = 0) ORDER BY m.version
"""


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """A model of a domain. `state`: proposed (never applied), current (it decides), replaced, dropped."""

    version: int
    state: str
    created_at: str

    def to_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return {"version": self.version, "state": self.state, "created_at": self.created_at}


def model_versions(tx: Transaction, domain_id: int) -> list[ModelVersion]:
    """All models of a domain, the oldest first."""
    return [_told(*row[1:]) for row in tx.rows(_VERSIONS, domain_id, 0, 0)]


def model_of(tx: Transaction, domain_id: int, version: int) -> int:
    """Id of a model that may be proposed or applied. Raises UnknownError, ConflictError for one that was dropped."""
    model_id, found = _one(tx, domain_id, version)
    if found.state == "dropped":
        raise ConflictError(f"model version {version} was dropped")
    return model_id


def drop_model(tx: Transaction, domain_id: int, version: int) -> None:
    """Put a model aside that was never applied, for good. Raises UnknownError, ConflictError for one that was."""
    model_id, found = _one(tx, domain_id, version)
    if found.state not in ("proposed", "dropped"):
        raise ConflictError(f"model version {version} has been applied, so it cannot be dropped: it is {found.state}")
    if found.state == "proposed":
        tx.run("UPDATE models SET dropped_at = ? WHERE model_id = ?", clock.now(), model_id)


def document_of_version(tx: Transaction, domain_id: int, version: int) -> str:
    """The document of a model as JSON, whatever became of it. Raises UnknownError."""
    model_id, _ = _one(tx, domain_id, version)
    document: str = tx.rows("SELECT document FROM models WHERE model_id = ?", model_id)[0][0]
    return document


def _one(tx: Transaction, domain_id: int, version: int) -> tuple[int, ModelVersion]:
    rows = tx.rows(_VERSIONS, domain_id, version, version) if version > 0 else []
    if not rows:
        raise UnknownError(f"there is no model version {version}")
    return int(rows[0][0]), _told(*rows[0][1:])


def _told(version: int, created_at: int, dropped_at: int | None, is_current: Any, was_applied: Any) -> ModelVersion:
    state = "current" if is_current else "replaced" if was_applied else "proposed" if dropped_at is None else "dropped"
    return ModelVersion(version, state, clock.as_text(created_at))
