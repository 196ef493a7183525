"""Operations on domains and their configuration."""

from __future__ import annotations

from typing import Any

from dromio.interchange.customer_profiles import read_matching, read_rule_based_matching
from dromio.server.faces.customer_profiles import exporting, rule_status
from dromio.server.faces.customer_profiles.context import (
    Answer,
    Context,
    DomainRow,
    Given,
    behind,
    domain_row,
    dumped,
    seconds,
    without_none,
)
from dromio.server.faces.customer_profiles.errors import BadRequestError
from dromio.server.faces.customer_profiles.groups import drop_groups, evaluate, merge_groups, settle
from dromio.server.faces.customer_profiles.jobs import forget_schedule, schedule
from dromio.server.faces.customer_profiles.tables import OF_A_DOMAIN
from dromio.store.database import only

_PLAIN = ("DefaultExpirationDays", "DefaultEncryptionKey", "DeadLetterQueueUrl", "DataStore")
_DEFAULT_SCHEDULE = {"DayOfTheWeek": "SATURDAY", "Time": "00:00"}
_OBJECTS_METERED = 100
_LOCK = 0x64726F6D6364


def create_domain(context: Context, given: Given) -> Answer:
    """Make a domain."""
    name = given["DomainName"]
    context.tx.hold([_LOCK])
    if domain_row(context.tx, name) is not None:
        raise BadRequestError("there is a domain of this name already")
    count = only(context.tx.rows("SELECT count(*) FROM cp_domains"))
    if count >= context.options.most_domains:
        raise BadRequestError(f"there may be {context.options.most_domains} domains")
    document: dict[str, Any] = {"config": {}, "tags": given.get("Tags", {}), "rules": None, "generation": None}
    insert = """
    INSERT INTO cp_domains (name, document, created_at, updated_at) VALUES (?, ?, ?, ?) RETURNING domain_id
    """
    domain_id = only(context.tx.rows(insert, name, dumped(document), context.now, context.now))
    context.row = DomainRow(domain_id, name, document, context.now, context.now)
    _apply(context, given, is_new=True)
    return _shown(context)


def update_domain(context: Context, given: Given) -> Answer:
    """Change what is named of a domain; what is not named stays."""
    if "Tags" in given:
        context.domain.document["tags"] = given["Tags"]
    _apply(context, given, is_new=False)
    return _shown(context)


def get_domain(context: Context, given: Given) -> Answer:
    """Give a domain with its counts."""
    return _shown(context) | {"Stats": _stats(context)}


def list_domains(context: Context, given: Given) -> Answer:
    """List the domains that the caller may know of."""
    names = sorted(row[0] for row in context.tx.rows("SELECT name FROM cp_domains"))
    known = [(name, name) for name in names if context.principal.knows(name)]

    def fetch(after: Any, count: int) -> list[tuple[Any, Any]]:
        found = ((name, domain_row(context.tx, name)) for name, _ in behind(known, after, count))
        return [(name, _listed(row)) for name, row in found if row]

    return context.page(given, "Items", fetch)


def delete_domain(context: Context, given: Given) -> Answer:
    """Take out a domain with everything in it."""
    domain_id = context.domain.id
    for table in OF_A_DOMAIN:
        context.tx.run(f"DELETE FROM {table} WHERE domain_id = ?", domain_id)
    return {"Message": "OK"}


def _apply(context: Context, given: Given, *, is_new: bool) -> None:
    row = context.domain
    row.updated_at = context.now
    for name in _PLAIN:
        if name in given:
            row.config[name] = given[name]
    for name in ("DefaultEncryptionKey", "DeadLetterQueueUrl"):
        if row.config.get(name) == "":
            del row.config[name]
    if "Matching" in given:
        _set_matching(context, given["Matching"])
    if "RuleBasedMatching" in given:
        _set_rules(context, given["RuleBasedMatching"], is_new=is_new)
    context.save_domain()


def _set_matching(context: Context, config: dict[str, Any]) -> None:
    read_matching(config, "Matching")
    exporting.check(context.options, config)
    if config["Enabled"]:
        config = {"JobSchedule": _DEFAULT_SCHEDULE, **config}
        context.domain.document["was_matching"] = True
    context.domain.config["Matching"] = config
    if config["Enabled"]:
        schedule(context)
    else:
        forget_schedule(context)


def _set_rules(context: Context, given: dict[str, Any], *, is_new: bool) -> None:
    read_rule_based_matching(given, "RuleBasedMatching")
    exporting.check(context.options, given)
    row = context.domain
    before = row.config.get("RuleBasedMatching", {})
    if not given["Enabled"]:
        row.config["RuleBasedMatching"], row.document["rules"] = given, None
        drop_groups(context)
        return
    config = rule_status.with_defaults(given)
    state = row.document.get("rules")
    row.config["RuleBasedMatching"] = config
    if is_new:
        row.document["rules"] = rule_status.first_state(context.now)
        evaluate(context)
        return
    row.document["rules"] = rule_status.next_state(state, before, config, context.now, context.options)
    if rule_status.is_due(row.document["rules"], context.now):
        evaluate(context)
        return
    levels = [one.get("MaxAllowedRuleLevelForMerging", 0) for one in (before, config)]
    if row.document["rules"] == state and levels[0] != levels[1]:
        merge_groups(context)
        settle(context)


def _listed(row: DomainRow) -> Answer:
    return without_none(
        {
            "DomainName": row.name,
            "CreatedAt": seconds(row.created_at),
            "LastUpdatedAt": seconds(row.updated_at),
            "Tags": row.document["tags"],
        }
    )


def _shown(context: Context) -> Answer:
    row = context.domain
    config = dict(row.config)
    rules = config.get("RuleBasedMatching")
    status = rule_status.status_of(row.document.get("rules"), context.now)
    if rules and status:
        config["RuleBasedMatching"] = rules | {"Status": status}
    return _listed(row) | config


def _stats(context: Context) -> Answer:
    domain_id = context.domain.id
    profiles = only(context.tx.rows("SELECT count(*) FROM cp_profiles WHERE domain_id = ?", domain_id))
    select = "SELECT count(*), coalesce(sum(length(content)), 0) FROM cp_objects WHERE domain_id = ?"
    objects, size = context.tx.rows(select, domain_id)[0]
    select = "SELECT number, count(*) FROM cp_objects WHERE domain_id = ? AND number IS NOT NULL GROUP BY number"
    counts = [row[1] for row in context.tx.rows(select, domain_id)]
    metered = profiles - len(counts) + sum(-(-count // _OBJECTS_METERED) for count in counts)
    return {
        "ProfileCount": profiles,
        "MeteringProfileCount": metered,
        "ObjectCount": objects,
        "TotalSize": int(size),
    }
