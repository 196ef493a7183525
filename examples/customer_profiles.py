"""The stock boto3 client against a Dromio server: customers in, the job that looks for the same ones, its matches out.

    dromio generate data --records 1000
    dromio serve --store sqlite:///first.db --dev &
    python examples/customer_profiles.py data

Needs `pip install boto3`.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

REGION = "us-east-1"
FIELDS = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "EmailAddress": "email",
    "PhoneNumber": "phone",
    "BirthDate": "birth_date",
    "Address.Address1": "street",
    "Address.City": "city",
    "Address.PostalCode": "postcode",
}


def main() -> None:
    """Put the customers of a folder into a new domain, run the job, and hold its matches against the truth."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("folder", type=Path, help="what `dromio generate` wrote")
    arguments.add_argument("--server", default="http://127.0.0.1:8080")
    arguments.add_argument("--domain", default="shop")
    arguments.add_argument("--key", default="FIRSTLOOK:anything", help="ID:SECRET of a signing key of the server")
    given = arguments.parse_args()

    endpoint = f"{given.server}/customer-profiles"
    credentials = Credentials(*given.key.split(":", 1))
    client = boto3.client(
        "customer-profiles",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
    )
    customers = rows(given.folder / "records.csv")
    put(client, given.domain, customers)
    print(f"{len(customers):,} customers are profiles of the domain {given.domain!r}.")

    run_job(client, credentials, endpoint, given.domain)
    matches = [match["ProfileIds"] for match in pages(client.get_matches, "Matches", DomainName=given.domain)]
    print(f"The job found {len(matches):,} groups of profiles that are one customer; the largest has "
          f"{max(map(len, matches), default=0)}.")  # fmt: skip

    found = pairs([own_ids(client, given.domain, one) for one in matches])
    clusters: dict[str, list[str]] = {}
    for row in rows(given.folder / "truth.csv"):
        clusters.setdefault(row["cluster_id"], []).append(row["unique_id"])
    true = pairs(clusters.values())
    right = len(found & true)
    print(f"Of {len(found):,} pairs in them {right:,} are right; there are {len(true):,} to find.")


def put(client: Any, domain: str, customers: list[dict[str, str]]) -> None:
    """Make the domain, say how a customer becomes a profile, and send all customers."""
    client.create_domain(DomainName=domain, DefaultExpirationDays=366, Matching={"Enabled": True})
    fields = {name: {"Source": f"_source.{name}", "Target": f"_profile.{target}"} for target, name in FIELDS.items()}
    client.put_profile_object_type(
        DomainName=domain,
        ObjectTypeName="Customer",
        Description="customers as the shop has them",
        AllowProfileCreation=True,
        Fields=fields | {"unique_id": {"Source": "_source.unique_id", "Target": "_profile.AccountNumber"}},
        Keys={"customer": [{"StandardIdentifiers": ["UNIQUE", "PROFILE"], "FieldNames": ["unique_id"]}]},
    )
    for customer in customers:
        known = {name: value for name, value in customer.items() if value}
        client.put_profile_object(DomainName=domain, ObjectTypeName="Customer", Object=json.dumps(known))


def run_job(client: Any, credentials: Credentials, endpoint: str, domain: str) -> None:
    """Start the job that otherwise runs every week, and wait for it."""
    request = AWSRequest("POST", f"{endpoint}/_ext/domains/{domain}/identity-resolution-jobs", data=b"")
    SigV4Auth(credentials, "profile", REGION).add_auth(request)
    signed = urllib.request.Request(request.url, data=b"", headers=dict(request.headers), method="POST")
    with urllib.request.urlopen(signed) as answer:
        job = json.load(answer)["JobId"]
    while True:
        status = client.get_identity_resolution_job(DomainName=domain, JobId=job)["Status"]
        if status in ("COMPLETED", "FAILED", "PARTIAL_SUCCESS"):
            print(f"The job is {status.lower()}.")
            return
        time.sleep(0.2)


def own_ids(client: Any, domain: str, profile_ids: list[str]) -> list[str]:
    """The customers' own ids of profiles."""
    parts = [profile_ids[start : start + 20] for start in range(0, len(profile_ids), 20)]
    answers = [client.batch_get_profile(DomainName=domain, ProfileIds=part) for part in parts]
    return [profile["AccountNumber"] for answer in answers for profile in answer["Profiles"]]


def pages(operation: Any, name: str, **asked: Any) -> list[Any]:
    """What all pages of an operation hold under a name."""
    answer = operation(**asked)
    found = list(answer[name])
    while token := answer.get("NextToken"):
        answer = operation(**asked, NextToken=token)
        found += answer[name]
    return found


def pairs(groups: Any) -> set[tuple[str, ...]]:
    """All pairs inside the groups, the smaller id first."""
    return {pair for group in groups for pair in itertools.combinations(sorted(group), 2)}


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file by the names of its columns."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
