"""What run.json holds, and the report shows: a run in figures and plain words."""

from __future__ import annotations

from math import log2
from typing import Any

import numpy as np

from dromio import __version__
from dromio.engines.batch_facts import DECISIONS
from dromio.engines.columns import Ints
from dromio.engines.duckdb import weights
from dromio.plan import MILLI, NO_RIVAL, probability
from dromio.service.clusters_shown import clusters_shown
from dromio.service.examples import examples
from dromio.service.match import source_of
from dromio.service.phases import peak_memory_mb
from dromio.service.resolve import Run
from dromio.training.chance import comparable_pairs
from dromio.training.counts import vectors_alone

_LEAST_BIN, _MOST_BIN = -30, 60
_HOT_SHOWN = 50


def run_document(run: Run) -> dict[str, Any]:
    """The document of run.json."""
    sizes = np.bincount(run.cluster)
    return {
        "dromio": __version__,
        "started": run.started.isoformat(timespec="seconds"),
        "inputs": [
            {"name": one.name, "path": one.origin, "rows": one.rows, "columns": len(one.columns)}
            for one in run.records.sources
        ],
        "link_type": run.model.link_type,
        "records": len(run.records),
        "entities": len(sizes),
        "duplicates": len(run.records) - len(sizes),
        "summary": _sentences(run, sizes),
        "warnings": _warnings(run, sizes),
        "columns": _columns(run),
        "hot_values": [
            {
                "attribute": one.attribute,
                "value": one.value,
                "records": one.records,
                "action": "carries no key and no weight",
            }
            for one in run.understanding.hot[:_HOT_SHOWN]
        ],
        "keys": _keys(run),
        "candidate_pairs": len(run.left),
        "deciders": list(run.model.deciders),
        "decisions": _decisions(run),
        "weights": _histogram(run.weight) if run.plan.comparisons else None,
        "thresholds": _thresholds(run),
        "prior": run.model.prior.match if run.model.prior else None,
        "comparisons": _comparisons(run),
        "examples": examples(run),
        "cluster_sizes": [
            {"size": size, "clusters": int(count)} for size, count in enumerate(np.bincount(sizes)) if count and size
        ],
        "clusters": clusters_shown(run),
        "calibration": _calibration(run),
        **resources(run),
    }


def resources(run: Run) -> dict[str, Any]:
    """The part of the document that says what the run took so far."""
    return {
        "timings": [{"phase": name, "seconds": round(seconds, 3)} for name, seconds in run.phases.seconds.items()],
        "peak_memory_mb": peak_memory_mb(),
        "threads": run.options.thread_count,
    }


def _thresholds(run: Run) -> dict[str, float] | None:
    if not run.plan.comparisons:
        return None
    return {"match": run.plan.match_threshold / MILLI, "review": run.plan.review_threshold / MILLI}


def _decisions(run: Run) -> list[dict[str, Any]]:
    """Compared pairs by what decided on them, in the order of the model; pairs that nothing matched come last."""
    if run.decisions is None:
        return []
    counts = np.bincount(run.decisions.which + 1, minlength=len(run.decisions.verdicts) + 1).tolist()
    found: dict[tuple[int, str, str], int] = {}
    for verdict, count in zip(run.decisions.verdicts, counts[1:], strict=True):
        key = (verdict.place if verdict.place >= 0 else len(found) + 1000, verdict.reason, verdict.decision)
        same = next((one for one in found if one[1:] == key[1:]), key)
        found[same] = found.get(same, 0) + count
    rows = [
        {"reason": reason, "decision": decision, "pairs": count}
        for (_, reason, decision), count in sorted(found.items())
    ]
    if counts[0]:
        rows.append({"reason": "by probability", "decision": "", "pairs": counts[0]})
    return rows


def _sentences(run: Run, sizes: Ints) -> list[str]:
    records, entities = len(run.records), len(sizes)
    several = int((sizes > 1).sum())
    review = int((run.decision == DECISIONS.index("review")).sum())
    found = [
        f"{records:,} records are {entities:,} entities: {records - entities:,} records "
        f"({(records - entities) / records:.1%}) "
        f"repeat another one.",
        f"{several:,} entities have more than one record; the largest has {int(sizes.max(initial=0)):,}.",
        f"{len(run.left):,} pairs of records shared a key and were compared, "
        f"of {_possible_pairs(run):,} possible ones.",
    ]
    if review:
        found.append(f"{review:,} pairs are in doubt and worth a review.")
    return found


