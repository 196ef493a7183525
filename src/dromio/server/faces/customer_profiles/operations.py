"""The operations of the protocol that this server offers: method, path, who may, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dromio.server.faces.customer_profiles import (
    consolidation,
    detect,
    domains,
    explanation,
    history,
    ingest,
    jobs,
    matches,
    merging,
    object_types,
    objects,
    profile_operations,
    tags,
    templates,
)
from dromio.server.faces.customer_profiles.context import Answer, Context, Given
from dromio.server.roles import Scope
from dromio.server.routes import Method

PREFIX = "/customer-profiles"
_DOMAIN = "/domains/{DomainName}"
_PROFILES = f"{_DOMAIN}/profiles"
_JOBS = f"{_DOMAIN}/identity-resolution-jobs"
_TYPES = f"{_DOMAIN}/object-types"
_TYPE = f"{_TYPES}/{{ObjectTypeName}}"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `path`: parameters have the names of members of the request."""

    name: str
    method: Method
    path: str
    scope: Scope
    work: Callable[[Context, Given], Answer]

    @property
    def writes(self) -> bool:
        """Whether anything may be changed."""
        return not self.name.startswith(("Get", "List", "Search", "BatchGet", "Detect", "Explain"))

    @property
    def makes_domain(self) -> bool:
        """Whether the domain that is named need not exist."""
        return self.name == "CreateDomain"


READ, WRITE, JUDGE = Scope.READ, Scope.WRITE, Scope.JUDGE
ADMINISTER, ANYBODY = Scope.ADMINISTER, Scope.SIGNED_IN

OPERATIONS = (
    Operation("CreateDomain", "POST", _DOMAIN, ADMINISTER, domains.create_domain),
    Operation("UpdateDomain", "PUT", _DOMAIN, ADMINISTER, domains.update_domain),
    Operation("GetDomain", "GET", _DOMAIN, ANYBODY, domains.get_domain),
    Operation("ListDomains", "GET", "/domains", ANYBODY, domains.list_domains),
    Operation("DeleteDomain", "DELETE", _DOMAIN, ADMINISTER, domains.delete_domain),
    Operation("CreateProfile", "POST", _PROFILES, WRITE, profile_operations.create_profile),
    Operation("UpdateProfile", "PUT", _PROFILES, WRITE, profile_operations.update_profile),
    Operation("DeleteProfile", "POST", f"{_PROFILES}/delete", WRITE, profile_operations.delete_profile),
    Operation("SearchProfiles", "POST", f"{_PROFILES}/search", READ, profile_operations.search_profiles),
    Operation("BatchGetProfile", "POST", f"{_DOMAIN}/batch-get-profiles", READ, profile_operations.batch_get_profile),
    Operation("AddProfileKey", "POST", f"{_PROFILES}/keys", WRITE, profile_operations.add_profile_key),
    Operation("DeleteProfileKey", "POST", f"{_PROFILES}/keys/delete", WRITE, profile_operations.delete_profile_key),
    Operation("MergeProfiles", "POST", f"{_PROFILES}/objects/merge", JUDGE, merging.merge_profiles),
    Operation("GetMatches", "GET", f"{_DOMAIN}/matches", READ, matches.get_matches),
    Operation("GetSimilarProfiles", "POST", f"{_DOMAIN}/matches", READ, matches.get_similar_profiles),
    Operation("ListRuleBasedMatches", "GET", f"{_PROFILES}/ruleBasedMatches", READ, matches.list_rule_based_matches),
    Operation(
        "GetAutoMergingPreview", "POST", f"{_JOBS}/auto-merging-preview", READ, consolidation.get_auto_merging_preview
    ),
    Operation("GetIdentityResolutionJob", "GET", f"{_JOBS}/{{JobId}}", ANYBODY, jobs.get_identity_resolution_job),
    Operation("ListIdentityResolutionJobs", "GET", _JOBS, ANYBODY, jobs.list_identity_resolution_jobs),
    Operation("PutProfileObjectType", "PUT", _TYPE, ADMINISTER, object_types.put_profile_object_type),
    Operation("GetProfileObjectType", "GET", _TYPE, ANYBODY, object_types.get_profile_object_type),
    Operation("DeleteProfileObjectType", "DELETE", _TYPE, ADMINISTER, object_types.delete_profile_object_type),
    Operation("ListProfileObjectTypes", "GET", _TYPES, ANYBODY, object_types.list_profile_object_types),
    Operation("PutProfileObject", "PUT", f"{_PROFILES}/objects", WRITE, ingest.put_profile_object),
    Operation("ListProfileObjects", "POST", f"{_PROFILES}/objects", READ, objects.list_profile_objects),
    Operation("DeleteProfileObject", "POST", f"{_PROFILES}/objects/delete", WRITE, objects.delete_profile_object),
    Operation(
        "DetectProfileObjectType", "POST", f"{_DOMAIN}/detect/object-types", ANYBODY, detect.detect_profile_object_type
    ),
    Operation(
        "ListProfileAttributeValues",
        "GET",
        f"{_DOMAIN}/profile-attributes/{{AttributeName}}/values",
        READ,
        objects.list_profile_attribute_values,
    ),
    Operation("ListObjectTypeAttributes", "GET", f"{_TYPE}/attributes", ANYBODY, objects.list_object_type_attributes),
    Operation(
        "ListObjectTypeAttributeValues",
        "GET",
        f"{_TYPE}/attributes/{{AttributeName}}/values",
        READ,
        objects.list_object_type_attribute_values,
    ),
    Operation(
        "ListProfileHistoryRecords", "POST", f"{_PROFILES}/history-records", READ, history.list_profile_history_records
    ),
    Operation(
        "GetProfileHistoryRecord",
        "GET",
        f"{_PROFILES}/{{ProfileId}}/history-records/{{Id}}",
        READ,
        history.get_profile_history_record,
    ),
    Operation(
        "ListProfileObjectTypeTemplates", "GET", "/templates", ANYBODY, templates.list_profile_object_type_templates
    ),
    Operation(
        "GetProfileObjectTypeTemplate",
        "GET",
        "/templates/{TemplateId}",
        ANYBODY,
        templates.get_profile_object_type_template,
    ),
    Operation("TagResource", "POST", "/tags/{resourceArn}", ANYBODY, tags.tag_resource),
    Operation("UntagResource", "DELETE", "/tags/{resourceArn}", ANYBODY, tags.untag_resource),
    Operation("ListTagsForResource", "GET", "/tags/{resourceArn}", ANYBODY, tags.list_tags_for_resource),
)
"""What the vendor's clients can call."""

EXTENSIONS = (
    Operation(
        "StartIdentityResolutionJob",
        "POST",
        f"/_ext{_JOBS}",
        ADMINISTER,
        jobs.start_identity_resolution_job,
    ),
    Operation("ExplainMatch", "GET", f"/_ext{_DOMAIN}/matches/{{MatchId}}", READ, explanation.explain_match),
    Operation("GetSuccessor", "GET", f"/_ext{_PROFILES}/{{ProfileId}}/successor", READ, merging.get_successor),
)
"""What this server adds, to be operated and tested."""
