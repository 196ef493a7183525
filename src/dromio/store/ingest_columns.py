"""Many new records at once, in columns: cleaned, indexed and compared without an object for each of them.

Most new records are alone, or join what stands alone. Only those that have a link to others, or say the same as others,
are settled; what the rest becomes follows at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from dromio.model.schema import Model
from dromio.records import RecordKey
from dromio.store.blocks_many import Entered, enter_columns, unpacked, write_index
from dromio.store.bulk import weigh_in_columns
from dromio.store.columns import PreparedColumns, Told, compared_by, prepare_columns, told_before
from dromio.store.delivered import canonical
from dromio.store.doubts import Doubt, least_weight, offer
from dromio.store.erase import refuse_suppressed
from dromio.store.resolution import Resolution
from dromio.store.settle import Unsettled, settle
from dromio.store.work import Change, Placement, Work

if TYPE_CHECKING:
    from dromio.store.ingest_many import Coming

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
_CANDIDATES = """
SELECT p.record_id, p.component, p.cleaned, r.source
FROM placements p JOIN records r ON r.record_id = p.record_id WHERE p.generation = ? AND p.record_id IN ??
"""


@dataclass
class _Before:
    """Records of the store that are candidates, in the order of their numbers."""

    record: Ints
    group: Ints
    """Number of the component; their own where they are alone."""
    source: list[str]
    told: dict[str, Told]


def accept_new(work: Work, coming: Sequence[Coming]) -> list[Resolution]:
    """Add records whose keys were never named before, and resolve them; without candidates in the answers.

    Nobody else may write to the domain meanwhile.
    """
    keys = [one.key for one in coming]
    prepared = prepare_columns(work.matcher, keys, [one.values for one in coming])
    ids = _insert(work, coming)
    if work.suppresses:
        for place in range(len(ids)):
            refuse_suppressed(work, _placed(prepared, keys, ids, place))
    entered = enter_columns(work, ids, prepared)
    before = _before(work, entered, ids)
    pairs = _may_pair(work, entered.pairs, ids, keys, before)
    weight, decision = _weigh(work, prepared, before, ids, pairs)
    write_index(work, entered)
    return _settle(work, _Found(ids, keys, prepared, entered, before, pairs, weight, decision))


def _insert(work: Work, coming: Sequence[Coming]) -> Ints:
    ids = np.array(work.tx.numbers("records", "record_id", len(coming)), np.int64)
    work.tx.fill(
        "records",
        {
            "record_id": ids,
            "domain_id": work.domain_id,
            "source": [one.key.source for one in coming],
            "unique_id": [one.key.unique_id for one in coming],
            "state": "current",
            "number": 1,
            "version": [one.version for one in coming],
            "content": [canonical(one.values) for one in coming],
            "accepted_at": work.now,
        },
    )
    return ids


def _placed(prepared: PreparedColumns, keys: Sequence[RecordKey], ids: Ints, place: int) -> Placement:
    digest = int(prepared.digest[place]) if prepared.has_digest[place] else None
    texts = prepared.cleaned_texts[place], prepared.blocks_texts[place]
    return Placement(int(ids[place]), keys[place], 0, None, digest, *texts)


def _before(work: Work, entered: Entered, ids: Ints) -> _Before:
    """The candidates of the store, and what they say."""
    ends = np.unique(np.concatenate(unpacked(entered.pairs)))
    wanted = ends[~np.isin(ends, ids)]
    rows = work.tx.rows(_CANDIDATES, work.generation, wanted.tolist()) if len(wanted) else []
    rows.sort(key=lambda row: row[0])
    record, component, texts, source = zip(*rows, strict=True) if rows else ((), (), (), ())
    group = [own if one is None else one for own, one in zip(record, component, strict=True)]
    told = told_before(work.matcher.model.attributes, texts)
    return _Before(np.array(record, np.int64), np.array(group, np.int64), list(source), told)


def _places(records: Ints, ids: Ints, before: _Before) -> Ints:
    """Places of records among the new ones and then those of the store."""
    at = np.minimum(np.searchsorted(ids, records), len(ids) - 1)
    found: Ints = np.where(ids[at] == records, at, len(ids) + np.searchsorted(before.record, records))
    return found


def _may_pair(work: Work, pairs: Ints, ids: Ints, keys: Sequence[RecordKey], before: _Before) -> Ints:
    left, right = unpacked(pairs)
    here = np.concatenate([ids, before.record])
    known = np.isin(left, here) & np.isin(right, here)
    if work.rules.cross_only:
        sources = [*(one.source for one in keys), *before.source]
        _, number = np.unique(np.array(sources, object).astype(str), return_inverse=True)
        safe = np.where(known, left, ids[0]), np.where(known, right, ids[0])
        known &= number[_places(safe[0], ids, before)] != number[_places(safe[1], ids, before)]
    return pairs[known]


def _weigh(
    work: Work, prepared: PreparedColumns, before: _Before, ids: Ints, pairs: Ints
) -> tuple[Ints, npt.NDArray[np.int8]]:
    """Weight above the match threshold and decision of every pair."""
    model: Model = work.matcher.model
    lots = [(prepared.told, len(ids)), (before.told, len(before.record))]
    columns = {
        one.name: compared_by(one, [(records, told[one.name]) for told, records in lots]) for one in model.attributes
    }
    left, right = (_places(one, ids, before).astype(np.int32) for one in unpacked(pairs))
    return weigh_in_columns(work.matcher, columns, len(ids) + len(before.record), left, right)


@dataclass
class _Found:
    """All that is known of new records before they are settled."""

    ids: Ints
    keys: Sequence[RecordKey]
    prepared: PreparedColumns
    entered: Entered
    before: _Before
    pairs: Ints
    weight: Ints
    decision: npt.NDArray[np.int8]


def _placement(found: _Found, place: int) -> Placement:
    return _placed(found.prepared, found.keys, found.ids, place)


def _settle(work: Work, found: _Found) -> list[Resolution]:
    ids, entered = found.ids, found.entered
    left, right = unpacked(found.pairs)
    linked = np.unique(np.concatenate([left[found.weight >= 0], right[found.weight >= 0]]))
    is_linked = np.isin(ids, linked) | np.isin(ids, np.array(sorted(entered.alike), np.int64))
    entity = np.zeros(len(ids), np.int64)
    apart = np.flatnonzero(~is_linked)
    entity[apart] = _place_alone(work, found, apart)
    change = Unsettled(
        seeds=set(linked.tolist()) - set(ids.tolist()) | entered.same | work.linked_among(entered.disturbed),
        arrived={int(ids[one]): _placement(found, one) for one in np.flatnonzero(is_linked).tolist()},
        disturbed=entered.disturbed,
    )
    change.changed = set(change.arrived)
    change.fresh = _fresh(work, found, is_linked, linked)
    if work.matcher.model.shared_values:
        change.alone = [_placement(found, one) for one in apart.tolist()]
    placed = settle(work, change) if change.seeds or change.arrived or change.alone else {}
    entity[is_linked] = [change.arrived[one].entity_id for one in ids[is_linked].tolist()]
    sizes = Counter(one.entity_id for one in placed.values())
    answers = []
    for record, one in zip(ids.tolist(), entity.tolist(), strict=True):
        work.note(Change("added", record, one))
        answers.append(Resolution(one, "match" if sizes[one] > 1 else "new", "added"))
    return answers


def _fresh(work: Work, found: _Found, is_linked: Bools, linked: Ints) -> dict[tuple[int, int], int]:
    """Pairs that may count in components, and others that a person should see; those of records that match nobody are
    put before a person here, for that is all that becomes of them."""
    before, least = found.before, least_weight(work)
    left, right = unpacked(found.pairs)
    at_left, at_right = _places(left, found.ids, before), _places(right, found.ids, before)
    # Records end in one component only where each is linked, or is in a component in which something is.
    joined = [one.group for one in work.placed(found.entered.same).values()]
    joined += before.group[np.isin(before.record, linked)].tolist()
    touched = np.concatenate([is_linked, np.isin(before.group, np.array(joined, np.int64))])
    is_apart = np.concatenate([~is_linked, np.zeros(len(before.record), np.bool_)])
    matches_nobody = is_apart[at_left] | is_apart[at_right]
    shown = matches_nobody & (found.weight >= least) & (found.decision == 1)
    ends = zip(left[shown].tolist(), right[shown].tolist(), found.weight[shown].tolist(), strict=True)
    offer(work, [((one, other), Doubt("possible", weight)) for one, other, weight in ends])
    kept = ~matches_nobody & ((touched[at_left] & touched[at_right]) | (found.weight >= least))
    pairs = zip(left[kept].tolist(), right[kept].tolist(), strict=True)
    return dict(zip(pairs, found.weight[kept].tolist(), strict=True))


def _place_alone(work: Work, found: _Found, places: Ints) -> list[int]:
    """Place records that are linked to no other, each in an entity of its own; gives the entities."""
    prepared, chosen = found.prepared, places.tolist()
    entities = work.tx.numbers("entities", "entity_id", len(chosen))
    work.tx.fill(
        "entities",
        {"entity_id": entities, "domain_id": work.domain_id, "state": "live", "created_at": work.now},
    )
    digests: list[Any] = np.where(prepared.has_digest, prepared.digest, 0)[places].tolist()
    work.tx.fill(
        "placements",
        {
            "generation": work.generation,
            "record_id": found.ids[places],
            "entity_id": entities,
            "digest": [one if told else None for one, told in zip(digests, prepared.has_digest[places], strict=True)],
            "cleaned": [prepared.cleaned_texts[one] for one in chosen],
            "blocks": [prepared.blocks_texts[one] for one in chosen],
        },
    )
    return entities
