from itertools import combinations
from math import log2
from typing import Any

import pytest

from dromio.engines import row
from dromio.errors import ModelError
from dromio.interchange.splink import import_splink
from dromio.model.files import model_from
from dromio.model.schema import Model
from dromio.plan import MILLI, make_plan

from .agreement import Judged, cleaned, judged, sums_of
from .factory import EXACT, comparison, exact, level, settings

VERSIONS = pytest.mark.parametrize("version", [4, 5])
ROUNDING = 0.00051
"""Bits by which a weight may be off: it is a whole number of thousandths."""


def _levels(model: Model, settings_: dict[str, Any]) -> list[dict[int, int]]:
    """For each comparison: gamma -> level. Of the phones the levels "two in common" and "one in common" are one."""
    result = []
    for found, given in zip(model.comparisons, settings_["comparisons"], strict=True):
        gammas = list(range(len(given["comparison_levels"]) - 2, -1, -1))
        merged = found.name == "phones"
        result.append({-1: 0} | {gamma: max(at, 1) if merged else at + 1 for at, gamma in enumerate(gammas)})
    return result


@VERSIONS
def test_levels_agree_with_splink(version: int) -> None:
    judge = judged(version)
    model = import_splink(judge.settings).model
    levels = _levels(model, judge.settings)
    for pair, sums in sums_of(model, judge):
        wanted = tuple(level[gamma] for level, gamma in zip(levels, pair.gammas, strict=True))
        assert sums.levels == wanted, (pair, judge.records[pair.left], judge.records[pair.right])


@VERSIONS
def test_match_weights_agree_with_splink(version: int) -> None:
    judge = judged(version)
    model = import_splink(judge.settings).model
    one = _phones_in_common(model)
    for pair, sums in sums_of(model, judge):
        parts = zip(_names(model), pair.gammas, pair.weights, strict=True)
        wanted = [one if name == "phones" and gamma > 0 else weight for name, gamma, weight in parts]
        assert sums.unrelated / MILLI == pytest.approx(_prior(judge) + sum(wanted), abs=ROUNDING * (len(wanted) + 1))


@VERSIONS
def test_term_frequencies_adjust_as_in_splink_within_their_bounds(version: int) -> None:
    """A model never takes a common value below what a missing one gives; Splink does."""
    judge = judged(version)
    imported = import_splink(judge.settings, term_frequencies=judge.term_frequencies)
    plan = make_plan(imported.model)
    adjusted = bounded = 0
    for pair, sums in sums_of(imported.model, judge):
        for number, wanted in enumerate(pair.adjustments):
            least = int(plan.comparisons[number].least_adjustment[sums.levels[number]]) / MILLI
            assert sums.adjustments[number] / MILLI == pytest.approx(max(wanted, least), abs=2 * ROUNDING)
            adjusted += wanted != 0
            bounded += wanted < least
    assert adjusted > 20
    assert bounded < adjusted
    assert bool(bounded) == any("values are adjusted by less" in note for note in imported.untranslated)


@VERSIONS
def test_keys_bring_together_what_the_rules_do(version: int) -> None:
    judge = judged(version)
    imported = import_splink(judge.settings)
    plan = make_plan(imported.model)
    keys = {key: row.record_keys(cleaned(imported.model, one), plan) for key, one in judge.records.items()}
    for left, right in combinations(judge.records, 2):
        assert bool(keys[left] & keys[right]) is _blocked(judge, version, left, right)
    assert [note for note in imported.untranslated if note.startswith("blocking_rules_to_generate_predictions.4:")] == [
        "blocking_rules_to_generate_predictions.4: LEVENSHTEIN(l.surname, r.surname) < 2 cannot be said in a key "
        "(no equality); more pairs are compared"
    ]


def _blocked(judge: Judged, version: int, left: int, right: int) -> bool:
    """The rules of the files, without the distance that no key can say."""
    one, other = judge.records[left], judge.records[right]

    def same(name: str, size: int | None = None, *, lower: bool = False) -> bool:
        values = [one[name], other[name]]
        if None in values:
            return False
        texts = [str(value).lower() if lower else str(value) for value in values]
        return texts[0][:size] == texts[1][:size]

    rules = [
        same("first_name") and same("surname", 2),
        same("dob"),
        same("email", lower=True),
        bool(set(one["phones"] or ()) & set(other["phones"] or ())),
        same("city"),
        version == 4 and same("surname") and same("amount"),
    ]
    return any(rules)


def _names(model: Model) -> list[str]:
    return [comparison.name for comparison in model.comparisons]


def _prior(judge: Judged) -> float:
    prior = judge.settings["probability_two_random_records_match"]
    return log2(prior / (1 - prior))


def _phones_in_common(model: Model) -> float:
    """The weight of the level that holds both levels of phones in common."""
    merged = model.comparisons[_names(model).index("phones")].levels[0]
    assert merged.m and merged.u
    return log2(merged.m / merged.u)


