"""What the contact-centre surface takes. Unknown members are refused, and every text and list has a bound."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel

from dromio.contact_centre import Told


def _plain(text: str) -> str:
    """Databases do not take a NUL."""
    if "\x00" in text:
        raise ValueError("must not contain a NUL")
    return text


Text = Annotated[str, AfterValidator(_plain), Field(max_length=500)]
Word = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=100)]
Reason = Annotated[str, AfterValidator(_plain), Field(max_length=2_000)]


class In(BaseModel):
    """Base of what comes in."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EventsIn(RootModel[Any]):
    """An event of the platform's bus in its envelope, or a list of events."""


class ContactIn(In):
    """What is told of a customer; at least one of phone, email, cookieId and externalIds is needed."""

    phone: Text | None = Field(None, examples=["+12065550100"])
    email: Text | None = Field(None, examples=["ann@example.org"])
    fullName: Text | None = Field(None, examples=["Ann Lee"])
    cookieId: Text | None = None
    externalIds: Annotated[tuple[Text, ...], Field(max_length=20)] = ()
    channel: Annotated[Text, Field(pattern="^[A-Za-z0-9_-]{0,40}$")] = ""

    def told(self) -> Told:
        """The same for the contact centre."""
        channel = self.channel.lower()
        return Told(
            (self.phone,), (self.email,), (self.fullName,), (self.cookieId,), self.externalIds, channel,
            channel == "whatsapp",
        )  # fmt: skip


class ResolveIn(ContactIn):
    """A contact to be resolved. `dryRun`: nothing is written."""

    idempotencyKey: Word | None = None
    dryRun: bool = False


class LookupQuery(In):
    """By what a customer is looked up. Prefer POST: addresses are kept in more places than bodies."""

    phone: Text | None = None
    email: Text | None = None


class PageQuery(In):
    """Which part of a list."""

    limit: int = Field(100, ge=1, le=1_000)
    cursor: Annotated[str, Field(max_length=2_000)] | None = None


class CustomerMergeIn(In):
    """With whom a customer is one, and why."""

    customerId: Word
    reason: Reason = ""


class ConsentIn(In):
    """How the customer is asked, and by which version of the question."""

    channel: Word
    consentText: Word


class ConsentDecisionIn(In):
    """What was decided. `decidedBy`: who says so, where it is not the caller."""

    decision: Literal["APPROVED", "DECLINED"]
    decidedBy: Word | None = None
    channel: Word | None = None


class ReviewIn(In):
    """Whether what was flagged counts again, or is indeed shared by many people."""

    outcome: Literal["CLEAR", "CONFIRM"]