def _warnings(run: Run, sizes: Ints) -> list[str]:
    """What a careful user should know before relying on the result."""
    found = list(run.records.notes)
    if run.records.id_column is None:
        found.append(
            "No column tells the records apart, so they are numbered in the order of the input; name one with --id."
        )
    probabilities = probability(run.weight) if run.plan.comparisons else np.zeros(0)
    unsure = float(((probabilities > 0.1) & (probabilities < 0.9)).sum())
    likely = float(probabilities.sum())
    if likely >= 1 and unsure > 0.5 * likely:
        found.append(
            "The columns do not tell matches and chance apart well: more than half as many pairs are in doubt as "
            "match. "
            "A birth date, an e-mail address, a phone number or an account number would help most."
        )
    if (likely < 1 or not run.plan.comparisons) and len(sizes) == len(run.records):
        found.append(
            "No pair of records looks like a match: either there are no duplicates, or the columns cannot show them."
        )
    over = sum(one.dropped for one in run.blocks)
    if over:
        found.append(
            f"{over:,} blocks were too large to compare pair by pair, after splitting; their records met through "
            "other keys only."
        )
    if run.unsearched:
        found.append(
            f"{run.unsearched:,} groups of matches have too many records to search all their pairs for vetoes; "
            "rules that match so many records are too wide."
        )
    if int(sizes.max(initial=0)) > max(50, 0.05 * len(run.records)):
        found.append(f"The largest entity has {int(sizes.max()):,} records; look at it before relying on the result.")
    return found


def _columns(run: Run) -> list[dict[str, Any]]:
    attribute_of = {
        column: attribute.name
        for attribute in run.model.attributes
        for value in attribute.inputs
        for column in value.columns.values()
    }
    return [
        {
            "source": "",
            "column": one.profile.name,
            "type": one.type or "not used",
            "attribute": attribute_of.get(one.profile.name, ""),
            "role": one.role if one.type else "",
            "filled": one.profile.filled,
            "distinct": one.profile.distinct,
            "reason": one.reason,
            "examples": list(one.profile.examples),
        }
        for one in run.understanding.columns
    ]


def _keys(run: Run) -> list[dict[str, Any]]:
    coverage = {str(one.key): one.coverage for one in run.understanding.keys}
    return [
        {
            "name": key.name,
            "coverage": coverage.get(key.name),
            "pairs": block.count,
            "new_pairs": added,
            "largest_block": block.largest,
            "split_blocks": block.split,
            "dropped_blocks": block.dropped,
        }
        for key, block, added in zip(run.plan.keys, run.blocks, run.added, strict=True)
    ]


def _histogram(weight: Ints) -> dict[str, Any]:
    """Pairs and expected matches by match weight, in bins of one bit; the outermost bins hold all that lies beyond."""
    bins = _MOST_BIN - _LEAST_BIN
    place = np.clip(weight // MILLI - _LEAST_BIN, 0, bins - 1)
    pairs = np.bincount(place, minlength=bins)
    matches = np.bincount(place, weights=probability(weight), minlength=bins)
    used = np.flatnonzero(pairs)
    if not len(used):
        return {"edges": [], "pairs": [], "matches": []}
    low, high = used[0], used[-1] + 1
    return {
        "edges": [float(edge) for edge in range(_LEAST_BIN + low, _LEAST_BIN + high + 1)],
        "pairs": pairs[low:high].tolist(),
        "matches": [round(value, 2) for value in matches[low:high].tolist()],
    }


def _comparisons(run: Run) -> list[dict[str, Any]]:
    with_related = run.plan.prior_related != NO_RIVAL
    return [
        {
            "name": comparison.name,
            "attribute": comparison.attribute,
            "shared": comparison.shared,
            "levels": [
                {
                    "label": level.label,
                    "m": level.m,
                    "u": level.u,
                    "weight": log2(level.m / level.u) if level.m and level.u else None,
                    "is_null_level": False,
                    **(
                        {"related": comparison.shared * level.m + (1 - comparison.shared) * level.u}
                        if with_related and level.m and level.u
                        else {}
                    ),
                }
                for level in comparison.levels
            ],
        }
        for comparison in run.model.comparisons
    ]


def _possible_pairs(run: Run) -> int:
    return comparable_pairs(len(run.records), source_of(run.records, run.model.link_type))


def _calibration(run: Run) -> dict[str, Any]:
    """What the model says against what the counts say: the check without labels.

    For the pairs of each range of probability: the mean probability, and the share of them that is left when the pairs
    that chance and kinship account for are taken away. That number comes from value frequencies, not from the weights.
    """
    if run.training is None:
        return {}
    counted = run.counted
    said = probability(weights(run.plan, vectors_alone(counted)))
    place = np.minimum((said * 10).astype(np.int64), 9)
    pairs = np.bincount(place, weights=counted.counts, minlength=10)
    likely = np.bincount(place, weights=said * counted.counts, minlength=10)
    rivals = np.bincount(place, weights=np.exp(run.training.learned.log_rivals), minlength=10)
    bins = [
        {
            "probability": round(float(likely[at] / pairs[at]), 4),
            "expected": round(float(np.clip(1 - rivals[at] / pairs[at], 0, 1)), 4),
            "pairs": int(pairs[at]),
        }
        for at in np.flatnonzero(pairs).tolist()
    ]
    return {
        "bins": bins,
        "note": "Checked without labels: of the pairs in each range of probability, the share that is more than "
        "unrelated and related pairs account for, against the probability that the model gives.",
    }
