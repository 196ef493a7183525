"""Every error that Dromio raises on purpose, grouped by what the caller can do about it.

DromioError
├── InputError          mend the records, the file or the column that is named, and call again
│   ├── TruthError      mend the truth given to an evaluation
│   └── UnknownError    name a domain, record, entity or item that a store has
├── ModelError          mend the model; carries every fault with its path
├── UsageError          mend the arguments of the call
│   └── ConflictError   settle what contradicts what a store holds; nothing was changed
├── MissingExtraError   install the extra that is named
├── ResourceError       give more memory, disk or time; nothing was written
├── StoreError          mend the database or its settings; nothing was changed
└── BusyError           try again: others kept a store from doing it; nothing was changed
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


class StoreError(DromioError):
    """A store cannot be opened or trusted; the text says why. Nothing was changed."""


class BusyError(DromioError):
    """Others kept a store from doing it; nothing was changed, and trying again may succeed."""


class UnknownError(InputError):
    """A domain, record, entity or item that the caller names does not exist."""


class ConflictError(UsageError):
    """What is asked contradicts what the store already holds; nothing was changed."""
