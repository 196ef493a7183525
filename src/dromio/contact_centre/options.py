"""What an operator can choose about the contact centre; safe and useful as it stands."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dromio.errors import UsageError
from dromio.models.contact_centre import AUTO, EVIDENCE, PENDING, WEIGHTS

PREFIX = "DROMIO_CONTACT_CENTRE_"


def _split(value: Any) -> Any:
    """Lists are written with commas in the environment."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _json(value: Any) -> Any:
    """Mappings are written as JSON in the environment."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("must be JSON") from None


Texts = Annotated[tuple[str, ...], BeforeValidator(_split)]
Share = Annotated[float, Field(ge=0, le=1)]


class Options(BaseModel):
    """Everything that the contact centre can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    scoring: Literal["pipeline", "guide"] = Field("pipeline", description="our decision, or the formula of the guide")
    bridge: Literal["merge", "review"] = Field("merge", description="what becomes of identities that a contact links")
    auto: Share = Field(AUTO, description="score from which on a contact is attached")
    pending: Share = Field(PENDING, description="score from which on people are asked")
    evidence: Share = Field(EVIDENCE, description="least weight of what both sides have, for an attachment")
    weights: Annotated[Mapping[str, float], BeforeValidator(_json)] = Field(
        WEIGHTS, description="weights of phone, email, name and cookie"
    )
    region: str = Field("US", pattern="^[A-Z]{2}$", description="country of phone numbers that do not tell theirs")
    not_identifiers: Texts = Field((), description="own numbers and addresses: front desks, queues, agents")
    most_names: int = Field(3, ge=1, le=100, description="distinct full names from which on one more is too many")
    most_candidates: int = Field(200, ge=1, le=10_000, description="identities that one identifier may lead to")
    consent_days: float = Field(30, gt=0, le=3650, description="days until a pending merge expires")
    attribute_names: Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(_json)] = Field(
        {
            "phone": ("phone", "customerPhone", "context.phone"),
            "email": ("email", "customerEmail", "context.email"),
            "name": ("name", "fullName", "customerName", "context.name"),
        },
        description="participant attributes in which the flow keeps what a customer typed",
    )
    external_contacts: bool = Field(False, description="take the platform's external contact as an external id")
    api_url: str = Field("", description="the platform's API, as https://api.mypurecloud.ie; empty: nothing is tagged")
    login_url: str = Field("", description="the platform's login, as https://login.mypurecloud.ie")
    client_id: str = Field("", description="OAuth client of the platform")
    client_secret: str = Field("", repr=False, description="secret of the OAuth client")
    platform_seconds: float = Field(10, gt=0, le=120, description="time for the platform to answer")
    tag_attempts: int = Field(12, ge=1, le=1000, description="attempts until a tag is given up")
    tick_seconds: float = Field(1, ge=0, le=3600, description="pause between looks for tags to send; 0: no background")


def load_options(environment: Mapping[str, str] | None = None, **given: Any) -> Options:
    """The options from the environment; what is given wins. Raises UsageError with all faults, without any value."""
    environment = os.environ if environment is None else environment
    named: dict[str, Any] = {
        key.removeprefix(PREFIX).lower(): text for key, text in environment.items() if key.startswith(PREFIX)
    }
    try:
        return Options.model_validate(named | given)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False))
        raise UsageError(f"options of the contact centre are not valid: {'; '.join(faults)}") from None