@VERSIONS
def test_every_note_names_its_place(version: int) -> None:
    judge = judged(version)
    notes = import_splink(judge.settings).untranslated
    assert all(note.partition(":")[0].partition(".")[0] in judge.settings for note in notes)
    assert any(note.startswith("comparisons.4.comparison_levels.1: ") and "2 shared elements" in note for note in notes)
    assert len(notes) == len(set(notes))


@VERSIONS
def test_the_model_reads_back_from_its_own_document(version: int) -> None:
    judge = judged(version)
    model = import_splink(judge.settings, term_frequencies=judge.term_frequencies).model
    assert model.trained
    assert model_from(model.model_dump(mode="json")) == model


def test_a_plain_document_gives_a_trained_model_and_no_notes() -> None:
    imported = import_splink(settings(exact(), link_type="link_and_dedupe"))
    assert imported.untranslated == ()
    model = imported.model
    assert model.trained
    assert (model.link_type, model.clustering.method) == ("link_and_dedupe", "connected_components")
    assert model.prior and (model.prior.match, model.prior.related) == (0.01, 0.0)
    assert [str(key) for key in model.keys] == ["name.value"]
    assert model.keys[0].max_block is None
    assert [(one.label, one.when, one.m, one.u) for one in model.comparisons[0].levels] == [
        (EXACT, "equal(value)", 0.9, 0.01),
        ("ELSE", None, 0.1, 0.99),
    ]


def test_an_untrained_document_gives_an_untrained_model() -> None:
    imported = import_splink(settings(comparison(level(EXACT), level("ELSE"))))
    assert not imported.model.trained
    assert imported.untranslated == ("comparisons: no m and no u is known; the model is not trained",)


def test_a_document_that_is_trained_in_part_gives_a_model_that_weighs_as_splink_does() -> None:
    imported = import_splink(settings(exact(), comparison(level(EXACT, 0.8), level("ELSE", u_probability=0.5))))
    assert imported.model.trained
    assert [note.partition(":")[0] for note in imported.untranslated] == [
        "comparisons.1.comparison_levels.1",
        "comparisons.1.comparison_levels.2",
    ]


def test_what_a_model_does_not_hold_is_noted_where_splink_would_not_take_it_for_granted() -> None:
    more = {
        "unique_id_column_name": "id",
        "source_dataset_column_name": "source_dataset",
        "em_convergence": 0.01,
        "retain_matching_columns": False,
        "linker_uid": "x1",
    }
    notes = import_splink(settings(exact(fix_m_probability=True), **more)).untranslated
    assert [note.partition(":")[0] for note in notes] == [
        "em_convergence",
        "retain_matching_columns",
        "unique_id_column_name",
        "comparisons.0.comparison_levels.1",
    ]
    assert "'id'" in notes[2]


def test_salting_changes_no_pair() -> None:
    rule = {"blocking_rule": "l.name = r.name", "sql_dialect": "spark", "salting_partitions": 4}
    imported = import_splink(settings(exact(), rules=[rule]))
    assert [str(key) for key in imported.model.keys] == ["name.value"]
    assert imported.untranslated[0].startswith("blocking_rules_to_generate_predictions.0.salting_partitions: ")


def test_without_rules_compared_values_make_the_keys() -> None:
    imported = import_splink(settings(exact(), exact("city"), rules=[]))
    assert [str(key) for key in imported.model.keys] == ["name.value", "city.value"]
    assert imported.untranslated[0].startswith("blocking_rules_to_generate_predictions: there is none")


def test_a_comparison_that_cannot_be_said_is_left_out_and_noted() -> None:
    odd = comparison(level("name_l LIKE name_r", 0.9, 0.1), level("ELSE", 0.1, 0.9), name="odd")
    imported = import_splink(settings(odd, exact("city"), rules=["l.city = r.city"]))
    assert [one.name for one in imported.model.comparisons] == ["city"]
    assert imported.untranslated == (
        "comparisons.0: 'odd' cannot be said (name_l LIKE name_r has no counterpart); "
        "left out, so that it has no weight",
    )


def test_a_document_of_which_nothing_can_be_said_is_refused_with_the_reasons() -> None:
    odd = comparison(level("name_l LIKE name_r", 0.9, 0.1), level("ELSE", 0.1, 0.9), name="odd")
    with pytest.raises(ModelError) as raised:
        import_splink(settings(odd))
    assert [fault.path for fault in raised.value.faults] == ["comparisons", "comparisons.0"]


def test_columns_of_any_name_become_attributes_of_their_own() -> None:
    imported = import_splink(settings(exact("class"), exact("Größe"), exact("größe"), rules=['l."Größe" = r."Größe"']))
    assert [(one.name, one.inputs[0].columns["value"]) for one in imported.model.attributes] == [
        ("class_", "class"),
        ("gr__e", "Größe"),
        ("gr__e_2", "größe"),
    ]
