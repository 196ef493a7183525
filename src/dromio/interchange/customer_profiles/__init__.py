"""Customer Profiles: rule-based matching of a domain, read, judged in its own terms, and exchanged with models."""

from dromio.interchange.customer_profiles.document import (
    ConflictResolution,
    RuleBasedMatching,
    S3Exporting,
    Selector,
    read_rule_based_matching,
)
from dromio.interchange.customer_profiles.domain import AutoMerging, Matching, read_matching
from dromio.interchange.customer_profiles.exporting import from_model
from dromio.interchange.customer_profiles.profile import columns_of, record_of
from dromio.interchange.customer_profiles.rules import level_of, pairs_at
from dromio.interchange.customer_profiles.to_model import import_domain, to_model

__all__ = [
    "AutoMerging",
    "ConflictResolution",
    "Matching",
    "RuleBasedMatching",
    "S3Exporting",
    "Selector",
    "columns_of",
    "from_model",
    "import_domain",
    "level_of",
    "pairs_at",
    "read_matching",
    "read_rule_based_matching",
    "record_of",
    "to_model",
]
