"""Errors of match groups and match documents.

ModelError
└── GroupError          match groups are not valid; `faults` hold all faults found, each with its path
InputError
└── DocumentError       an entity or a match document is not valid; `faults` hold all faults found
"""

from __future__ import annotations

from collections.abc import Sequence

from dromio.errors import Fault, InputError, ModelError


class GroupError(ModelError):
    """Match groups are not valid. A fault's path starts at the list of groups ("0.rule.and.exact")."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(list(faults))


class DocumentError(InputError):
    """An entity or a match document is not valid. `faults` holds all faults found."""

    def __init__(self, what: str, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{what} has {len(self.faults)} fault(s):\n{lines}")
