"""Example pairs for the report, each explained by the row engine: a few for every reason that decided, and by
probability clearly above, at, and below the match threshold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from dromio.deciders import Verdict
from dromio.engines.columns import Ints
from dromio.engines.explanation import explain
from dromio.engines.row import clean_record
from dromio.engines.row_facts import CleanedRecord
from dromio.records import RecordKey
from dromio.service.explain import figures, rows_of
from dromio.service.rows import record_of
from dromio.service.sharing import people_sharing

if TYPE_CHECKING:
    from dromio.service.resolve import Run

_PER_KIND = 3
_MOST_REASONS = 24
_SHOWN = 80

Chosen = tuple[dict[str, str], int]
"""What kind of example it is, and the place of the pair."""


def examples(run: Run) -> list[dict[str, Any]]:
    """A few pairs of each kind; which ones does not depend on the order of the input."""
    chosen = [*_by_reason(run), *_by_weight(run)]
    pairs = [(int(run.left[place]), int(run.right[place])) for _, place in chosen]
    used = [name for one in run.model.attributes for value in one.inputs for name in value.columns.values()]
    numbers = list(dict.fromkeys(number for pair in pairs for number in pair))
    rows = dict(zip(numbers, rows_of(run.records, numbers, dict.fromkeys(used)), strict=True))
    cleaned = {number: _cleaned(run, number, row) for number, row in rows.items()}
    both = [(cleaned[left], cleaned[right]) for left, right in pairs]
    shared = people_sharing(run.model, run.batch.attributes, len(run.records), both)
    found = [explain(run.plan, *records, shared=own) for records, own in zip(both, shared, strict=True)]
    return [
        kind
        | {"left": _shown(run, left, rows[left]), "right": _shown(run, right, rows[right])}
        | {"words": own.to_text(), **figures(own)}
        for (kind, _), (left, right), own in zip(chosen, pairs, found, strict=True)
    ]


def _by_reason(run: Run) -> Iterator[Chosen]:
    """Pairs of every rule, group or score that decided, in the order of the model."""
    if run.decisions is None:
        return
    verdicts, which = run.decisions.verdicts, run.decisions.which
    reasons = sorted({_reason(one) for one in verdicts})[:_MOST_REASONS]
    for reason in reasons:
        same = np.array([number for number, one in enumerate(verdicts) if _reason(one) == reason])
        places = np.flatnonzero(np.isin(which, same))
        scores = np.array([one.score or 0.0 for one in verdicts])
        kind = {"kind": "decided", "reason": reason[1], "decision": reason[2]}
        for place in _spread(places, scores[which[places]], 1 if len(reasons) > _MOST_REASONS / 3 else _PER_KIND):
            yield kind, place


def _reason(verdict: Verdict) -> tuple[int, str, str]:
    """What puts reasons in order: rules and groups in theirs, those that belong to none last."""
    return verdict.place if verdict.place >= 0 else 1 << 16, verdict.reason, verdict.decision


def _by_weight(run: Run) -> Iterator[Chosen]:
    """Of the pairs that probability decided: above, at and below the threshold."""
    if not run.plan.comparisons:
        return
    is_open = np.flatnonzero(run.decisions.is_open) if run.decisions is not None else np.arange(len(run.weight))
    weight, threshold = run.weight[is_open], run.plan.match_threshold
    above, below = is_open[weight >= threshold], is_open[weight < threshold]
    distance = np.abs(weight - threshold)
    near = is_open[_in_order(distance, list(range(min(_PER_KIND, len(distance)))))].tolist()
    for kind, places in (
        ("above", _spread(above, run.weight[above])),
        ("at", near),
        ("below", _spread(below, run.weight[below])),
    ):
        yield from (({"kind": kind}, place) for place in places)


def _spread(places: Ints, figure: np.ndarray[Any, Any], wanted: int = _PER_KIND) -> list[int]:
    """Pairs at three quarters, the middle and a quarter of the figures, each once; of one, that in the middle."""
    if not len(places):
        return []
    parts = (3, 2, 1) if wanted == _PER_KIND else (2,)
    return list(dict.fromkeys(places[_in_order(figure, [len(places) * part // 4 for part in parts])].tolist()))


def _in_order(figures: np.ndarray[Any, Any], places: list[int]) -> list[int]:
    """The elements that a stable sorting would put at some places. Sorting millions of pairs for them would take a
    second."""
    if not places:
        return []
    found = np.partition(figures, places)[places]
    return [
        int(np.flatnonzero(figures == figure)[place - int((figures < figure).sum())])
        for place, figure in zip(places, found, strict=True)
    ]


def _cleaned(run: Run, number: int, row: Mapping[str, Any]) -> CleanedRecord:
    return clean_record(record_of(row, run.model, RecordKey("", str(number))), run.model)


def _shown(run: Run, number: int, row: Mapping[str, Any]) -> dict[str, str]:
    """The raw texts of a record that the model uses, with its key."""
    shown = {
        "unique_id": str(run.records.ids[number].as_py()),
        "source_dataset": str(run.records.source_names[number].as_py()),
    }
    for name, value in row.items():
        shown[name] = ("; ".join(map(str, value)) if isinstance(value, list) else str(value or ""))[:_SHOWN]
    return shown
