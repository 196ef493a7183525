"""What reading a foreign model gives."""

from __future__ import annotations

from dataclasses import dataclass

from dromio.model.schema import Model


@dataclass(frozen=True, slots=True)
class Imported:
    """A model made of a foreign document, and what of the document it does not say.

    Each note of `untranslated` begins with the dotted path of its place in the document, says what stands there, and
    what was done instead. A document that is said in full gives no notes.
    """

    model: Model
    untranslated: tuple[str, ...] = ()
