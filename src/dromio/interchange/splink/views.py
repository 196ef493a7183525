"""Attributes seen from SQL: which field of an attribute says what an operand takes from a column."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from keyword import iskeyword

from dromio.interchange.splink.operands import ISO_FORMATS, Operand, Unsayable
from dromio.model.expressions import FieldExpression

TRIMMED = "values are also trimmed, and blank ones count as missing"
CAVEATS = {
    "raw": "",
    "folded": f"compared as type 'folded': in lower case as the SQL has it, but {TRIMMED}",
    "email": "compared as type 'email': spellings of one mailbox are equal, placeholders count as missing",
    "date": "compared as type 'date': spellings of one date are equal, placeholders count as missing",
}
"""Type -> how its values differ from what the SQL sees; empty where they do not."""
_FIELDS = {("email", ""): "address", ("email", "local"): "local", ("date", ""): "iso", ("date", "date"): "iso"}
_FIELDS |= {("date", "year"): "iso"}


@dataclass
class View:
    """An attribute of a type over columns, and the columns that were asked for."""

    type: str
    columns: tuple[str, ...]
    lists: frozenset[str] = frozenset()
    """Columns that hold lists, in lower case."""
    day_first: bool = False
    used: dict[str, None] = field(default_factory=dict)

    def role(self, column: str) -> str:
        """The role that holds a column. Raises Unsayable."""
        if column not in self.columns:
            raise Unsayable(f"column {column!r} is not of this attribute")
        self.used[column] = None
        return "value" if len(self.columns) == 1 else roles_of(self.columns)[column]

    @property
    def inputs(self) -> dict[str, str]:
        """Role -> column."""
        return {self.role(column): column for column in self.columns}

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that hold whole values of the columns."""
        return (_FIELDS[self.type, ""],) if self.type in ("email", "date") else tuple(self.inputs)

    def field(self, operand: Operand) -> FieldExpression:
        """The field expression that gives what the operand takes. Raises Unsayable."""
        role = self.role(operand.column)
        if operand.column.lower() in self.lists:
            raise Unsayable(f"{operand.column!r} holds lists, which are compared element by element only")
        if self.type not in ("raw", "folded"):
            return FieldExpression((self._special(operand),), "year" if operand.shape == "year" else "")
        self._check_marks(operand)
        if operand.shape == "local":
            raise Unsayable("the part before the @ is a field of type 'email' only")
        if operand.shape in ("date", "year") and operand.date_format not in ISO_FORMATS:
            raise Unsayable(f"dates in the format {operand.date_format!r} are read by type 'date' only")
        transform = "" if operand.shape == "date" else operand.shape
        return FieldExpression((role,), transform, operand.size)

    def plain(self, operand: Operand) -> FieldExpression:
        """The field that is missing when the operand is null. Raises Unsayable."""
        if "blank" in operand.marks and self.type == "raw":
            raise Unsayable("an empty text is a value in type 'raw'")
        if self.type in ("raw", "folded"):
            return FieldExpression((self.role(operand.column),))
        self.role(operand.column)
        return FieldExpression((self._special(operand),))

    def _special(self, operand: Operand) -> str:
        if "H" in operand.date_format:
            raise Unsayable("times of day have no counterpart")
        name = _FIELDS.get((self.type, operand.shape))
        if name is None:
            raise Unsayable(f"type {self.type!r} has no field for the {operand.shape or 'whole value'}")
        return name

    def _check_marks(self, operand: Operand) -> None:
        lower = "lower" in operand.marks or operand.shape == "soundex"
        if self.type == "raw" and operand.marks and operand.shape != "soundex":
            raise Unsayable(f"{', '.join(sorted(operand.marks))} form and values as delivered are not in one attribute")
        if self.type == "folded" and not lower:
            raise Unsayable("values as delivered and in lower case are not in one attribute")


def roles_of(columns: Iterable[str]) -> dict[str, str]:
    """Column -> a role of its own that an expression can name."""
    roles: dict[str, str] = {}
    for column in columns:
        roles[column] = distinct(identifier(column), roles.values())
    return roles


def identifier(text: str) -> str:
    """The text as a name: a to z, digits and underscores, a letter first, at most 50 characters."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in text.lower()).strip("_")[:50]
    if not kept[:1].isalpha():
        kept = f"c_{kept}".rstrip("_")
    return f"{kept}_" if iskeyword(kept) else kept


def distinct(name: str, taken: Iterable[str]) -> str:
    """The name, or the name with the smallest number from 2 that is not taken."""
    known, number, result = set(taken), 2, name
    while result in known:
        result, number = f"{name}_{number}", number + 1
    return result
