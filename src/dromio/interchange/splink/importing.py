"""A whole settings document as a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dromio.errors import Fault, ModelError
from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.blocking import keys_of
from dromio.interchange.splink.comparisons import list_columns, translate
from dromio.interchange.splink.document import PREFIX_OF_4, PREFIX_OF_5, SplinkComparison, SplinkSettings
from dromio.interchange.splink.frequencies import Adjusted, TermFrequencies, adjust, beyond_bounds
from dromio.interchange.splink.reading import read_settings
from dromio.interchange.splink.untrained import completed
from dromio.model.files import model_from
from dromio.model.imported import Imported
from dromio.model.schema import Comparison, Frequencies, Key

_TRAINING = {"em_convergence": 0.0001, "max_iterations": 25}
_TABLES = {
    "retain_matching_columns": True,
    "retain_intermediate_calculation_columns": False,
    "additional_columns_to_retain": [],
    PREFIX_OF_4: "bf_",
    PREFIX_OF_5: "mw_",
    "term_frequency_adjustment_column_prefix": "tf_",
    "comparison_vector_value_column_prefix": "gamma_",
}
_DEFAULTS: dict[str, tuple[object, str]] = {
    **{key: (value, "training here has settings of its own") for key, value in _TRAINING.items()},
    **{key: (value, "it shapes Splink's output tables only; ignored") for key, value in _TABLES.items()},
    "unique_id_column_name": ("unique_id", "a model does not name it; give it with the records (--id)"),
    "source_dataset_column_name": ("source_dataset", "a model does not name it; sources are named with the records"),
}
"""Key -> what Splink takes where it is absent, and what became of another value."""


def import_splink(document: Mapping[str, Any], *, term_frequencies: TermFrequencies | None = None) -> Imported:
    """The model that settings of Splink 4 or 5 describe, trained where they are, with notes on what it cannot say.

    `term_frequencies` (column -> value -> share) are Splink's tables of term frequencies, which settings do not hold.
    Clusters are connected components, as Splink's are; thresholds are the model's defaults, for settings have none.
    Raises ModelError with every fault of the document, or when no comparison can be said.
    """
    settings = read_settings(document)
    notes = _plain_notes(settings)
    exploded = frozenset(column.lower() for rule in settings.rules for column in rule.exploded)
    lists = list_columns(settings.comparisons, settings.dialect) | exploded
    attributes = Attributes()
    adjusted = _comparisons(settings, lists, attributes, term_frequencies or {}, notes)
    comparisons = [one.comparison for one in adjusted]
    if not comparisons:
        raise ModelError([Fault("comparisons", "none can be said"), *_as_faults(notes)])
    keys = _keys(settings, lists, attributes, comparisons, notes)
    model = model_from(
        {
            "link_type": settings.link_type,
            "attributes": attributes.parts(),
            "keys": [key.model_dump() for key in keys],
            "comparisons": [comparison.model_dump() for comparison in comparisons],
            "prior": {"match": settings.prior},
            "frequencies": {name: one.model_dump() for name, one in _frequencies(adjusted, notes).items()},
            "clustering": {"method": "connected_components"},
        }
    )
    for number, one in enumerate(adjusted):
        notes += beyond_bounds(model, number, one.adjustments)
    return Imported(model, tuple(dict.fromkeys(notes)))


def _comparisons(
    settings: SplinkSettings,
    lists: frozenset[str],
    attributes: Attributes,
    tables: TermFrequencies,
    notes: list[str],
) -> list[Adjusted]:
    """The comparisons that can be said, adjusted."""
    found: list[Adjusted] = []
    for splink in completed(settings.comparisons, notes):
        notes += _fixed_notes(splink)
        translated = translate(splink, settings.dialect, lists, attributes, notes)
        if translated is not None:
            found.append(adjust(translated, splink.levels, settings.dialect, tables, notes))
    return found


def _frequencies(adjusted: Sequence[Adjusted], notes: list[str]) -> dict[str, Frequencies]:
    """The frequencies of all comparisons; of two for one field the first."""
    frequencies: dict[str, Frequencies] = {}
    for number, comparison in enumerate(adjusted):
        for name, one in comparison.frequencies.items():
            if frequencies.setdefault(name, one) != one:
                notes.append(f"comparisons.{number}: {name!r} is adjusted by the figures of an earlier comparison")
    return frequencies


def _keys(
    settings: SplinkSettings,
    lists: frozenset[str],
    attributes: Attributes,
    comparisons: Sequence[Comparison],
    notes: list[str],
) -> list[Key]:
    """The keys of all rules, each once; where there are none, one for each attribute that is compared."""
    found = [key for rule in settings.rules for key in keys_of(rule, attributes, lists, notes)]
    found = list({str(key): key for key in found}.values())
    if found:
        return found
    notes.append(
        "blocking_rules_to_generate_predictions: there is none that makes a key, and comparing all pairs cannot be "
        "said; records with an equal value of a compared attribute are compared"
    )
    fields = {
        f"{comparison.attribute}.{field}": None
        for comparison in comparisons
        for field in attributes.views[comparison.attribute].fields
    }
    return [Key(fields=[field], max_block=None) for field in fields]


def _plain_notes(settings: SplinkSettings) -> list[str]:
    """Notes on what stands beside comparisons and rules and differs from what Splink takes by default."""
    notes = []
    for key, (default, became) in _DEFAULTS.items():
        if key in settings.plain and settings.plain[key] != default:
            notes.append(f"{key}: {settings.plain[key]!r}; {became}")
    for rule in settings.rules:
        if rule.salted:
            notes.append(f"{rule.path}.salting_partitions: it spreads Splink's work and changes no pair; ignored")
    return notes


def _fixed_notes(splink: SplinkComparison) -> list[str]:
    """Notes on figures that Splink holds fast in training."""
    fixed = [level for level in splink.levels if level.fixed]
    return [f"{level.path}: m or u is fixed; training here moves every figure" for level in fixed]


def _as_faults(notes: Sequence[str]) -> list[Fault]:
    return [Fault(path, message) for path, _, message in (note.partition(": ") for note in notes)]
