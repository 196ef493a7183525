"""Built-in templates of object types for sources that many have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dromio.server.faces.customer_profiles.context import Answer, Context, Given, behind
from dromio.server.faces.customer_profiles.errors import NotFoundError


def _field(source: str, target: str = "", content: str = "STRING") -> dict[str, str]:
    return {"Source": f"_source.{source}", "ContentType": content} | (
        {"Target": f"_profile.{target}"} if target else {}
    )


def _key(*identifiers: str, field: str) -> list[dict[str, list[str]]]:
    return [{"StandardIdentifiers": list(identifiers), "FieldNames": [field]}]


TEMPLATES: Mapping[str, Mapping[str, Any]] = {
    "Salesforce-Contact": {
        "SourceName": "Salesforce",
        "SourceObject": "Contact",
        "AllowProfileCreation": True,
        "SourceLastUpdatedTimestampFormat": "ISO_8601",
        "Fields": {
            "Id": _field("Id"),
            "FirstName": _field("FirstName", "FirstName", "NAME"),
            "LastName": _field("LastName", "LastName", "NAME"),
            "Email": _field("Email", "EmailAddress", "EMAIL_ADDRESS"),
            "Phone": _field("Phone", "PhoneNumber", "PHONE_NUMBER"),
            "MobilePhone": _field("MobilePhone", "MobilePhoneNumber", "PHONE_NUMBER"),
            "Birthdate": _field("Birthdate", "BirthDate"),
            "sourceLastUpdatedTimestamp": _field("LastModifiedDate"),
        },
        "Keys": {
            "_salesforceContactId": _key("PROFILE", "UNIQUE", field="Id"),
            "_email": _key("PROFILE", "SECONDARY", field="Email"),
        },
    },
    "Salesforce-Account": {
        "SourceName": "Salesforce",
        "SourceObject": "Account",
        "AllowProfileCreation": True,
        "SourceLastUpdatedTimestampFormat": "ISO_8601",
        "Fields": {
            "Id": _field("Id"),
            "Name": _field("Name", "BusinessName", "NAME"),
            "AccountNumber": _field("AccountNumber", "AccountNumber"),
            "Phone": _field("Phone", "BusinessPhoneNumber", "PHONE_NUMBER"),
            "sourceLastUpdatedTimestamp": _field("LastModifiedDate"),
        },
        "Keys": {"_salesforceAccountId": _key("PROFILE", "UNIQUE", field="Id")},
    },
    "Zendesk-users": {
        "SourceName": "Zendesk",
        "SourceObject": "users",
        "AllowProfileCreation": True,
        "SourceLastUpdatedTimestampFormat": "ISO_8601",
        "Fields": {
            "id": _field("id"),
            "name": _field("name", "FirstName", "NAME"),
            "email": _field("email", "EmailAddress", "EMAIL_ADDRESS"),
            "phone": _field("phone", "PhoneNumber", "PHONE_NUMBER"),
            "sourceLastUpdatedTimestamp": _field("updated_at"),
        },
        "Keys": {
            "_zendeskUserId": _key("PROFILE", "UNIQUE", field="id"),
            "_email": _key("PROFILE", "SECONDARY", field="email"),
        },
    },
}


def list_profile_object_type_templates(context: Context, given: Given) -> Answer:
    """List the built-in templates."""
    shown = [
        (name, {"TemplateId": name, "SourceName": one["SourceName"], "SourceObject": one["SourceObject"]})
        for name, one in sorted(TEMPLATES.items())
    ]
    return context.page(given, "Items", lambda after, count: behind(shown, after, count))


def get_profile_object_type_template(context: Context, given: Given) -> Answer:
    """Give a built-in template."""
    if given["TemplateId"] not in TEMPLATES:
        raise NotFoundError("the template does not exist")
    return {"TemplateId": given["TemplateId"], **TEMPLATES[given["TemplateId"]]}
