"""Evaluations and comparisons of runs as plain text."""

from __future__ import annotations

from dromio.evaluation.comparison import RunComparison
from dromio.evaluation.evaluation import Evaluation, PairQuality
from dromio.evaluation.mistakes import Mistake
from dromio.evaluation.scores import Score

SPELLED = {
    "never_compared": "true, never compared",
    "scored_too_low": "true, scored too low",
    "split_by_clustering": "true, split by clustering",
    "by_score": "false, by score",
    "by_clustering": "false, by clustering",
}


def evaluation_text(quality: Evaluation, listed: int) -> str:
    """Scores, counts and, where pairs were scored, calibration and up to `listed` mistakes of each kind."""
    counts = quality.counts
    lines = [
        f"{counts.records:,} records in {counts.clusters:,} clusters "
        f"(truth {counts.true_clusters:,}; exactly right {counts.exact_clusters:,})",
        f"largest cluster {counts.largest_cluster:,} records (truth {counts.largest_true_cluster:,})",
        f"pairs in one cluster {counts.pairs:,} (truth {counts.true_pairs:,}; right {counts.right_pairs:,})",
        "",
        f"{'':<24}{'precision':>10}{'recall':>10}{'F1':>10}",
        _score("pairs of clusters", quality.clusters),
        _score("exact clusters", quality.exact),
        _score("B-cubed", quality.b_cubed),
    ]
    if quality.pairs is not None:
        lines += [_score("pairs by decision", quality.pairs.at_match), *_pair_lines(quality.pairs, listed)]
    return "\n".join(lines)


def _score(name: str, score: Score) -> str:
    return f"{name:<24}{score.precision:>10.4f}{score.recall:>10.4f}{score.f1:>10.4f}"


def _pair_lines(pairs: PairQuality, listed: int) -> list[str]:
    best = max(pairs.curve, key=lambda point: point.f1, default=None)
    lines = ["", f"compared {pairs.compared:,} pairs, of which {pairs.compared_true:,} true; {pairs.matches:,} matches"]
    if best is not None:
        lines.append(f"best F1 of pairs {best.f1:.4f}, at match weight {best.match_weight:.2f}")
    calibration = pairs.calibration
    if calibration is not None:
        lines.append(
            f"calibration error {calibration.equal_width:.4f} (bins of equal width), "
            f"{calibration.adaptive:.4f} (bins of equal number)"
        )
    lines += ["", "wrong pairs of clusters"]
    lines += [f"  {SPELLED[kind]:<28}{count:>12,}" for kind, count in pairs.mistakes.counts.items()]
    for kind, spelled in SPELLED.items():
        some = [each for each in pairs.mistakes.listed if each.kind == kind][:listed]
        lines += ["", spelled, *(f"  {_mistake(each)}" for each in some)] if some else []
    return lines


def _mistake(each: Mistake) -> str:
    weight = "     -" if each.match_weight is None else f"{each.match_weight:6.2f}"
    return f"{weight}  {each.source_dataset_l}/{each.unique_id_l}  {each.source_dataset_r}/{each.unique_id_r}"


def comparison_text(change: RunComparison) -> str:
    """What changed, in counts, with the first changes of each kind."""
    lines = [
        f"{change.records:,} records in both runs; only in this one {change.records_only_b:,}, "
        f"only in the other {change.records_only_a:,}",
        f"clusters unchanged {change.unchanged:,}, merged {change.merged:,}, split {change.split:,}, "
        f"moved {change.moved:,}",
        f"pairs gained {change.pairs_gained:,}, lost {change.pairs_lost:,}",
    ]
    for each in change.examples:
        records = ", ".join(f"{source}/{unique_id}" for source, unique_id in each.records)
        lines.append(f"  {each.kind}: {', '.join(each.before)} -> {', '.join(each.after)} ({records})")
    return "\n".join(lines)
