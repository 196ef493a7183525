"""Check a model: what it decides by, which keys it has, whether its examples come out right, what a run would cost."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from dromio.model.examples import SOURCE_COLUMN
from dromio.model.schema import Model
from dromio.plan import make_plan
from dromio.service.estimate import Estimate, estimate
from dromio.service.tested import Failure, failures

NOT_TRAINED = "the model is not trained; resolve data with it, and check the model.yaml that the run writes"


@dataclass(frozen=True)
class CheckedKey:
    """A key of the plan. `derived`: it comes from what the deciders need, not from the model file."""

    name: str
    derived: bool


@dataclass(frozen=True)
class CheckedScan:
    """A clause that no key serves: `path` in the model, its text, and why."""

    path: str
    clause: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """What was found out about a valid model. `not_run` says why its examples could not be tried."""

    deciders: tuple[str, ...]
    attributes: int
    comparisons: int
    trained: bool
    keys: tuple[CheckedKey, ...]
    scans: tuple[CheckedScan, ...]
    examples: int
    failures: tuple[Failure, ...]
    not_run: str
    notes: tuple[str, ...]
    estimate: Estimate | None

    @property
    def passed(self) -> bool:
        """Whether all examples came out as expected."""
        return not self.failures and not self.not_run

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        return {
            "passed": self.passed,
            "deciders": list(self.deciders),
            "attributes": self.attributes,
            "comparisons": self.comparisons,
            "trained": self.trained,
            "keys": [asdict(one) for one in self.keys],
            "scans": [asdict(one) for one in self.scans],
            "examples": self.examples,
            "failures": [one.to_dict() for one in self.failures],
            "not_run": self.not_run,
            "notes": list(self.notes),
            "estimate": self.estimate.to_dict() if self.estimate else None,
        }


def check(model: Model, inputs: Any = None, *, id_column: str | None = None) -> Checked:
    """Try the examples of a model and plan a run; with inputs, also estimate its cost. Raises InputError."""
    plan = make_plan(model, trained=model.trained)
    given = {str(key) for key in model.keys}
    scans = (CheckedScan(one.path, one.clause, one.reason) for one in plan.scans)
    runs = model.trained or not model.examples
    return Checked(
        model.deciders,
        len(model.attributes),
        len(model.comparisons),
        model.trained,
        tuple(CheckedKey(key.name, key.name not in given) for key in plan.keys),
        tuple(scans),
        len(model.examples),
        tuple(failures(model)) if runs else (),
        "" if runs else NOT_TRAINED,
        tuple(_notes(model)),
        None if inputs is None else estimate(model, inputs, id_column=id_column),
    )


def _notes(model: Model) -> list[str]:
    """Columns of examples that the model does not use: mostly right, sometimes a slip of the pen."""
    used = {name for one in model.attributes for value in one.inputs for name in value.columns.values()}
    notes = []
    for example in model.examples:
        unused = {name for row in example.records for name in row} - used - {SOURCE_COLUMN}
        if unused:
            notes.append(
                f'the model does not use {", ".join(sorted(map(repr, unused)))} of the example "{example.name}"'
            )
    return notes
