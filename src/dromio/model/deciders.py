"""Ways to decide on a pair other than by probability, as data.

Rules go first, in their order; the first that holds decides. What they leave open goes to the one decider that the
model has beside them (score, groups, weighted, or comparisons with probabilities); without one it is a non-match.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dromio.model.base import PairText, Part, SimilarityText

Decision = Literal["match", "review", "non-match"]
Share = Annotated[float, Field(ge=0, le=1)]


class Rule(Part):
    """A condition on a pair and what follows from it. A `non-match` is a veto: it also keeps clusters apart."""

    name: str = Field(min_length=1)
    when: PairText
    decision: Decision = "match"


class Points(Part):
    """One line of a score: points when a condition holds, other points when it does not."""

    name: str = ""
    when: PairText
    points: int
    otherwise: int = Field(0, description="points when the condition does not hold; negative for a penalty")
    only_when: PairText | None = Field(None, description="the line counts nothing where this does not hold")


class Score(Part):
    """Points added up, after a filter."""

    filter: PairText | None = Field(None, description="pairs for which it does not hold are non-matches")
    lines: list[Points] = Field(min_length=1)
    match: int | None = Field(None, description="total from which on a pair is a match; without, never")
    review: int | None = Field(None, description="total from which on a pair is for review; without, never")

    @model_validator(mode="after")
    def _has_thresholds_in_order(self) -> Score:
        if self.match is None and self.review is None:
            raise ValueError("neither match nor review is set; at least one is needed")
        if self.match is not None and self.review is not None and self.review > self.match:
            raise ValueError(f"review {self.review} is above match {self.match}")
        return self


class Relevance(Part):
    """A degree of agreement from 0 to 1: of a similarity or a condition, or of several together.

    `mean` is the weighted mean of its parts, `best` the highest, `inverse` 1 less its part.
    """

    similarity: SimilarityText | None = None
    when: PairText | None = Field(None, description="1 when it holds, else 0")
    mean: list[Relevance] = []
    best: list[Relevance] = []
    inverse: Relevance | None = None
    weight: float = Field(1.0, ge=0, description="weight in the mean that it is part of")
    missing: Share = Field(0.0, description="degree of a similarity where a side has no value")
    least: Share = Field(0.0, description="a similarity below counts as 0")

    @model_validator(mode="after")
    def _is_one_thing(self) -> Relevance:
        given = [self.similarity, self.when, self.mean or None, self.best or None, self.inverse]
        if sum(part is not None for part in given) != 1:
            raise ValueError("give exactly one of similarity, when, mean, best, inverse")
        return self


class Action(Part):
    """What follows from a relevance inside bounds, both included."""

    decision: Decision
    from_: Share = Field(alias="from")
    to: Share = 1.0
    label: str = ""

    @model_validator(mode="after")
    def _bounds_are_in_order(self) -> Action:
        if self.from_ > self.to:
            raise ValueError(f"from {self.from_} is above to {self.to}")
        return self


class Group(Part):
    """A match group: a condition with a decision, or a relevance with actions.

    A negative group whose condition holds turns matches of other groups into reviews.
    """

    name: str = Field(min_length=1)
    when: PairText | None = None
    decision: Literal["match", "review"] = "match"
    negative: bool = False
    relevance: Relevance | None = None
    actions: list[Action] = []

    @model_validator(mode="after")
    def _is_a_condition_or_a_relevance(self) -> Group:
        if (self.when is None) == (self.relevance is None):
            raise ValueError("give exactly one of when, relevance")
        if (self.relevance is None) != (not self.actions):
            raise ValueError("actions belong to a relevance, and a relevance needs at least one")
        if self.negative and self.when is None:
            raise ValueError("a negative group is a condition, not a relevance")
        return self


class Credit(Part):
    """One way to earn the credit of a field: a share of 1, or the similarity itself."""

    when: PairText = "always()"
    share: Share | None = None
    similarity: SimilarityText | None = None
    least: Share = Field(0.0, description="a similarity below earns nothing")

    @model_validator(mode="after")
    def _is_a_share_or_a_similarity(self) -> Credit:
        if (self.share is None) == (self.similarity is None):
            raise ValueError("give exactly one of share, similarity")
        return self


class WeightedField(Part):
    """A field of a weighted score. It earns the highest of its credits."""

    name: str = Field(min_length=1)
    weight: float = Field(gt=0)
    present: PairText = Field(description="the weight counts where this holds: both sides have values")
    credits: list[Credit] = Field(min_length=1)


class Bound(Part):
    """A decision that a pair gets at most, or at least, when a condition holds."""

    when: PairText
    decision: Decision


class Weighted(Part):
    """Credited weight as a share of the weight of the fields that both records have, 0 to 1."""

    fields: list[WeightedField] = Field(min_length=1)
    match: Share = Field(0.85, description="share from which on a pair is a match")
    review: Share = 0.75
    evidence: float = Field(0.0, ge=0, description="with less weight present a pair is at most for review")
    at_least: list[Bound] = Field([], description="decisions lifted, in order")
    at_most: list[Bound] = Field([], description="decisions lowered, in order, after that")

    @model_validator(mode="after")
    def _review_is_not_above_match(self) -> Weighted:
        if self.review > self.match:
            raise ValueError(f"review {self.review} is above match {self.match}")
        return self
