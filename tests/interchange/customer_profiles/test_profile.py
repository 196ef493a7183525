from __future__ import annotations

from dromio.interchange.customer_profiles import columns_of, record_of, to_model
from dromio.records import RecordKey

from .factory import rules

PROFILE = {
    "FirstName": "Ann",
    "LastName": "",
    "HomePhoneNumber": "1",
    "ShippingAddress": {"Address1": "1 Main St", "Address3": "Flat 2", "City": "Kiel", "County": ""},
    "MailingAddress": None,
    "Attributes": {"tier": "gold", "gone": ""},
    "ProfileId": "0" * 32,
}


def test_columns_are_flat_and_only_of_what_is_there() -> None:
    assert columns_of(PROFILE) == {
        "FirstName": "Ann",
        "HomePhoneNumber": "1",
        "ShippingAddress.Address": "1 Main St Flat 2",
        "ShippingAddress.City": "Kiel",
        "Attributes.tier": "gold",
    }


def test_an_empty_profile_has_no_columns() -> None:
    assert columns_of({}) == {}


def test_a_record_holds_labelled_values_of_what_the_model_compares() -> None:
    model = to_model(rules("FirstName LastName PhoneNumber Address.City Address.Address"))
    record = record_of(PROFILE, RecordKey("crm", "1"), model)
    assert [value.parts for value in record.of("first_name")] == [{"value": "Ann"}]
    assert record.of("last_name") == ()
    assert [(value.label, value.parts) for value in record.of("phone")] == [("HomePhoneNumber", {"value": "1"})]
    assert [(value.label, value.parts) for value in record.of("address")] == [
        ("ShippingAddress", {"address": "1 Main St Flat 2", "city": "Kiel"})
    ]
