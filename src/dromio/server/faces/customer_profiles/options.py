"""What an operator can set for this face."""

from __future__ import annotations

from dataclasses import dataclass

from dromio.server.settings import Settings


@dataclass(frozen=True, slots=True)
class Options:
    """Delays, limits and places; the defaults are those of the vendor where it publishes them."""

    activation_delay: float = 3600.0
    """Seconds from a change of rules to their evaluation."""
    change_lock: float = 86_400.0
    """Seconds after rules became active in which they cannot be changed."""
    tick_seconds: float = 5.0
    """Seconds between looks for work that is due; 0 for none."""
    region: str = "us-east-1"
    """Region for which exports are signed."""
    phone_region: str = "US"
    """Country of phone numbers that do not tell theirs."""
    most_domains: int = 100
    most_object_types: int = 100
    most_keys: int = 10
    """Keys of one object type."""
    most_objects: int = 1000
    """Objects of one profile."""
    export_folder: str = ""
    """Folder that stands for the object store: a bucket is a folder in it."""
    export_endpoint: str = ""
    """Address of an S3-compatible object store, as https://HOST; empty: the folder."""
    test_clock: bool = False
    """Whether the clock can be set over HTTP."""


def options_of(settings: Settings) -> Options:
    """What the settings of a server say of this face.

    On a server that is run to be looked at rules apply at once, and can be changed at any time.
    """
    return Options(
        activation_delay=0 if settings.dev else settings.customer_profiles_activation_seconds,
        change_lock=0 if settings.dev else settings.customer_profiles_lock_seconds,
        tick_seconds=settings.customer_profiles_tick_seconds,
        region=settings.customer_profiles_export_region,
        phone_region=settings.customer_profiles_phone_region,
        export_folder=settings.customer_profiles_export_folder,
        export_endpoint=settings.customer_profiles_export_endpoint,
    )
