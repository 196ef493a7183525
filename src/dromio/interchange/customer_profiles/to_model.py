"""Rule levels as a model: a rule for every level, the strictest first.

What the vendor merges without asking is a match here; what it only shows as similar is for review. A model made for
the other partition, that of match groups, has matches alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dromio.errors import Fault, ModelError
from dromio.interchange.customer_profiles.attributes import attribute_of, field_of, names_of, subject
from dromio.interchange.customer_profiles.document import (
    ConflictResolution,
    RuleBasedMatching,
    read_rule_based_matching,
)
from dromio.interchange.customer_profiles.fields import ADDRESS_PARTS
from dromio.model.deciders import Rule
from dromio.model.imported import Imported
from dromio.model.schema import Clustering, Model, Survivorship

Partition = Literal["merging", "matching"]


def to_model(
    matching: RuleBasedMatching,
    partition: Partition = "merging",
    *,
    region: str = "US",
    name: str = "customer_profiles",
) -> Model:
    """The model that decides on two profiles as the levels in use do; the place of a rule is its level less 1.

    Under `merging` the levels that are merged are matches, the others reviews: entities are merged profiles. Under
    `matching` all are matches: entities are match groups. `region`: the country of phone numbers that do not tell
    theirs.
    """
    used = [one for rule in matching.levels for one in rule]
    names = names_of(used)
    roles = [part for part in ADDRESS_PARTS if part in used]
    merged = len(matching.levels) if partition == "matching" else matching.merged_levels
    return Model(
        name=name,
        attributes=[attribute_of(one, its, roles, matching.compared, region) for one, its in names.items()],
        rules=[
            Rule(name=f"level {level}", when=_condition(rule, names), decision="match" if level <= merged else "review")
            for level, rule in enumerate(matching.levels, 1)
        ],
        clustering=Clustering(method="rule_levels"),
        survivorship=_survivorship(matching.conflict_resolution, list(names.values())),
        source_rank=_trusted(matching.conflict_resolution),
    )


def _trusted(resolution: ConflictResolution | None) -> list[str]:
    if resolution is None or resolution.source is None or resolution.model != "SOURCE":
        return []
    return [resolution.source]


def _survivorship(resolution: ConflictResolution | None, names: Sequence[str]) -> list[Survivorship]:
    """Whose value is kept; between values that are alike in this, the smallest, so that the order of records does not
    count."""
    if resolution is None:
        return []
    if _trusted(resolution):
        return [Survivorship(attribute=one, rules=["source_rank", "most_recent", "smallest"]) for one in names]
    return [Survivorship(attribute=one, rules=["most_recent", "smallest"]) for one in names]


def import_domain(document: object, partition: Partition = "merging", *, region: str = "US") -> Imported:
    """The model of a domain in the vendor's JSON, and what of the domain it does not say. Raises ModelError with every
    fault, also where the domain has no rule-based matching."""
    if not isinstance(document, Mapping) or "RuleBasedMatching" not in document:
        raise ModelError([Fault("RuleBasedMatching", "is missing; a domain without it has no rule levels")])
    matching = read_rule_based_matching(document["RuleBasedMatching"], "RuleBasedMatching")
    name = document.get("DomainName")
    model = to_model(matching, partition, region=region, name=name if isinstance(name, str) else "customer_profiles")
    return Imported(model, tuple(_notes(document, matching, partition)))


def _condition(rule: Sequence[str], names: Mapping[str, str]) -> str:
    address = [_equal(one, names) for one in dict.fromkeys(rule) if one in ADDRESS_PARTS]
    others = [_equal(one, names) for one in dict.fromkeys(rule) if one not in ADDRESS_PARTS]
    together = [f"together({' and '.join(address)})"] if len(address) > 1 else address
    return " and ".join([*others, *together])


def _equal(one: str, names: Mapping[str, str]) -> str:
    return f"equal({field_of(one, names[subject(one)])})"


def _notes(document: Mapping[str, Any], matching: RuleBasedMatching, partition: Partition) -> list[str]:
    at = "RuleBasedMatching"
    notes = []
    if not matching.enabled:
        notes.append(f"{at}.Enabled: false; the model has the rules all the same")
    for level in range(len(matching.levels), len(matching.rules)):
        notes.append(
            f"{at}.MatchingRules.{level}: above the highest matching level, {len(matching.levels)}; left out: "
            "it is never used"
        )
    if partition == "matching":
        notes.append(
            f"{at}.MaxAllowedRuleLevelForMerging: {matching.max_merging_level or 'absent'}; every level is a match "
            "here, so entities are match groups, not merged profiles"
        )
    elif not matching.merged_levels:
        notes.append(
            f"{at}.MaxAllowedRuleLevelForMerging: absent, so nothing is merged; every level is for review; import the "
            "partition 'matching' to have match groups as entities"
        )
    if matching.conflict_resolution is not None:
        notes.append(
            f"{at}.ConflictResolution: the domain does not say which column tells when a profile was updated; name it "
            "as `recency` of the model, or most recent values cannot be told"
        )
    if "ExportingConfig" in document[at]:
        notes.append(f"{at}.ExportingConfig: says nothing about who matches; left out")
    if "Matching" in document:
        notes.append("Matching: matching by score is a model of its own; left out")
    return notes
