"""Match groups of rule levels, kept up to date: whatever changes, only the part that it touches is formed anew.

What follows is a function of the profiles alone; the ids of groups are stable as far as most of their members stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from dromio.interchange.customer_profiles import RuleBasedMatching, read_rule_based_matching
from dromio.server.faces.customer_profiles import merging, profiles
from dromio.server.faces.customer_profiles.context import Context, batches, new_id
from dromio.server.faces.customer_profiles.formation import Group, form_groups
from dromio.server.faces.customer_profiles.level_keys import level_keys, rank_of
from dromio.server.faces.customer_profiles.nearby import neighbours, reached
from dromio.server.faces.customer_profiles.profiles import Profile


def rules_in_force(context: Context) -> RuleBasedMatching | None:
    """The rules by which groups are formed now: those that were evaluated last."""
    state = context.domain.document.get("rules") or {}
    return read_rule_based_matching(state["effective"]) if state.get("effective") else None


def settle(context: Context) -> None:
    """Bring groups in line with all profiles that the transaction changed, and merge what is to be merged."""
    while context.changed:
        rules = rules_in_force(context)
        if rules is None:
            context.changed.clear()
            return
        seeds = set(context.changed)
        context.changed.clear()
        seeds |= neighbours(context, seeds)
        loaded = profiles.by_number(context, seeds)
        for profile in loaded.values():
            _replace_keys(context, rules, profile)
        _regroup(context, reached(context, set(loaded)))


def evaluate(context: Context) -> None:
    """Form the groups of a domain from all its profiles, under the rules that are configured now."""
    config = {key: value for key, value in context.domain.config["RuleBasedMatching"].items() if key != "Status"}
    state = context.domain.document["rules"]
    state |= {"effective": config, "active_at": context.now}
    context.save_domain()
    context.tx.run("DELETE FROM cp_level_keys WHERE domain_id = ?", context.domain.id)
    rules = read_rule_based_matching(config)
    numbers = set()
    for profile in profiles.every(context):
        _replace_keys(context, rules, profile)
        numbers.add(profile.number)
    context.changed.clear()
    _regroup(context, numbers)
    settle(context)


def merge_groups(context: Context) -> None:
    """Merge what is to be merged in all groups: after another level for merging."""
    select = "SELECT number FROM cp_profiles WHERE domain_id = ? AND match_id IS NOT NULL"
    _regroup(context, {row[0] for row in context.tx.rows(select, context.domain.id)})
    settle(context)


def drop_groups(context: Context) -> None:
    """Take all groups of a domain out."""
    for table in ("cp_level_keys", "cp_groups"):
        context.tx.run(f"DELETE FROM {table} WHERE domain_id = ?", context.domain.id)
    update = "UPDATE cp_profiles SET match_id = NULL, rule_level = NULL WHERE domain_id = ? AND match_id IS NOT NULL"
    context.tx.run(update, context.domain.id)


def _replace_keys(context: Context, rules: RuleBasedMatching, profile: Profile) -> None:
    found = level_keys(rules, profile.document(), context.options.phone_region)
    context.tx.run("DELETE FROM cp_level_keys WHERE number = ?", profile.number)
    rows = [(profile.number, context.domain.id, level, key) for level, key in found]
    if rows:
        context.tx.many("INSERT INTO cp_level_keys (number, domain_id, level, key) VALUES (?, ?, ?, ?)", rows)


def _regroup(context: Context, numbers: set[int]) -> None:
    """Form the groups of profiles that share keys with no others."""
    loaded = profiles.by_number(context, numbers)
    keys: dict[int, list[tuple[int, int]]] = {number: [] for number in loaded}
    select = "SELECT number, level, key FROM cp_level_keys WHERE number IN ??"
    for number, level, key in context.tx.rows(select, sorted(loaded)):
        keys[number].append((level, key))
    rank = {number: rank_of(profile.document()) for number, profile in loaded.items()}
    groups = form_groups(keys, rank)
    _write(context, loaded, groups, _named(context, loaded, groups))
    _merge(context, loaded, groups)


def _named(context: Context, loaded: Mapping[int, Profile], groups: list[Group]) -> list[str]:
    """The id of every group: that of the old group of which it holds the largest, then oldest part."""
    born = _births(context, {one.match_id for one in loaded.values() if one.match_id})
    claims = []
    for place, group in enumerate(groups):
        parts = Counter(old for old in (loaded[number].match_id for number in group.members) if old)
        claims += [(-size, born.get(old, 0), old, place) for old, size in parts.items()]
    names: dict[int, str] = {}
    for _, _, old, place in sorted(claims):
        if place not in names and old not in names.values():
            names[place] = old
    return [names.get(place) or new_id() for place in range(len(groups))]


def _births(context: Context, ids: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in batches(sorted(ids)):
        select = f"SELECT match_id, created_at FROM cp_groups WHERE domain_id = ? AND match_id IN ({_marks(part)})"
        found |= {str(row[0]): int(row[1]) for row in context.tx.rows(select, context.domain.id, *part)}
    return found


def _write(context: Context, loaded: Mapping[int, Profile], groups: list[Group], names: list[str]) -> None:
    """Keep the groups and what every profile is in; groups that nothing is left of go."""
    old = {one.match_id for one in loaded.values() if one.match_id}
    for part in batches(sorted(old - set(names))):
        context.tx.run(
            f"DELETE FROM cp_groups WHERE domain_id = ? AND match_id IN ({_marks(part)})", context.domain.id, *part
        )
    insert = """
    INSERT INTO cp_groups (domain_id, match_id, level, created_at) VALUES (?, ?, ?, ?)
    ON CONFLICT (domain_id, match_id) DO UPDATE SET level = excluded.level
    """
    rows = [(context.domain.id, name, group.level, context.now) for group, name in zip(groups, names, strict=True)]
    if rows:
        context.tx.many(insert, rows)
    placed = {
        number: (name, level)
        for group, name in zip(groups, names, strict=True)
        for number, level in group.members.items()
    }
    changed = [
        (*placed.get(number, (None, None)), number)
        for number, one in loaded.items()
        if placed.get(number, (None, None)) != (one.match_id, one.rule_level)
    ]
    if changed:
        context.tx.many("UPDATE cp_profiles SET match_id = ?, rule_level = ? WHERE number = ?", changed)


def _merge(context: Context, loaded: Mapping[int, Profile], groups: list[Group]) -> None:
    """Merge the members of groups that meet at the levels allowed for it."""
    config: dict[str, Any] = context.domain.config.get("RuleBasedMatching", {})
    highest = config.get("MaxAllowedRuleLevelForMerging", 0)
    for group in groups:
        members = [loaded[number] for number, level in group.members.items() if level <= highest]
        if len(members) > 1:
            merging.merge_automatically(context, members, config.get("ConflictResolution", {}))


def _marks(items: Iterable[object]) -> str:
    return ", ".join("?" for _ in items)
