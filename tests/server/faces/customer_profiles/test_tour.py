"""Every operation once through the stock client; its replies are checked against the client's own description."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dromio.server.faces.customer_profiles.operations import OPERATIONS
from dromio.server.faces.customer_profiles.outside import OUTSIDE

from .conftest import Face
from .test_conformance import CONSOLIDATION, CUSTOMER, RULES, code_of


def test_every_operation_answers_as_its_client_expects(face: Face) -> None:
    client = face.client
    called: set[str] = set()
    client.meta.events.register("before-call.customer-profiles", lambda model, **_: called.add(model.name))
    exporting = {"S3Exporting": {"S3BucketName": "bucket", "S3KeyName": "out"}}
    conflicts = {"ConflictResolvingModel": "SOURCE", "SourceName": "Customer"}
    merging = {"Enabled": True, "Consolidation": CONSOLIDATION, "ConflictResolution": conflicts}
    schedule = {"DayOfTheWeek": "MONDAY", "Time": "9:30"}
    name = face.domain(
        Matching={"Enabled": True, "JobSchedule": schedule, "AutoMerging": merging, "ExportingConfig": exporting},
        RuleBasedMatching=RULES | {"ConflictResolution": conflicts, "ExportingConfig": exporting},
        DefaultEncryptionKey="key",
        DeadLetterQueueUrl="https://queue",
        DataStore={"Enabled": True},
        Tags={"a": "b"},
    )
    client.update_domain(DomainName=name, DefaultEncryptionKey="")
    assert "DefaultEncryptionKey" not in client.get_domain(DomainName=name)
    client.list_domains(MaxResults=1)
    kind = CUSTOMER | {"SourcePriority": 1, "MaxProfileObjectCount": 5, "ExpirationDays": 9, "Tags": {"a": "b"}}
    client.put_profile_object_type(DomainName=name, ObjectTypeName="Customer", **kind)
    assert client.get_profile_object_type(DomainName=name, ObjectTypeName="Customer")["Keys"] == CUSTOMER["Keys"]
    client.list_profile_object_types(DomainName=name)
    sent = json.dumps({"id": "7", "first": "Ann", "email": "ann@example.org"})
    client.put_profile_object(DomainName=name, ObjectTypeName="Customer", Object=sent)
    full = {
        "FirstName": "Bob",
        "PartyType": "INDIVIDUAL",
        "Gender": "UNSPECIFIED",
        "Address": {"City": "Berlin"},
        "Attributes": {"tier": "gold"},
        "EngagementPreferences": {"Phone": [{"KeyName": "_phone", "KeyValue": "1", "ContactType": "PhoneNumber"}]},
        "EmailAddress": "bob@example.org",
    }
    one = face.profile(name, **full)
    (shown,) = client.batch_get_profile(DomainName=name, ProfileIds=[one])["Profiles"]
    assert shown == full | {"ProfileId": one, "ProfileType": "PROFILE"}
    other = face.profile(name, EmailAddress="bob@example.org", FirstName="Bob")
    client.update_profile(DomainName=name, ProfileId=one, LastName="Ray")
    client.add_profile_key(DomainName=name, ProfileId=one, KeyName="crm", Values=["1", "2"])
    (found,) = client.search_profiles(DomainName=name, KeyName="crm", Values=["2"])["Items"]
    assert found["ProfileId"] == one
    client.delete_profile_key(DomainName=name, ProfileId=one, KeyName="crm", Values=["2"])
    assert client.search_profiles(DomainName=name, KeyName="crm", Values=["2"])["Items"] == []
    job_id = face.run_job(name)
    client.get_identity_resolution_job(DomainName=name, JobId=job_id)
    jobs = client.list_identity_resolution_jobs(DomainName=name)["IdentityResolutionJobsList"]
    assert [job["Status"] for job in jobs] == ["PENDING", "COMPLETED"]
    client.get_matches(DomainName=name)
    client.get_auto_merging_preview(DomainName=name, Consolidation=CONSOLIDATION, ConflictResolution=conflicts)
    for match_type in ("RULE_BASED_MATCHING", "ML_BASED_MATCHING"):
        survivor = client.search_profiles(DomainName=name, KeyName="_email", Values=["bob@example.org"])["Items"][0]
        client.get_similar_profiles(
            DomainName=name, MatchType=match_type, SearchKey="_profileId", SearchValue=survivor["ProfileId"]
        )
    client.list_rule_based_matches(DomainName=name)
    (ann,) = client.search_profiles(DomainName=name, KeyName="_email", Values=["ANN@example.org"])["Items"]
    objects = {"DomainName": name, "ObjectTypeName": "Customer", "ProfileId": ann["ProfileId"]}
    by_key = {"ObjectFilter": {"KeyName": "customer", "Values": ["7"]}}
    assert json.loads(client.list_profile_objects(**objects, **by_key)["Items"][0]["Object"]) == json.loads(sent)
    client.list_object_type_attributes(DomainName=name, ObjectTypeName="Customer", MaxResults=1)
    values = client.list_object_type_attribute_values(DomainName=name, ObjectTypeName="Customer", AttributeName="first")
    assert [item["Value"] for item in values["Items"]] == ["Ann"]
    listed = client.list_profile_attribute_values(DomainName=name, AttributeName="Attributes.tier")
    assert (listed["Items"], listed["StatusCode"]) == ([{"Value": "gold"}], 200)
    client.delete_profile_object(**objects, ProfileObjectUniqueKey="7")
    history = client.list_profile_history_records(DomainName=name, ProfileId=ann["ProfileId"])["ProfileHistoryRecords"]
    assert [record["ActionType"] for record in history] == ["DELETED_BY_CUSTOMER", "INGESTED", "CREATED"]
    by_action = {"ActionType": "INGESTED"}
    (taken,) = client.list_profile_history_records(DomainName=name, ProfileId=ann["ProfileId"], **by_action)[
        "ProfileHistoryRecords"
    ]
    record = client.get_profile_history_record(DomainName=name, ProfileId=ann["ProfileId"], Id=taken["Id"])
    assert json.loads(record["Content"]) == json.loads(sent)
    detected = client.detect_profile_object_type(DomainName=name, Objects=[sent])["DetectedProfileObjectTypes"]
    assert detected[0]["Fields"]["email"]["Target"] == "_profile.EmailAddress"
    arn = f"arn:aws:profile:us-east-1:000000000000:domains/{name}"
    client.tag_resource(resourceArn=arn, tags={"x": "y"})
    client.list_tags_for_resource(resourceArn=arn)
    client.untag_resource(resourceArn=arn, tagKeys=["x", "a"])
    assert "Tags" not in client.get_domain(DomainName=name)
    for template in client.list_profile_object_type_templates()["Items"]:
        client.get_profile_object_type_template(TemplateId=template["TemplateId"])
    client.put_profile_object_type(
        DomainName=name, ObjectTypeName="Contact", Description="d", TemplateId="Salesforce-Contact"
    )
    main, third = survivor["ProfileId"], face.profile(name, FirstName="C")
    client.merge_profiles(DomainName=name, MainProfileId=main, ProfileIdsToBeMerged=[third])
    client.delete_profile(DomainName=name, ProfileId=main)
    client.delete_profile_object_type(DomainName=name, ObjectTypeName="Customer")
    client.delete_domain(DomainName=name)
    assert other
    assert called == {operation.name for operation in OPERATIONS}


@pytest.mark.parametrize("name", ["GetSegmentEstimate", "ListEventStreams", "ListAccountIntegrations"])
def test_operations_outside_are_answered_as_not_offered(face: Face, name: str) -> None:
    assert name in OUTSIDE
    given: dict[str, Any] = {"DomainName": "d", "EstimateId": "e" * 10, "Uri": "u"}
    shape = face.client.meta.service_model.operation_model(name).input_shape
    call = getattr(face.client, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
    with pytest.raises(ClientError) as caught:
        call(**{member: given[member] for member in shape.required_members})
    assert caught.value.response["Error"]["Code"] == "NotImplementedException"


def test_a_wrong_secret_is_refused(face: Face) -> None:
    from .conftest import client_for

    key_id = face.client._get_credentials().access_key
    stranger = client_for(face.url, key_id, "another secret")
    assert code_of(stranger.list_domains) == "AccessDeniedException"
    stranger.close()


def test_a_method_that_no_path_has_is_an_unknown_operation(face: Face) -> None:
    given = {"DomainName": "d", "RecommenderName": "r"}
    assert code_of(face.client.update_recommender, **given) == "UnknownOperationException"
