"""The match document and the token phrases kept for every entity, and marks on phrases that too many share."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from dromio.interchange.reltio import Document, MatchGroup, phrases_of, read_document, view_of, write_document
from dromio.server.faces.reltio.configuration import Configuration
from dromio.server.faces.reltio.entities import StoredEntity, generated
from dromio.server.faces.reltio.options import Options
from dromio.store.database import Transaction

_LONGEST = 300
_DELETE = "DELETE FROM {table} WHERE domain = ? AND entity_id = ?"
_SHARED = (
    "SELECT count(*) FROM (SELECT DISTINCT entity_id FROM reltio_tokens WHERE domain = ? AND phrase = ?) AS sharing"
)
Rows = set[tuple[str, str]]
"""(phrase, URI of its match group)."""


@dataclass(frozen=True, slots=True)
class KeptDocument:
    """A match document as it is kept, and how often it was made."""

    document: Document
    version: int


def kept_document(tx: Transaction, domain: str, entity_id: int) -> KeptDocument | None:
    """The document kept for an entity; None where there is none."""
    select = "SELECT document, version FROM reltio_documents WHERE domain = ? AND entity_id = ?"
    rows = tx.rows(select, domain, entity_id)
    return KeptDocument(read_document(json.loads(rows[0][0])), rows[0][1]) if rows else None


def kept_phrases(tx: Transaction, domain: str, entity_id: int) -> frozenset[str]:
    """The phrases kept for an entity, as `spelled` writes them."""
    select = "SELECT DISTINCT phrase FROM reltio_tokens WHERE domain = ? AND entity_id = ?"
    return frozenset(row[0] for row in tx.rows(select, domain, entity_id))


def last_change(tx: Transaction, entity_id: int) -> int:
    """Number of the last change of an entity; 0 for none."""
    return int(tx.rows("SELECT coalesce(max(change_id), 0) FROM changes WHERE entity_id = ?", entity_id)[0][0])


def keep(tx: Transaction, domain: str, stored: StoredEntity, known: Configuration, options: Options) -> None:
    """Make the document and the phrases of an entity anew."""
    document = generated(stored, known, in_memory=False)
    insert = """
    INSERT INTO reltio_documents (domain, entity_id, version, document) VALUES (?, ?, 1, ?)
    ON CONFLICT (domain, entity_id) DO UPDATE
    SET document = excluded.document, version = reltio_documents.version + 1
    """
    text = json.dumps(write_document(document), ensure_ascii=False, separators=(",", ":"))
    tx.run(insert, domain, stored.entity_id, text)
    _keep_phrases(tx, domain, stored.entity_id, _rows_of(document, known.groups, options), options)


def forget(tx: Transaction, domain: str, entity_id: int, options: Options) -> None:
    """Take away the document and the phrases of an entity that is no more."""
    tx.run(_DELETE.format(table="reltio_documents"), domain, entity_id)
    _keep_phrases(tx, domain, entity_id, set(), options)


def entities_sharing(tx: Transaction, domain: str, entity_id: int, skipped: Collection[str], most: int) -> list[int]:
    """Other entities that share a phrase which counts, in order."""
    select = """
    SELECT DISTINCT t.entity_id, t.match_group FROM reltio_tokens o
    JOIN reltio_tokens t ON t.domain = o.domain AND t.phrase = o.phrase AND t.match_group = o.match_group
    WHERE o.domain = ? AND o.entity_id = ? AND t.entity_id <> o.entity_id
    AND NOT EXISTS (SELECT 1 FROM reltio_overcollisioned m WHERE m.domain = o.domain AND m.phrase = o.phrase)
    ORDER BY t.entity_id
    """
    found = (entity for entity, group in tx.rows(select, domain, entity_id) if group not in skipped)
    return list(dict.fromkeys(found))[:most]


def is_overcollisioned(tx: Transaction, domain: str, phrase: str) -> bool:
    """Whether a phrase is marked as one that too many entities share."""
    select = "SELECT 1 FROM reltio_overcollisioned WHERE domain = ? AND phrase = ?"
    return bool(tx.rows(select, domain, spelled(phrase)))


def overcollisioned(tx: Transaction, domain: str, most: int, after: int) -> list[tuple[str, int, list[str]]]:
    """Marked phrases in order, each with the number of entities that share it and the groups it belongs to."""
    select = "SELECT phrase FROM reltio_overcollisioned WHERE domain = ? ORDER BY phrase LIMIT ? OFFSET ?"
    groups = "SELECT DISTINCT match_group FROM reltio_tokens WHERE domain = ? AND phrase = ? ORDER BY match_group"
    return [
        (phrase, tx.rows(_SHARED, domain, phrase)[0][0], [row[0] for row in tx.rows(groups, domain, phrase)])
        for (phrase,) in tx.rows(select, domain, most, after)
    ]


def mark(tx: Transaction, domain: str, phrases: Iterable[str], options: Options) -> None:
    """Mark phrases, as they are kept, that too many entities share now, and take marks off the others."""
    for phrase in sorted(phrases):
        if tx.rows(_SHARED, domain, phrase)[0][0] > options.overcollision_limit:
            insert = "INSERT INTO reltio_overcollisioned (domain, phrase) VALUES (?, ?) ON CONFLICT DO NOTHING"
            tx.run(insert, domain, phrase)
        else:
            tx.run("DELETE FROM reltio_overcollisioned WHERE domain = ? AND phrase = ?", domain, phrase)


def marked(tx: Transaction, domain: str) -> list[str]:
    """All phrases that are marked."""
    return [row[0] for row in tx.rows("SELECT phrase FROM reltio_overcollisioned WHERE domain = ?", domain)]


def gone(tx: Transaction, domain: str, live: Collection[int]) -> list[int]:
    """Entities with a document that are not among those that live."""
    rows = tx.rows("SELECT entity_id FROM reltio_documents WHERE domain = ?", domain)
    return sorted({row[0] for row in rows} - set(live))


def spelled(phrase: str) -> str:
    """A phrase as it is kept: a long one by its beginning and a hash, as an index has a limit."""
    if len(phrase) <= _LONGEST:
        return phrase
    return f"{phrase[:100]}~{hashlib.sha256(phrase.encode()).hexdigest()}"


def _rows_of(document: Document, groups: Iterable[MatchGroup], options: Options) -> Rows:
    found: Rows = set()
    for group in groups:
        if group.entity_type == document.type and group.is_internal:
            phrases = phrases_of(group.rule, view_of(document, group), options.token_limit).phrases
            found |= {(spelled(phrase), group.uri) for phrase in phrases}
    return found


def _keep_phrases(tx: Transaction, domain: str, entity_id: int, rows: Rows, options: Options) -> None:
    select = "SELECT phrase, match_group FROM reltio_tokens WHERE domain = ? AND entity_id = ?"
    before: Rows = {(phrase, group) for phrase, group in tx.rows(select, domain, entity_id)}
    if before == rows:
        return
    delete = "DELETE FROM reltio_tokens WHERE domain = ? AND phrase = ? AND entity_id = ? AND match_group = ?"
    tx.many(delete, [(domain, phrase, entity_id, group) for phrase, group in sorted(before - rows)])
    insert = "INSERT INTO reltio_tokens (domain, phrase, entity_id, match_group) VALUES (?, ?, ?, ?)"
    tx.many(insert, [(domain, phrase, entity_id, group) for phrase, group in sorted(rows - before)])
    mark(tx, domain, {phrase for phrase, _ in before ^ rows}, options)
