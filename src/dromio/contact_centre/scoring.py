"""How alike a contact and a customer are: score, decision, and what each field gave to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from dromio.contact_centre.contacts import EXACT, Identifier, record_of
from dromio.contact_centre.options import Options
from dromio.engines.row import clean_record
from dromio.engines.row_facts import CleanedRecord
from dromio.model.schema import Model
from dromio.models.contact_centre import NAME_ALIKE, guide_model, guide_record, pipeline_model
from dromio.models.identifiers import full_name
from dromio.records import Record, RecordKey, Value
from dromio.similarity.strings import jaro_winkler
from dromio.store.matching import Matcher

Known = Sequence[Identifier]
_FIELDS = {"phone": "phone", "email": "email", "name": "name", "cookie": "cookie"}
_NOBODY = RecordKey("", "")


@dataclass(frozen=True, slots=True)
class Compared:
    """What the model says. `decision`: match | review | non-match; `exact`: how many phones, e-mails and external ids
    are equal."""

    score: float
    decision: str
    exact: int


class Scorer:
    """The models of a contact centre at work. What it keeps and shows of values are keyed hashes."""

    def __init__(self, options: Options, secret: bytes) -> None:
        self._is_guide = options.scoring == "guide"
        self._pipeline = pipeline_model(
            options.weights, auto=options.auto, pending=options.pending, evidence=options.evidence
        )
        model = guide_model() if self._is_guide else self._pipeline
        self._model = model
        self._matcher = Matcher(model, secret)
        self._blocks = Matcher(self._pipeline, secret)
        self._fields = [(one.name, one.weight, Matcher(_only(model, number), secret))
                        for number, one in enumerate(_weighted(model).fields)]  # fmt: skip
        self.version = f"{options.scoring}-{blake2b(model.model_dump_json().encode(), digest_size=4).hexdigest()}"

    def hashed(self, one: Identifier) -> int:
        """A hash of an identifier that nobody can make without the secret."""
        return self.hashed_pair(one.type, one.value)

    def hashed_pair(self, kind: str, value: str) -> int:
        """The same for a type and a value."""
        return self._blocks.hashed(f"{kind}\x1f{value}")

    def hashed_text(self, text: str) -> int:
        """A hash of a text, such as the key of an event."""
        return self._blocks.hashed(text)

    def keys(self, one: Identifier) -> list[int]:
        """Hashes of the keys under which those who have something near this identifier can be found."""
        prepared = self._blocks.prepare_cleaned(clean_record(record_of([one]), self._pipeline))
        return sorted({value for key in prepared.keys for value in key.values})

    def compare(self, left: Known, right: Known) -> Compared:
        """What the model decides on two sets of identifiers; the best over all their values counts."""
        verdict = self._matcher.compare(self._cleaned(left), self._cleaned(right))
        return Compared(verdict.score or 0.0, verdict.decision, len(agreeing(left, right, EXACT)))

    def evidence(self, left: Known, right: Known) -> list[dict[str, Any]]:
        """Weight, credit and hashed values of every field that both sides have."""
        one, other = self._cleaned(left), self._cleaned(right)
        return [
            {
                "field": name,
                "weight": weight,
                "credit": matcher.compare(one, other).score or 0.0,
                "values": [self._hashes(side, name) for side in (left, right)],
            }
            for name, weight, matcher in self._fields
            if _has(left, name) and _has(right, name)
        ]

    def _hashes(self, known: Known, name: str) -> list[str]:
        return [f"{self.hashed(one) & (1 << 64) - 1:016x}" for one in known if one.type == _FIELDS[name]]

    def _cleaned(self, known: Known) -> CleanedRecord:
        record = _as_the_guide_has_it(known) if self._is_guide else record_of(known)
        return clean_record(record, self._model)


def agreeing(left: Known, right: Known, types: Sequence[str]) -> list[Identifier]:
    """Identifiers of some types that both sides have."""
    there = {(one.type, one.value) for one in right}
    return [one for one in left if one.type in types and (one.type, one.value) in there]


def contradict(left: Iterable[str], right: Iterable[str]) -> bool:
    """Whether both sides have full names, and none of one is like any of the other."""
    ours, theirs = ([name for text in side if (name := full_name(text))] for side in (left, right))
    alike = any(
        jaro_winkler(one.full, other.full) >= NAME_ALIKE or jaro_winkler(one.sorted, other.sorted) >= NAME_ALIKE
        for one in ours
        for other in theirs
    )
    return bool(ours and theirs) and not alike


def _has(known: Known, name: str) -> bool:
    return any(one.type == _FIELDS[name] for one in known)


def _weighted(model: Model) -> Any:
    return model.weighted


def _only(model: Model, number: int) -> Model:
    """The model with one of its fields alone: its score is the credit of the field."""
    weighted = _weighted(model)
    alone = {"fields": [weighted.fields[number]], "at_least": [], "at_most": [], "evidence": 0.0}
    return model.model_copy(update={"weighted": weighted.model_copy(update=alone)})


def _as_the_guide_has_it(known: Known) -> Record:
    words = {"phone": "phone", "email": "email", "name": "full_name", "cookie": "cookie"}
    values: dict[str, tuple[Value, ...]] = {}
    for one in known:
        if one.type in words:
            record = guide_record(_NOBODY, **{words[one.type]: one.shown or one.value})
            values[one.type] = (*values.get(one.type, ()), *record.of(one.type))
    return Record(_NOBODY, {name: own for name, own in values.items() if own})
