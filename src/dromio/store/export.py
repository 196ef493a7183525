"""Everything that the store holds about one person, and nothing about another."""

from __future__ import annotations

from typing import Any

from dromio.store.clock import as_text
from dromio.store.entities import events_of, read_entity, versions_of
from dromio.store.golden import golden_record
from dromio.store.judgements import records_of
from dromio.store.work import Work

_JUDGEMENTS = """
SELECT j.left_id, j.right_id, j.verdict, a.author, a.reason, a.done_at, j.ended_by FROM judgements j
JOIN acts a ON a.act_id = j.act_id WHERE j.left_id IN ?? OR j.right_id IN ?? ORDER BY j.judgement_id
"""
_IDS = "SELECT record_id, source, unique_id FROM records WHERE record_id IN ??"
_MANUAL = "SELECT name, value, author, written_at FROM manual_values WHERE record_id IN ?? ORDER BY name"


def export_entity(work: Work, entity_id: int) -> dict[str, Any]:
    """All about a live entity as plain values: records with versions, golden record, judgements, events.

    A record of another entity in a judgement is called "another". Raises UnknownError.
    """
    records = records_of(work, entity_id)
    entity = read_entity(work, entity_id)
    names = {record: [source, unique_id] for record, source, unique_id in work.tx.rows(_IDS, records)}
    return {
        **entity.to_dict(),
        "records": [
            {
                "source": key.source,
                "unique_id": key.unique_id,
                "versions": [one.to_dict() for one in versions_of(work, key)],
            }
            for key in entity.records
        ],
        "golden": golden_record(work, entity_id).to_dict(),
        "manual_values": [
            {"name": name, "value": value, "author": author, "written_at": as_text(at)}
            for name, value, author, at in work.tx.rows(_MANUAL, records)
        ],
        "judgements": [
            {
                "records": [names.get(left, "another"), names.get(right, "another")],
                "verdict": verdict,
                "author": author,
                "reason": reason,
                "judged_at": as_text(at),
                "counts": ended is None,
            }
            for left, right, verdict, author, reason, at, ended in work.tx.rows(_JUDGEMENTS, records, records)
        ],
        "events": [one.to_dict() for one in events_of(work, entity_id) if _concerns_only(one.record, entity.records)],
    }


def _concerns_only(record: Any, own: Any) -> bool:
    return record is None or record in own
