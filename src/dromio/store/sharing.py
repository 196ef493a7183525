"""Values that too many people share: noted in the transaction that makes them so, and what that means for pairs.

A value that is shared no longer is queued, as a block that is no longer large: until the queue is worked off it stays
noted as shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from dromio.deciders import Verdict
from dromio.engines.compiled import kept_with
from dromio.engines.row_facts import CleanedRecord
from dromio.engines.shared import Watched, for_review, people, shared_in_common, watched, without_shared
from dromio.store.database import Row
from dromio.store.matching import Matcher
from dromio.store.work import Placement, Work

Pair = tuple[int, int]
Value = tuple[int, str]
"""(place of the watched field in the model, value)."""
NameRow = tuple[int, int, str]
"""(hash of a value, record, full name)."""
Among = Callable[[set[int]], set[int]]
"""Those hashes whose values are shared."""

NO_LONGER_SHARED = 0
"""Stands in the queue where the size of a block would."""
_INSERT = "INSERT INTO value_names (generation, hash, record_id, name) VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM value_names WHERE generation = ? AND hash = ? AND record_id = ?"
_NAMES = "SELECT DISTINCT hash, name FROM value_names WHERE generation = ? AND hash IN ?? AND name <> ''"
_HOLDERS = "SELECT DISTINCT record_id FROM value_names WHERE generation = ? AND hash = ?"
_SHARED = "SELECT hash, people FROM shared_values WHERE generation = ? AND hash IN ??"
_NOTE = """
INSERT INTO shared_values (generation, hash, people) VALUES (?, ?, ?)
ON CONFLICT (generation, hash) DO UPDATE SET people = excluded.people
"""
_FORGET = "DELETE FROM shared_values WHERE generation = ? AND hash = ?"
_QUEUE = "INSERT INTO redo (generation, hash, max_block) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class Sharing(NamedTuple):
    """What follows from a set of records: who has which value under which name, and how many people share one."""

    names: set[NameRow]
    shared: dict[int, int]


def fields_of(matcher: Matcher) -> tuple[Watched, ...]:
    """The fields whose values the model watches."""
    return kept_with(matcher.model, watched) if matcher.model.shared_values else ()


def hash_of(matcher: Matcher, value: Value) -> int:
    """Hash of a watched value."""
    return matcher.hashed(f"shared\x1f{value[0]}\x1f{value[1]}")


def values_of(matcher: Matcher, cleaned: CleanedRecord) -> set[Value]:
    """The watched values of a record."""
    return {(one.number, value) for one in fields_of(matcher) for value in one.values(cleaned)}


def hashes_of(matcher: Matcher, cleaned: CleanedRecord) -> set[int]:
    """Their hashes."""
    return {hash_of(matcher, value) for value in values_of(matcher, cleaned)}


def sharing_of(matcher: Matcher, placed: Mapping[int, Placement]) -> Sharing:
    """What follows from the records, from nothing but these."""
    names = {row for one in placed.values() for row in _rows(matcher, one)}
    spellings: dict[int, set[str]] = {}
    most: dict[int, int] = {}
    for one in placed.values():
        most |= _limits(matcher, one)
    for value, _, name in names:
        spellings.setdefault(value, set()).update([name] if name else ())
    counted = {value: people(own) for value, own in spellings.items() if len(own) > most[value]}
    return Sharing(names, {value: number for value, number in counted.items() if number > most[value]})


def write(work: Work, sharing: Sharing) -> None:
    """Write what follows from the records of a new generation."""
    work.tx.many(_INSERT, ((work.generation, *row) for row in sorted(sharing.names)))
    work.tx.many(_NOTE, ((work.generation, *row) for row in sorted(sharing.shared.items())))


def note(work: Work, arrived: Iterable[Placement], gone: Iterable[Placement]) -> dict[int, set[int]]:
    """Note who has which value now; gives the records of every value that has become shared."""
    if not fields_of(work.matcher):
        return {}
    limits: dict[int, int] = {}
    old: list[tuple[int, int]] = []
    new: list[NameRow] = []
    for one in gone:
        limits |= (own := _limits(work.matcher, one))
        old += [(value, one.record_id) for value in own]
    for one in arrived:
        for value, most, names in _told(work.matcher, one):
            limits[value] = most
            new += [(value, one.record_id, name) for name in names]
    if old:
        work.tx.many(_DELETE, [(work.generation, *row) for row in old])
    if new:
        work.tx.many(_INSERT, [(work.generation, *row) for row in sorted(new)])
    return _noted(work, limits) if limits else {}


def _noted(work: Work, limits: Mapping[int, int]) -> dict[int, set[int]]:
    """Count the people of values again; gives the records of those that have become shared."""
    values = sorted(limits)
    noted, names = work.tx.together((_SHARED, work.generation, values), (_NAMES, work.generation, values))
    before: dict[int, int] = dict(noted)
    found: dict[int, set[int]] = {}
    for value, number in sorted(_counted(values, names).items()):
        work.noted[value] = number > limits[value] or value in before
        if work.noted[value]:
            if before.get(value) != number:
                work.tx.run(_NOTE, work.generation, value, number)
            if value not in before:
                found[value] = holders(work, value)
            elif number <= limits[value]:
                work.tx.run(_QUEUE, work.generation, value, NO_LONGER_SHARED)
    return found


def _counted(values: Iterable[int], names: Iterable[Row]) -> dict[int, int]:
    """The people of every value, from the rows of its full names."""
    spellings: dict[int, set[str]] = {value: set() for value in values}
    for value, name in names:
        spellings[value].add(name)
    return {value: people(own) for value, own in spellings.items()}


def _shared_rows(work: Work, values: Iterable[int]) -> list[tuple[int, int]]:
    wanted = sorted(values)
    return [(value, number) for value, number in work.tx.rows(_SHARED, work.generation, wanted)] if wanted else []


def holders(work: Work, value: int) -> set[int]:
    """Records that have a value."""
    return {row[0] for row in work.tx.rows(_HOLDERS, work.generation, value)}


def still_shared(work: Work, value: int) -> bool:
    """Whether a value that is noted as shared still is; if not, it is noted so no longer."""
    record = work.placed(sorted(holders(work, value))[:1])
    limits = {one: most for each in record.values() for one, most in _limits(work.matcher, each).items()}
    names = work.tx.rows(_NAMES, work.generation, [value])
    if value in limits and _counted([value], names)[value] > limits[value]:
        return True
    work.tx.run(_FORGET, work.generation, value)
    work.noted[value] = False
    return False


def noted_among(work: Work) -> Among:
    """Looks up which values are noted as shared, each once in a transaction."""

    def among(values: set[int]) -> set[int]:
        unknown = values.difference(work.noted)
        work.noted |= dict.fromkeys(unknown, False)
        work.noted |= {value: True for value, _ in _shared_rows(work, unknown)}
        return {value for value in values if work.noted[value]}

    return among


def noted_with(work: Work, record: Placement) -> Among:
    """The same, as it would be with a record that is not in the index."""
    limits = _limits(work.matcher, record)
    own = {(value, name) for value, _, name in _rows(work.matcher, record) if name}
    names = (
        {(value, name) for value, name in work.tx.rows(_NAMES, work.generation, sorted(limits))} if limits else set()
    )
    counted = {value: people(name for each, name in names | own if each == value) for value in limits}
    with_it = {value for value, number in counted.items() if number > limits[value]}
    known = noted_among(work)
    return lambda values: (values & with_it) | known(values - set(limits))


def lowered(
    matcher: Matcher, cleaned: Mapping[int, CleanedRecord], weights: Mapping[Pair, int], among: Among
) -> dict[Pair, Verdict]:
    """Those of the pairs that match only thanks to shared values, with what is left of the match."""
    fields = fields_of(matcher)
    if not fields:
        return {}
    likely = [pair for pair, weight in weights.items() if weight >= 0]
    values = {one: values_of(matcher, cleaned[one]) for one in {record for pair in likely for record in pair}}
    likely = [pair for pair in likely if not values[pair[0]].isdisjoint(values[pair[1]])]
    common = {value for left, right in likely for value in values[left] & values[right]}
    hashes = {value: hash_of(matcher, value) for value in common}
    noted = among(set(hashes.values())) if hashes else set()
    shared = {value for value, one in hashes.items() if one in noted}
    if not shared:
        return {}
    found = {}
    for pair in likely:
        verdict = _lowered(matcher, fields, cleaned[pair[0]], cleaned[pair[1]], shared)
        if verdict is not None:
            found[pair] = verdict
    return found


def _lowered(
    matcher: Matcher, fields: Sequence[Watched], left: CleanedRecord, right: CleanedRecord, shared: set[Value]
) -> Verdict | None:
    on = shared_in_common(fields, left, right, shared)
    if not on:
        return None
    verdict = matcher.compare(left, right)
    if verdict.decision != "match":
        return None
    bare = matcher.compare(*without_shared(fields, left, right, shared))
    return None if bare.decision == "match" else for_review(verdict, on)


def how_many(work: Work, left: CleanedRecord, right: CleanedRecord) -> list[tuple[str, int]]:
    """(watched field, people) for every shared value that two records have in common."""
    fields = fields_of(work.matcher)
    common = values_of(work.matcher, left) & values_of(work.matcher, right)
    noted = people_of(work, (left, right))
    return sorted((fields[value[0]].text, number) for value, number in noted.items() if value in common)


def people_of(work: Work, records: Iterable[CleanedRecord]) -> dict[Value, int]:
    """How many people share a value, for those values of the records that too many do."""
    values = {value for one in records for value in values_of(work.matcher, one)}
    hashes = {hash_of(work.matcher, value): value for value in values}
    return {hashes[one]: number for one, number in _shared_rows(work, hashes)}


def pairs_within(blocks: Iterable[Iterable[int]]) -> set[Pair]:
    """All pairs of records of one block."""
    return {pair for block in blocks for pair in combinations(sorted(block), 2)}


def _told(matcher: Matcher, record: Placement) -> Iterator[tuple[int, int, Sequence[str]]]:
    """(hash of a value, the most people that it may have, full names beside it) for the record's watched values."""
    for one in fields_of(matcher):
        values = one.values(record.cleaned)
        names = sorted(one.full_names(record.cleaned)) if values else ()
        for value in values:
            yield hash_of(matcher, (one.number, value)), one.most, names or ("",)


def _limits(matcher: Matcher, record: Placement) -> dict[int, int]:
    """The record's values, by their hashes, with the most people that each may have."""
    return {value: most for value, most, _ in _told(matcher, record)}


def _rows(matcher: Matcher, record: Placement) -> list[NameRow]:
    return [(value, record.record_id, name) for value, _, names in _told(matcher, record) for name in names]
