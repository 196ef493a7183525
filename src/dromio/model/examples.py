"""Examples of what a model must and must not find one: tests of the model, kept with it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from dromio.model.base import Part

Expectation = Literal["must_link", "cannot_link", "review"]
SOURCE_COLUMN = "source_dataset"
"""Column of an example's record that names its source; without it every record is of a source of its own."""


def _as_text(value: Any) -> Any:
    """A date, which YAML makes of 2001-02-03, as the text that it was."""
    return value.isoformat() if isinstance(value, date) else value


Cell = Annotated[str | int | float | bool | None, BeforeValidator(_as_text)]
Row = dict[str, Cell | list[Cell]]
"""Column of the input -> its value; a list where a column holds several."""


class Example(Part):
    """Records and what must come of them. `must_link`: all are one entity. `cannot_link`: no two are. `review`: every
    two are for review."""

    name: str = Field(min_length=1)
    must_link: list[Row] | None = Field(None, min_length=2)
    cannot_link: list[Row] | None = Field(None, min_length=2)
    review: list[Row] | None = Field(None, min_length=2)

    @model_validator(mode="after")
    def _expects_one_thing(self) -> Example:
        given = [name for name in ("must_link", "cannot_link", "review") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(
                f"give exactly one of must_link, cannot_link, review; found {' and '.join(given) or 'none'}"
            )
        return self

    @property
    def expected(self) -> Expectation:
        """What must come of the records."""
        if self.must_link is not None:
            return "must_link"
        return "cannot_link" if self.cannot_link is not None else "review"

    @property
    def records(self) -> list[Row]:
        """The records, column by column."""
        return self.must_link or self.cannot_link or self.review or []
