"""What an operator sets for the face arrives there."""

from __future__ import annotations

from pathlib import Path

import pytest

from dromio.errors import UsageError
from dromio.server import load_settings
from dromio.server.faces.customer_profiles.options import Options, options_of


def test_the_defaults_of_the_server_are_those_of_the_face() -> None:
    assert options_of(load_settings(None, {})) == Options()


def test_for_a_first_look_rules_apply_at_once() -> None:
    options = options_of(load_settings(None, {}, dev=True))
    assert (options.activation_delay, options.change_lock) == (0, 0)


def test_file_and_environment_set_them(tmp_path: Path) -> None:
    file = tmp_path / "server.toml"
    file.write_text('customer_profiles_phone_region = "DE"\ncustomer_profiles_tick_seconds = 0\n')
    environment = {
        "DROMIO_SERVER_CUSTOMER_PROFILES_EXPORT_ENDPOINT": "https://objects.example",
        "DROMIO_SERVER_CUSTOMER_PROFILES_EXPORT_REGION": "eu-central-1",
        "DROMIO_SERVER_CUSTOMER_PROFILES_ACTIVATION_SECONDS": "60",
        "DROMIO_SERVER_CUSTOMER_PROFILES_LOCK_SECONDS": "120",
    }
    assert options_of(load_settings(file, environment)) == Options(
        activation_delay=60,
        change_lock=120,
        tick_seconds=0,
        region="eu-central-1",
        phone_region="DE",
        export_endpoint="https://objects.example",
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"export_folder": "/x", "export_endpoint": "https://a.example"}, "exclude each other"),
        ({"export_endpoint": "http://objects.example"}, "must be an https URL, or http of this machine"),
        ({"export_endpoint": "file:///etc"}, "must be an https URL, or http of this machine"),
        ({"export_endpoint": "https://"}, "must be an https URL, or http of this machine"),
        ({"phone_region": "germany"}, "customer_profiles_phone_region"),
        ({"activation_seconds": -1}, "customer_profiles_activation_seconds"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        load_settings(None, {}, **{f"customer_profiles_{name}": value for name, value in given.items()})


def test_an_object_store_on_this_machine_needs_no_tls() -> None:
    load_settings(None, {}, customer_profiles_export_endpoint="http://127.0.0.1:9000")
