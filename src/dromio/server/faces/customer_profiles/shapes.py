"""What every operation takes: the published constraints of the service model, one row per member."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.interchange.customer_profiles.domain import DAYS, TIME
from dromio.server.faces.customer_profiles.constraints import (
    Choice,
    Entries,
    Flag,
    Items,
    Members,
    Number,
    Shape,
    Text,
    Whole,
)

NAME = Text(1, 64, r"[a-zA-Z0-9_-]+")
OBJECT_TYPE = Text(1, 255, r"[a-zA-Z_][a-zA-Z_0-9-]*")
UUID = Text(0, None, r"[a-f0-9]{32}")
TEXT_255, TEXT_1000 = Text(1, 255), Text(1, 1000)
OPTIONAL_255 = Text(0, 255)
DAYS_KEPT = Whole(1, 1098)
TAG_KEY = Text(1, 128, r"(?!aws:)[a-zA-Z+-=._:/]+")
TAGS = Entries(TAG_KEY, Text(0, 256), 1, 50)
ARN = Text(0, 256, r"arn:[a-z0-9]{1,10}:profile.*")
VALUES = Items(TEXT_255)
OBJECT = Text(1, 256_000)
PAGE: Mapping[str, Shape] = {"NextToken": Text(1, 1024), "MaxResults": Whole(1, 100)}
DOMAIN: Mapping[str, Shape] = {"DomainName": NAME}

PHONES = ("PhoneNumber", "MobilePhoneNumber", "HomePhoneNumber", "BusinessPhoneNumber")
EMAILS = ("EmailAddress", "PersonalEmailAddress", "BusinessEmailAddress")
ADDRESSES = ("Address", "ShippingAddress", "MailingAddress", "BillingAddress")
ADDRESS_MEMBERS = (
    "Address1",
    "Address2",
    "Address3",
    "Address4",
    "City",
    "County",
    "State",
    "Province",
    "Country",
    "PostalCode",
)
NAMES = ("BusinessName", "FirstName", "MiddleName", "LastName")
TEXTS = ("AccountNumber", *NAMES, "BirthDate", *PHONES, *EMAILS, "PartyTypeString", "GenderString")
CHOICES: Mapping[str, Choice] = {
    "PartyType": Choice(("INDIVIDUAL", "BUSINESS", "OTHER")),
    "Gender": Choice(("MALE", "FEMALE", "UNSPECIFIED")),
    "ProfileType": Choice(("ACCOUNT_PROFILE", "PROFILE")),
}
PREFERENCE = Members({"KeyName": NAME, "KeyValue": TEXT_255, "ProfileId": UUID, "ContactType": Choice(PHONES + EMAILS)})
PREFERENCES = Members({"Phone": Items(PREFERENCE), "Email": Items(PREFERENCE)})


def _profile(least: int) -> dict[str, Shape]:
    """Fields of a profile, whose texts have at least so many characters."""
    text = Text(least, 255)
    address = Members(dict.fromkeys(ADDRESS_MEMBERS, text))
    return {
        **dict.fromkeys(TEXTS, text),
        **CHOICES,
        **dict.fromkeys(ADDRESSES, address),
        "AdditionalInformation": Text(least, 1000),
        "Attributes": Entries(TEXT_255, text),
        "EngagementPreferences": PREFERENCES,
    }


FIELDS = tuple(_profile(1))
"""Names of all fields of a profile."""
CONFLICTS = Members(
    {"ConflictResolvingModel": Choice(("RECENCY", "SOURCE")), "SourceName": TEXT_255}, ("ConflictResolvingModel",)
)
CONSOLIDATION = Members({"MatchingAttributesList": Items(Items(TEXT_255, 1, 20), 1, 10)}, ("MatchingAttributesList",))
EXPORTING = Members(
    {
        "S3Exporting": Members(
            {"S3BucketName": Text(3, 63, r"[a-z0-9.-]+"), "S3KeyName": Text(1, 800, r".*")}, ("S3BucketName",)
        )
    }
)
MATCHING = Members(
    {
        "Enabled": Flag(),
        "JobSchedule": Members({"DayOfTheWeek": Choice(DAYS), "Time": Text(3, 5, TIME)}, ("DayOfTheWeek", "Time")),
        "AutoMerging": Members(
            {
                "Enabled": Flag(),
                "Consolidation": CONSOLIDATION,
                "ConflictResolution": CONFLICTS,
                "MinAllowedConfidenceScoreForMerging": Number(0, 1),
            },
            ("Enabled",),
        ),
        "ExportingConfig": EXPORTING,
    },
    ("Enabled",),
)
RULE_BASED_MATCHING = Members(
    {
        "Enabled": Flag(),
        "MatchingRules": Items(Members({"Rule": Items(TEXT_255, 1, 15)}, ("Rule",)), 1, 15),
        "MaxAllowedRuleLevelForMerging": Whole(1, 15),
        "MaxAllowedRuleLevelForMatching": Whole(1, 15),
        "AttributeTypesSelector": Members(
            {
                "AttributeMatchingModel": Choice(("ONE_TO_ONE", "MANY_TO_MANY")),
                "Address": Items(TEXT_255, 1, 4),
                "PhoneNumber": Items(TEXT_255, 1, 4),
                "EmailAddress": Items(TEXT_255, 1, 3),
            },
            ("AttributeMatchingModel",),
        ),
        "ConflictResolution": CONFLICTS,
        "ExportingConfig": EXPORTING,
    },
    ("Enabled",),
)
_SETTINGS: Mapping[str, Shape] = {
    **DOMAIN,
    "DefaultExpirationDays": DAYS_KEPT,
    "DefaultEncryptionKey": OPTIONAL_255,
    "DeadLetterQueueUrl": OPTIONAL_255,
    "Matching": MATCHING,
    "RuleBasedMatching": RULE_BASED_MATCHING,
    "DataStore": Members({"Enabled": Flag()}),
    "Tags": TAGS,
}
IDENTIFIERS = (
    "PROFILE",
    "ASSET",
    "CASE",
    "DEVICE",
    "WEB_ANALYTICS",
    "ORDER",
    "COMMUNICATION_RECORD",
    "AIR_PREFERENCE",
    "HOTEL_PREFERENCE",
    "AIR_BOOKING",
    "AIR_SEGMENT",
    "HOTEL_RESERVATION",
    "HOTEL_STAY_REVENUE",
    "LOYALTY",
    "LOYALTY_TRANSACTION",
    "LOYALTY_PROMOTION",
    "UNIQUE",
    "SECONDARY",
    "LOOKUP_ONLY",
    "NEW_ONLY",
)
CONTENT_TYPES = ("STRING", "NUMBER", "PHONE_NUMBER", "EMAIL_ADDRESS", "NAME")
ACTIONS = (
    "ADDED_PROFILE_KEY",
    "DELETED_PROFILE_KEY",
    "CREATED",
    "UPDATED",
    "INGESTED",
    "DELETED_BY_CUSTOMER",
    "EXPIRED",
    "MERGED",
    "DELETED_BY_MERGE",
)
_TYPED: Mapping[str, Shape] = {**DOMAIN, "ObjectTypeName": OBJECT_TYPE}
_KEY = Members(
    {**DOMAIN, "ProfileId": UUID, "KeyName": NAME, "Values": VALUES}, ("ProfileId", "KeyName", "Values", "DomainName")
)
_NAMED_DOMAIN = Members(DOMAIN, ("DomainName",))
_PAGED_DOMAIN = Members({**DOMAIN, **PAGE}, ("DomainName",))
_NAMED_TYPE = Members(_TYPED, ("DomainName", "ObjectTypeName"))
_FIELD = Members({"Source": TEXT_1000, "Target": TEXT_1000, "ContentType": Choice(CONTENT_TYPES)})
_TYPE_KEY = Members({"StandardIdentifiers": Items(Choice(IDENTIFIERS)), "FieldNames": Items(NAME)})
SOURCED = tuple(name for name in FIELDS if name not in ("PartyTypeString", "GenderString"))
"""Fields whose value a caller may choose when profiles are merged."""
_SOURCES: Mapping[str, Shape] = {**dict.fromkeys(SOURCED, UUID), "Attributes": Entries(TEXT_255, UUID)}
SEARCH_KEY: Mapping[str, Shape] = {"KeyName": NAME, "Values": VALUES}

SHAPES: Mapping[str, Members] = {
    "CreateDomain": Members(_SETTINGS, ("DomainName", "DefaultExpirationDays")),
    "UpdateDomain": Members(_SETTINGS, ("DomainName",)),
    "GetDomain": _NAMED_DOMAIN,
    "ListDomains": Members(PAGE),
    "DeleteDomain": _NAMED_DOMAIN,
    "CreateProfile": Members({**DOMAIN, **_profile(1)}, ("DomainName",)),
    "UpdateProfile": Members({**DOMAIN, "ProfileId": UUID, **_profile(0)}, ("DomainName", "ProfileId")),
    "DeleteProfile": Members({**DOMAIN, "ProfileId": UUID}, ("ProfileId", "DomainName")),
    "SearchProfiles": Members(
        {
            **DOMAIN,
            **PAGE,
            **SEARCH_KEY,
            "AdditionalSearchKeys": Items(Members(SEARCH_KEY, ("KeyName", "Values")), 1, 4),
            "LogicalOperator": Choice(("AND", "OR")),
        },
        ("DomainName", "KeyName", "Values"),
    ),
    "BatchGetProfile": Members({**DOMAIN, "ProfileIds": Items(UUID, 1, 20)}, ("DomainName", "ProfileIds")),
    "AddProfileKey": _KEY,
    "DeleteProfileKey": _KEY,
    "MergeProfiles": Members(
        {
            **DOMAIN,
            "MainProfileId": UUID,
            "ProfileIdsToBeMerged": Items(UUID, 1, 20),
            "FieldSourceProfileIds": Members(_SOURCES),
        },
        ("DomainName", "MainProfileId", "ProfileIdsToBeMerged"),
    ),
    "GetMatches": _PAGED_DOMAIN,
    "GetSimilarProfiles": Members(
        {
            **DOMAIN,
            **PAGE,
            "MatchType": Choice(("RULE_BASED_MATCHING", "ML_BASED_MATCHING")),
            "SearchKey": TEXT_255,
            "SearchValue": TEXT_255,
        },
        ("DomainName", "MatchType", "SearchKey", "SearchValue"),
    ),
    "ListRuleBasedMatches": _PAGED_DOMAIN,
    "GetAutoMergingPreview": Members(
        {
            **DOMAIN,
            "Consolidation": CONSOLIDATION,
            "ConflictResolution": CONFLICTS,
            "MinAllowedConfidenceScoreForMerging": Number(0, 1),
        },
        ("DomainName", "Consolidation", "ConflictResolution"),
    ),
    "GetIdentityResolutionJob": Members({**DOMAIN, "JobId": UUID}, ("DomainName", "JobId")),
    "ListIdentityResolutionJobs": _PAGED_DOMAIN,
    "PutProfileObjectType": Members(
        {
            **_TYPED,
            "Description": TEXT_1000,
            "TemplateId": NAME,
            "ExpirationDays": DAYS_KEPT,
            "EncryptionKey": OPTIONAL_255,
            "AllowProfileCreation": Flag(),
            "SourceLastUpdatedTimestampFormat": TEXT_255,
            "MaxProfileObjectCount": Whole(1),
            "SourcePriority": Whole(1),
            "Fields": Entries(Text(1, 64, r"[a-zA-Z0-9_.-]+"), _FIELD),
            "Keys": Entries(NAME, Items(_TYPE_KEY)),
            "Tags": TAGS,
        },
        ("DomainName", "ObjectTypeName", "Description"),
    ),
    "GetProfileObjectType": _NAMED_TYPE,
    "DeleteProfileObjectType": _NAMED_TYPE,
    "ListProfileObjectTypes": _PAGED_DOMAIN,
    "PutProfileObject": Members({**_TYPED, "Object": OBJECT}, ("ObjectTypeName", "Object", "DomainName")),
    "ListProfileObjects": Members(
        {**_TYPED, **PAGE, "ProfileId": UUID, "ObjectFilter": Members(SEARCH_KEY, ("KeyName", "Values"))},
        ("DomainName", "ObjectTypeName", "ProfileId"),
    ),
    "DeleteProfileObject": Members(
        {**_TYPED, "ProfileId": UUID, "ProfileObjectUniqueKey": TEXT_255},
        ("ProfileId", "ProfileObjectUniqueKey", "ObjectTypeName", "DomainName"),
    ),
    "DetectProfileObjectType": Members({**DOMAIN, "Objects": Items(OBJECT, 1, 5)}, ("Objects", "DomainName")),
    "ListProfileAttributeValues": Members({**DOMAIN, "AttributeName": TEXT_255}, ("DomainName", "AttributeName")),
    "ListObjectTypeAttributes": Members({**_TYPED, **PAGE}, ("DomainName", "ObjectTypeName")),
    "ListObjectTypeAttributeValues": Members(
        {**_TYPED, **PAGE, "AttributeName": TEXT_1000}, ("DomainName", "ObjectTypeName", "AttributeName")
    ),
    "ListProfileHistoryRecords": Members(
        {**_TYPED, **PAGE, "ProfileId": UUID, "ActionType": Choice(ACTIONS), "PerformedBy": TEXT_255},
        ("DomainName", "ProfileId"),
    ),
    "GetProfileHistoryRecord": Members({**DOMAIN, "ProfileId": UUID, "Id": UUID}, ("DomainName", "ProfileId", "Id")),
    "ListProfileObjectTypeTemplates": Members(PAGE),
    "GetProfileObjectTypeTemplate": Members({"TemplateId": NAME}, ("TemplateId",)),
    "TagResource": Members({"resourceArn": ARN, "tags": TAGS}, ("resourceArn", "tags")),
    "UntagResource": Members({"resourceArn": ARN, "tagKeys": Items(TAG_KEY, 1, 50)}, ("resourceArn", "tagKeys")),
    "ListTagsForResource": Members({"resourceArn": ARN}, ("resourceArn",)),
    "StartIdentityResolutionJob": _NAMED_DOMAIN,
    "ExplainMatch": Members({**DOMAIN, "MatchId": TEXT_255}, ("DomainName", "MatchId")),
    "GetSuccessor": Members({**DOMAIN, "ProfileId": UUID}, ("DomainName", "ProfileId")),
}
"""Operation -> what it takes, its path and its query included."""
