"""Every error that Dromio raises on purpose, grouped by what the caller can do about it.

DromioError
├── InputError          mend the records, the file or the column that is named, and call again
│   └── TruthError      mend the truth given to an evaluation
├── ModelError          mend the model; carries every fault with its path
├── UsageError          mend the arguments of the call
├── MissingExtraError   install the extra that is named
└── ResourceError       give more memory, disk or time; nothing was written
"""

from __future__ import annotations

from dataclasses import dataclass


class DromioError(Exception):
    """Base of all errors raised on purpose."""


class InputError(DromioError):
    """Records cannot be read or understood as given."""


class TruthError(InputError):
    """Truth given to an evaluation does not fit the records."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a model: where it is (dotted path), and what is wrong, with the value found."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ModelError(DromioError):
    """A model is not valid. `faults` holds all faults found, not only the first."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"the model has {len(self.faults)} fault(s):\n{lines}")


class UsageError(DromioError):
    """Arguments of a call do not fit together or are out of range."""


class MissingExtraError(DromioError):
    """An optional part is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs an optional part: pip install 'dromio[{extra}]'")


class ResourceError(DromioError):
    """Memory, disk or time ran out; nothing was written."""
