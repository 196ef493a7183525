"""Which columns of the input survive together, by which rules, and the names of the golden record's columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from dromio.io.sources import InputColumn, Records
from dromio.model.schema import Attribute, Model

DEFAULT_RULES = ("most_frequent", "most_complete", "longest", "smallest")
"""Rules of an attribute for which the model names none."""

UNUSED_RULES = ("most_frequent", "smallest")
"""Rules of a column that the model does not use."""

OWN_COLUMNS = ("cluster_id", "records", "sources")
"""Columns that every golden record has, besides those of the input."""


@dataclass(frozen=True)
class Use:
    """One value of an attribute: the attribute, which of its inputs, and the column of every role."""

    attribute: Attribute
    number: int
    roles: dict[str, InputColumn]


@dataclass(frozen=True)
class Bundle:
    """Columns that come from one record, so that the street of one address never meets the city of another.

    `uses` is empty for a column that no attribute uses. Lists are united, not chosen.
    """

    columns: tuple[InputColumn, ...]
    uses: tuple[Use, ...]
    rules: tuple[str, ...]

    @property
    def chosen(self) -> tuple[InputColumn, ...]:
        """The columns that hold one text each."""
        return tuple(column for column in self.columns if not column.is_list)

    @property
    def united(self) -> tuple[InputColumn, ...]:
        """The columns that hold lists."""
        return tuple(column for column in self.columns if column.is_list)


def bundles_of(records: Records, model: Model) -> list[Bundle]:
    """Every column of the input in exactly one bundle: those of the model in its order, then the others.

    Inputs that share a column are one bundle, under the rules of the attribute that comes first. The column that says
    how recent a record is survives by being recent. Raises InputError for a column that the input does not have.
    """
    groups = _joined(list(_uses(records, model)))
    taken = {column.name for uses in groups for column in _columns(uses)}
    bundles = [Bundle(tuple(_columns(uses)), tuple(uses), _rules(model, uses[0].attribute)) for uses in groups]
    for column in records.columns:
        if column.name not in taken:
            first = ("most_recent",) if column.name == model.recency else ()
            bundles.append(Bundle((column,), (), first + UNUSED_RULES))
    return bundles


def _uses(records: Records, model: Model) -> Iterator[Use]:
    for attribute in model.attributes:
        for number, value in enumerate(attribute.inputs):
            yield Use(attribute, number, {role: records.column(name) for role, name in value.columns.items()})


def _columns(uses: Iterable[Use]) -> list[InputColumn]:
    """Distinct columns of the uses, in the order the model names them."""
    return list({column.name: column for use in uses for column in use.roles.values()}.values())


def _joined(uses: Sequence[Use]) -> list[list[Use]]:
    """The uses in groups that share no column with each other."""
    groups: list[list[Use]] = []
    for use in uses:
        names = {column.name for column in use.roles.values()}
        sharing = [group for group in groups if names & {column.name for column in _columns(group)}]
        if sharing:
            sharing[0] += [other for group in sharing[1:] for other in group] + [use]
            groups = [group for group in groups if not any(group is gone for gone in sharing[1:])]
        else:
            groups.append([use])
    return groups


def _rules(model: Model, attribute: Attribute) -> tuple[str, ...]:
    """The model's rules of an attribute; the last of several entries counts."""
    rules: Sequence[str] = DEFAULT_RULES
    for entry in model.survivorship:
        if entry.attribute == attribute.name:
            rules = entry.rules
    return tuple(rules)


def provenance_name(attribute: Attribute, number: int) -> str:
    """`<attribute>__from` for the first value of an attribute, `<attribute>__from_<label>` for further ones.

    A value whose label is empty or not its own is called by its number, counted from 1.
    """
    if number == 0:
        return f"{attribute.name}__from"
    label = attribute.inputs[number].label
    labels = [value.label for value in attribute.inputs[1:]]
    own = bool(label) and labels.count(label) == 1 and not label.isdigit()
    return f"{attribute.name}__from_{label if own else number + 1}"


def output_names(records: Records, bundles: Iterable[Bundle]) -> dict[str, str]:
    """Column of the input -> column of the golden record: the same, unless the golden record has that name itself."""
    taken = {*OWN_COLUMNS, *(provenance_name(use.attribute, use.number) for one in bundles for use in one.uses)}
    names = {column.name: column.name for column in records.columns if column.name not in taken}
    taken |= set(names)
    for column in records.columns:
        if column.name not in names:
            name = f"{column.name}__input"
            while name in taken:
                name += "_"
            names[column.name] = name
            taken.add(name)
    return names
