"""Names of Customer Profiles: the fields of a profile, what rules may name, and what selectors call sub-types."""

from __future__ import annotations

from collections.abc import Mapping

ADDRESS, PHONE, EMAIL = "Address", "PhoneNumber", "EmailAddress"
"""Attribute types: what a rule names once and a profile holds several of."""

SUB_TYPES: Mapping[str, tuple[str, ...]] = {
    ADDRESS: ("Address", "ShippingAddress", "MailingAddress", "BillingAddress"),
    PHONE: ("PhoneNumber", "HomePhoneNumber", "MobilePhoneNumber", "BusinessPhoneNumber"),
    EMAIL: ("EmailAddress", "BusinessEmailAddress", "PersonalEmailAddress"),
}
"""Attribute type -> the fields of a profile that belong to it."""

SELECTABLE: Mapping[str, Mapping[str, str]] = {
    ADDRESS: {
        **{name: name for name in SUB_TYPES[ADDRESS]},
        "MaillingAddress": "MailingAddress",
        "BusinessAddress": "BillingAddress",
    },
    PHONE: {
        **{name: name for name in SUB_TYPES[PHONE]},
        "PhoneNumberNumber": "PhoneNumber",
        "Phone": "PhoneNumber",
        "HomePhone": "HomePhoneNumber",
        "MobilePhone": "MobilePhoneNumber",
        "BusinessPhone": "BusinessPhoneNumber",
    },
    EMAIL: {
        **{name: name for name in SUB_TYPES[EMAIL]},
        "Email": "EmailAddress",
        "BusinessEmail": "BusinessEmailAddress",
        "PersonalEmail": "PersonalEmailAddress",
    },
}
"""Attribute type -> name in a selector -> field of a profile. The published documents have slips and older names."""

ADDRESS_PARTS: Mapping[str, str] = {
    "Address.Address": "address",
    "Address.City": "city",
    "Address.Country": "country",
    "Address.County": "county",
    "Address.PostalCode": "postal_code",
    "Address.State": "state",
    "Address.Province": "province",
}
"""Part of an address in a rule -> its role in a model. `Address.Address` is the four address lines together."""

ADDRESS_LINES = ("Address1", "Address2", "Address3", "Address4")

EXACT_FIELDS: Mapping[str, str] = {"AccountNumber": "account_number"}
"""Field compared as it is but for white space around it -> attribute of a model."""

TEXT_FIELDS: Mapping[str, str] = {
    "FirstName": "first_name",
    "MiddleName": "middle_name",
    "LastName": "last_name",
    "BirthDate": "birth_date",
    "BusinessName": "business_name",
    "Gender": "gender",
}
"""Field compared without regard to case and white space -> attribute of a model."""

CUSTOM = "Attributes."
"""What the name of a custom attribute begins with."""

RULE_ATTRIBUTES = (*EXACT_FIELDS, *TEXT_FIELDS, PHONE, EMAIL, *ADDRESS_PARTS)
"""What rules may name, besides custom attributes."""


def is_rule_attribute(name: str) -> bool:
    """Whether a rule may name it."""
    return name in RULE_ATTRIBUTES or (name.startswith(CUSTOM) and len(name) > len(CUSTOM))


def type_of(name: str) -> str | None:
    """The attribute type of what a rule names; None for what a profile holds once."""
    if name in (PHONE, EMAIL):
        return name
    return ADDRESS if name in ADDRESS_PARTS else None
