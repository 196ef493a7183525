"""Operations of the protocol that take no part in identifying or merging profiles; they are answered as not offered."""

from __future__ import annotations

from collections.abc import Mapping

from dromio.server.routes import Method

_DOMAIN = "/domains/{domain}"
_CALCULATED = f"{_DOMAIN}/calculated-attributes"
_LAYOUTS, _STREAMS, _TRIGGERS = f"{_DOMAIN}/layouts", f"{_DOMAIN}/event-streams", f"{_DOMAIN}/event-triggers"
_RECOMMENDERS, _SEGMENTS = f"{_DOMAIN}/recommenders", f"{_DOMAIN}/segment-definitions"
_FILTERS, _SCHEMAS = f"{_DOMAIN}/recommender-filters", f"{_DOMAIN}/recommender-schemas"
_UPLOADS, _KINDS = f"{_DOMAIN}/upload-jobs", f"{_DOMAIN}/domain-object-types"
_CALCULATED_OF = f"{_DOMAIN}/profile/{{profile}}/calculated-attributes"

OUTSIDE: Mapping[str, tuple[Method, str]] = {
    "AssociateStreamForSegments": ("POST", f"{_DOMAIN}/segment-streams"),
    "BatchGetCalculatedAttributeForProfile": ("POST", f"{_CALCULATED}/{{name}}/batch-get-for-profiles"),
    "BatchPutProfileObject": ("PUT", f"{_DOMAIN}/profiles/objects/batch-put-profile-object"),
    "CreateCalculatedAttributeDefinition": ("POST", f"{_CALCULATED}/{{name}}"),
    "CreateDomainLayout": ("POST", f"{_LAYOUTS}/{{name}}"),
    "CreateEventStream": ("POST", f"{_STREAMS}/{{name}}"),
    "CreateEventTrigger": ("POST", f"{_TRIGGERS}/{{name}}"),
    "CreateIntegrationWorkflow": ("POST", f"{_DOMAIN}/workflows/integrations"),
    "CreateRecommender": ("POST", f"{_RECOMMENDERS}/{{name}}"),
    "CreateRecommenderFilter": ("POST", f"{_FILTERS}/{{name}}"),
    "CreateRecommenderSchema": ("POST", f"{_SCHEMAS}/{{name}}"),
    "CreateSegmentDefinition": ("POST", f"{_SEGMENTS}/{{name}}"),
    "CreateSegmentEstimate": ("POST", f"{_DOMAIN}/segment-estimates"),
    "CreateSegmentSnapshot": ("POST", f"{_DOMAIN}/segments/{{name}}/snapshots"),
    "CreateUploadJob": ("POST", _UPLOADS),
    "DeleteCalculatedAttributeDefinition": ("DELETE", f"{_CALCULATED}/{{name}}"),
    "DeleteDomainLayout": ("DELETE", f"{_LAYOUTS}/{{name}}"),
    "DeleteDomainObjectType": ("DELETE", f"{_KINDS}/{{name}}"),
    "DeleteEventStream": ("DELETE", f"{_STREAMS}/{{name}}"),
    "DeleteEventTrigger": ("DELETE", f"{_TRIGGERS}/{{name}}"),
    "DeleteIntegration": ("POST", f"{_DOMAIN}/integrations/delete"),
    "DeleteRecommender": ("DELETE", f"{_RECOMMENDERS}/{{name}}"),
    "DeleteRecommenderFilter": ("DELETE", f"{_FILTERS}/{{name}}"),
    "DeleteRecommenderSchema": ("DELETE", f"{_SCHEMAS}/{{name}}"),
    "DeleteSegmentDefinition": ("DELETE", f"{_SEGMENTS}/{{name}}"),
    "DeleteSegmentSubscription": ("DELETE", f"{_SEGMENTS}/{{name}}/subscriptions"),
    "DeleteWorkflow": ("DELETE", f"{_DOMAIN}/workflows/{{name}}"),
    "DisassociateStreamForSegments": ("DELETE", f"{_DOMAIN}/segment-streams"),
    "GetCalculatedAttributeDefinition": ("GET", f"{_CALCULATED}/{{name}}"),
    "GetCalculatedAttributeForProfile": ("GET", f"{_CALCULATED_OF}/{{name}}"),
    "GetDomainLayout": ("GET", f"{_LAYOUTS}/{{name}}"),
    "GetDomainObjectType": ("GET", f"{_KINDS}/{{name}}"),
    "GetEventStream": ("GET", f"{_STREAMS}/{{name}}"),
    "GetEventTrigger": ("GET", f"{_TRIGGERS}/{{name}}"),
    "GetIntegration": ("POST", f"{_DOMAIN}/integrations"),
    "GetObjectTypeAttributeStatistics": (
        "POST",
        f"{_DOMAIN}/object-types/{{name}}/attributes/{{attribute}}/statistics",
    ),
    "GetProfileRecommendations": ("POST", f"{_DOMAIN}/profiles/{{profile}}/recommendations"),
    "GetRecommender": ("GET", f"{_RECOMMENDERS}/{{name}}"),
    "GetRecommenderFilter": ("GET", f"{_FILTERS}/{{name}}"),
    "GetRecommenderSchema": ("GET", f"{_SCHEMAS}/{{name}}"),
    "GetSegmentDefinition": ("GET", f"{_SEGMENTS}/{{name}}"),
    "GetSegmentEstimate": ("GET", f"{_DOMAIN}/segment-estimates/{{name}}"),
    "GetSegmentMembership": ("POST", f"{_DOMAIN}/segments/{{name}}/membership"),
    "GetSegmentSnapshot": ("GET", f"{_DOMAIN}/segments/{{name}}/snapshots/{{snapshot}}"),
    "GetSegmentSubscription": ("GET", f"{_SEGMENTS}/{{name}}/subscriptions"),
    "GetStreamForSegments": ("GET", f"{_DOMAIN}/segment-streams"),
    "GetUploadJob": ("GET", f"{_UPLOADS}/{{name}}"),
    "GetUploadJobPath": ("GET", f"{_UPLOADS}/{{name}}/path"),
    "GetWorkflow": ("GET", f"{_DOMAIN}/workflows/{{name}}"),
    "GetWorkflowSteps": ("GET", f"{_DOMAIN}/workflows/{{name}}/steps"),
    "ListAccountIntegrations": ("POST", "/integrations"),
    "ListCalculatedAttributeDefinitions": ("GET", _CALCULATED),
    "ListCalculatedAttributesForProfile": ("GET", _CALCULATED_OF),
    "ListDomainLayouts": ("GET", _LAYOUTS),
    "ListDomainObjectTypes": ("GET", _KINDS),
    "ListEventStreams": ("GET", _STREAMS),
    "ListEventTriggers": ("GET", _TRIGGERS),
    "ListIntegrations": ("GET", f"{_DOMAIN}/integrations"),
    "ListRecommenderFilters": ("GET", _FILTERS),
    "ListRecommenderRecipes": ("GET", "/recommender-recipes"),
    "ListRecommenderSchemas": ("GET", _SCHEMAS),
    "ListRecommenders": ("GET", _RECOMMENDERS),
    "ListSegmentDefinitions": ("GET", _SEGMENTS),
    "ListSegmentSubscriptionEvents": ("GET", f"{_SEGMENTS}/{{name}}/subscription-events"),
    "ListUploadJobs": ("GET", _UPLOADS),
    "ListWorkflows": ("POST", f"{_DOMAIN}/workflows"),
    "PutDomainObjectType": ("PUT", f"{_KINDS}/{{name}}"),
    "PutIntegration": ("PUT", f"{_DOMAIN}/integrations"),
    "PutSegmentSubscription": ("PUT", f"{_SEGMENTS}/{{name}}/subscriptions"),
    "SearchRecommendations": ("POST", f"{_DOMAIN}/recommendations"),
    "StartRecommender": ("PUT", f"{_RECOMMENDERS}/{{name}}/start"),
    "StartUploadJob": ("PUT", f"{_UPLOADS}/{{name}}"),
    "StopRecommender": ("PUT", f"{_RECOMMENDERS}/{{name}}/stop"),
    "StopUploadJob": ("PUT", f"{_UPLOADS}/{{name}}/stop"),
    "UpdateCalculatedAttributeDefinition": ("PUT", f"{_CALCULATED}/{{name}}"),
    "UpdateDomainLayout": ("PUT", f"{_LAYOUTS}/{{name}}"),
    "UpdateEventTrigger": ("PUT", f"{_TRIGGERS}/{{name}}"),
}
"""Operation -> method and path."""
