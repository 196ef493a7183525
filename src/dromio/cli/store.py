"""`dromio store`: records kept for good, resolved one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dromio.cli import jobs
from dromio.cli.domains import as_url, opened_store, shown
from dromio.cli.domains import opened as opened_here
from dromio.cli.places import StoreGroup
from dromio.cli.reached import create, named, opened

if TYPE_CHECKING:
    from dromio.contact_centre import Centre

STORE = click.argument("url", metavar="STORE")
DOMAIN = click.option("--domain", required=True, help="Which population of records.")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
ENTITY = click.argument("entity", type=int)
AUTHOR = click.option("--author", required=True, help="Who decides.")
REASON = click.option("--reason", default="", help="Why.")


@click.group("store", cls=StoreGroup)
def command() -> None:
    """Keep records, resolve them in real time, and undo.

    STORE is a file, sqlite:///FILE or postgresql://…. With --server URL most commands ask a server instead.
    """


command.add_command(jobs.command)


@command.command()
@STORE
@DOMAIN
@click.option("--model", "model_path", required=True, type=click.Path(path_type=Path), help="A trained model.")
def init(url: str, domain: str, model_path: Path) -> None:
    """Make a domain for records under a model; the store is made where there is none."""
    from dromio.model.files import load_model

    create(url, domain, load_model(model_path))
    click.echo(f"domain {domain!r} is ready in {shown(url)}")


@command.command()
@STORE
@DOMAIN
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", required=True, help="Which source the records come from.")
@click.option("--id", "id_column", default="unique_id", show_default=True, help="Column that tells records apart.")
@AS_JSON
def add(url: str, domain: str, file: Path, source: str, id_column: str, as_json: bool) -> None:
    """Add or replace the records of FILE (CSV or JSON lines) one after another."""
    from dromio.errors import InputError

    outcomes: dict[str, int] = {}
    with opened(url, domain) as own:
        for number, row in enumerate(_rows(file), 1):
            unique_id = row.pop(id_column, None)
            if unique_id in (None, ""):
                raise InputError(f"{file}, record {number}: column {id_column!r} is missing or empty")
            found = own.resolve(source, str(unique_id), row)
            outcomes[found.outcome] = outcomes.get(found.outcome, 0) + 1
            if as_json:
                click.echo(json.dumps({"source": source, "unique_id": str(unique_id), **found.to_dict()}))
    if not as_json:
        click.echo(", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items())) or "no records")


@command.command()
@STORE
@DOMAIN
@click.argument("values", nargs=-1, required=True, metavar="COLUMN=VALUE…")
@AS_JSON
def search(url: str, domain: str, values: Sequence[str], as_json: bool) -> None:
    """Say to whom a record with these values would belong; nothing is written."""
    with opened(url, domain) as own:
        found = own.search(dict(_pair(one) for one in values))
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
        return
    click.echo("nobody" if found.entity_id is None else f"entity {found.entity_id}")
    rows = [
        (one.entity_id, one.key.source, one.key.unique_id, f"{one.weight:.1f}", one.decision)
        for one in found.candidates
    ]
    _table(("entity", "source", "unique_id", "bits", "decision"), rows)


@command.command()
@STORE
@DOMAIN
@ENTITY
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f"]), help="UTC.")
@click.option("--partition", "name", help="Show the parts of the entity in a partition of the model; not of a server.")
@AS_JSON
def show(url: str, domain: str, entity: int, as_of: datetime | None, name: str | None, as_json: bool) -> None:
    """Show what an entity id stands for, and its golden record, or what it stood for at an earlier moment."""
    if name is not None:
        _show_parts(url, domain, entity, name, as_json=as_json)
        return
    with opened(url, domain) as own:
        found = own.entity(entity, as_of=as_of)
        golden = own.golden(found.entity_id) if found.records and as_of is None else None
    if as_json:
        click.echo(json.dumps(found.to_dict() | ({"golden": golden.to_dict()} if golden else {}), indent=2))
        return
    into = f" into {found.entity_id}" if found.state == "merged" else ""
    click.echo(f"entity {entity}: {found.state}{into}, {len(found.records)} record(s)")
    _table(("source", "unique_id"), found.records)
    if golden:
        click.echo()
        _table(("column", "value", "from"), [(name, *_golden(one)) for name, one in golden.values.items()])


def _show_parts(url: str, domain: str, entity: int, name: str, *, as_json: bool) -> None:
    with opened_here(url, domain) as own:
        found = own.entity(entity).entity_id
        parts = own.parts(name, found)[found]
    if as_json:
        click.echo(json.dumps({"entity_id": found, "partition": name, "parts": parts}, indent=2))
        return
    click.echo(f"entity {found}: {len(parts)} part(s) in partition {name!r}")
    _table(("part", "source", "unique_id"), [(number, *key) for number, part in enumerate(parts, 1) for key in part])


@command.command()
@STORE
@DOMAIN
@ENTITY
@AS_JSON
def history(url: str, domain: str, entity: int, as_json: bool) -> None:
    """List all that happened to an entity and its records."""
    with opened(url, domain) as own:
        events = own.history(entity)
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in events], indent=2))
        return
    rows = [
        (one.at, one.kind, ":".join(one.record) if one.record else "", one.entity_id or "", one.other_id or "")
        for one in events
    ]
    _table(("at", "what", "record", "entity", "other"), rows)


@command.command()
@STORE
@DOMAIN
@click.argument("entities", nargs=-1, type=int, required=True)
@AUTHOR
@REASON
def merge(url: str, domain: str, entities: Sequence[int], author: str, reason: str) -> None:
    """Make entities one, for ever or until the act is undone."""
    with opened(url, domain) as own:
        act = own.merge(*entities, author=author, reason=reason)
        survivor = own.entity(entities[0]).entity_id
    click.echo(f"merged into entity {survivor}; undo with: dromio store undo {named(url)} --domain {domain} {act}")


@command.command()
@STORE
@DOMAIN
@ENTITY
@click.argument("records", nargs=-1, required=True, metavar="SOURCE:UNIQUE_ID…")
@AUTHOR
@REASON
def unmerge(url: str, domain: str, entity: int, records: Sequence[str], author: str, reason: str) -> None:
    """Take records out of an entity, for ever or until the act is undone."""
    keys = [_record(one) for one in records]
    with opened(url, domain) as own:
        act = own.unmerge(entity, keys, author=author, reason=reason)
        homes = sorted({str(own.entity_of(*key)) for key in keys})
    click.echo(f"now in entity {', '.join(homes)}; undo with: dromio store undo {named(url)} --domain {domain} {act}")


@command.command()
@STORE
@DOMAIN
@click.argument("act", type=int)
def undo(url: str, domain: str, act: int) -> None:
    """Undo an act: what was judged before counts again."""
    with opened(url, domain) as own:
        own.undo(act)
    click.echo(f"act {act} is undone")


@command.command()
@STORE
@DOMAIN
@ENTITY
@click.option("--suppress", is_flag=True, help="Refuse the same person from now on; only keyed hashes are kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@AS_JSON
def erase(url: str, domain: str, entity: int, suppress: bool, yes: bool, as_json: bool) -> None:
    """Erase all that is held about an entity, and print the certificate."""
    with opened(url, domain) as own:
        records = own.entity(entity).records
        if not yes:
            click.confirm(f"Erase entity {entity} with {len(records)} record(s)? This cannot be undone.", abort=True)
        certificate = own.erase(entity, suppress=suppress)
    if as_json:
        click.echo(json.dumps(certificate.to_dict(), indent=2))
        return
    click.echo(f"entity {entity} is erased ({certificate.erased_at})")
    _table(("table", "rows"), sorted(certificate.rows.items()))
    if certificate.scanned is not None:
        click.echo(f"{certificate.scanned} texts looked for in the files, {certificate.found} found")
    for note in certificate.notes:
        click.echo(f"note: {note}")


@command.command()
@STORE
def scrub(url: str) -> None:
    """Make the bytes of all that was erased go.

    On PostgreSQL all tables are written anew, and others wait meanwhile.
    """
    with opened_store(url) as store:
        for note in store.scrub():
            click.echo(f"note: {note}")


@command.command()
@STORE
@click.option("--domain", help="Which population of records; without one the list is of the contact centre alone.")
@click.option("--export", "to", type=click.Path(dir_okay=False, path_type=Path), help="Write the list of all erased.")
@click.option("--apply", "told", type=click.Path(dir_okay=False, path_type=Path), help="Erase all of a list again.")
@AS_JSON
def erased(url: str, domain: str | None, to: Path | None, told: Path | None, as_json: bool) -> None:
    """Keep a list of all erased outside of the store, and apply it to a restored backup.

    The list names nobody: it holds numbers, keyed hashes, and ids of customers of the contact centre.
    """
    if (to is None) == (told is None):
        raise click.UsageError("say what to do with the list: --export FILE or --apply FILE")
    if to is not None:
        _list_erased(url, domain, to, quiet=as_json)
    if told is not None:
        _erase_again(url, domain, told, as_json=as_json)


def _list_erased(url: str, domain: str | None, to: Path, *, quiet: bool) -> None:
    plain: dict[str, Any] = {}
    said = []
    if domain is not None:
        with opened_here(url, domain) as own:
            listed = own.erased()
        plain = listed.to_dict()
        said.append(f"{len(listed.records):,} record(s) of {len(listed.entities):,} entities are listed in {to}")
    with _centre(url, needed=domain is None) as centre:
        if centre is not None:
            plain["contact_centre"] = centre.erased()
            said.append(f"{len(plain['contact_centre']['ids']):,} customer(s) of the contact centre are listed in {to}")
    _write(to, json.dumps(plain) + "\n")
    click.echo("\n".join([] if quiet else said), nl=not quiet)


def _erase_again(url: str, domain: str | None, told: Path, *, as_json: bool) -> None:
    from dromio.errors import InputError
    from dromio.store import Tombstones

    try:
        plain = json.loads(told.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read the list {told}: {error}") from None
    customers = plain.get("contact_centre") if isinstance(plain, dict) else None
    shown: dict[str, Any] = {}
    if domain is not None:
        with opened_here(url, domain) as own:
            done = own.erase_again(Tombstones.from_dict(plain))
        shown = done.to_dict()
    elif customers is None:
        raise InputError(f"the list {told} is of a domain; say which with --domain")
    if customers is not None:
        with _centre(url, needed=True) as centre:
            assert centre is not None
            shown["contact_centre"] = centre.erase_again(customers)
    if as_json:
        click.echo(json.dumps(shown, indent=2))
        return
    if domain is not None:
        click.echo(
            f"{done.records:,} record(s) and {done.entities:,} entities are erased again, "
            f"{done.suppressed:,} suppression(s) count again"
        )
        if done.mixed:
            click.echo(f"entities that go on with records of others: {_listed(done.mixed, 20)}")
    if customers is not None:
        again = shown["contact_centre"]
        click.echo(f"{again['customers']:,} customer(s) of the contact centre are erased again")
        if again["mixed"]:
            click.echo(f"customers that go on, as they are one with others: {_listed(again['mixed'], 20)}")
    notes = [*shown.get("notes", ()), *shown.get("contact_centre", {}).get("notes", ())]
    for note in dict.fromkeys(notes):
        click.echo(f"note: {note}")


@contextmanager
def _centre(url: str, *, needed: bool) -> Iterator[Centre | None]:
    """The contact centre of a database; None where it has none. Raises UnknownError where one is needed."""
    from dromio.contact_centre import opened_if_there
    from dromio.errors import UnknownError

    opened_store(url).close()  # says where there is no store
    found = opened_if_there(as_url(url))
    if found is None:
        if needed:
            raise UnknownError("there is no contact centre in the database; name a --domain")
        yield None
        return
    with found:
        yield found


@command.command()
@STORE
@DOMAIN
@click.option("--accept", type=int, metavar="ITEM", help="Decide that the records of an item are one.")
@click.option("--decline", type=int, metavar="ITEM", help="Decide that they are not, for ever.")
@click.option("--author", help="Who decides.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@AS_JSON
def review(
    url: str, domain: str, accept: int | None, decline: int | None, author: str | None, limit: int, as_json: bool
) -> None:
    """List pairs for a person to decide on, or decide on one."""
    if accept is not None and decline is not None:
        raise click.UsageError("decide on one item at a time: --accept or --decline")
    chosen = decline if accept is None else accept
    if chosen is not None and not author:
        raise click.UsageError("a decision needs its --author")
    with opened(url, domain) as own:
        if chosen is not None:
            own.decide(chosen, accept=accept is not None, author=author or "")
        items = own.review(limit)
    if as_json:
        click.echo(json.dumps([one.to_dict() for one in items], indent=2))
        return
    rows = [
        (
            one.item_id,
            one.kind,
            f"{one.weight:.1f}",
            ":".join(one.left),
            one.left_entity,
            ":".join(one.right),
            one.right_entity,
            one.reason,
        )
        for one in items
    ]
    _table(("item", "kind", "bits", "left", "entity", "right", "entity", "reason"), rows)


@command.command()
@STORE
@DOMAIN
@click.option(
    "--consent/--no-consent", default=None, help="Whether existing entities are merged only when a person accepts it."
)
@click.option(
    "--review-days", type=click.IntRange(0), metavar="N", help="Days that review items stay open; 0: for ever."
)
@AS_JSON
def settings(url: str, domain: str, consent: bool | None, review_days: int | None, as_json: bool) -> None:
    """Show the settings of a domain, or change them.

    Without consent any more the merges that waited are made. Old review items go when the queue is worked off.
    """
    with opened(url, domain) as own:
        if consent is not None:
            own.ask_consent(wanted=consent)
        if review_days is not None:
            own.keep_review(review_days or None)
        found = own.settings()
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2))
        return
    click.echo(f"consent: {'asked for before existing entities are merged' if found.asks_consent else 'not asked for'}")
    click.echo(f"review items: {f'open for {found.review_days} days' if found.review_days else 'open for ever'}")


@command.command()
@STORE
@DOMAIN
@AS_JSON
def verify(url: str, domain: str, as_json: bool) -> None:
    """Work everything out again and name each difference; the exit code is 1 when there is one."""
    with opened(url, domain) as own:
        own.redo()
        found = own.verify()
    if as_json:
        plain = {name: getattr(found, name) for name in ("records", "entities", "edges", "waiting")}
        click.echo(json.dumps(plain | {"differences": [str(one) for one in found.differences]}, indent=2))
    else:
        click.echo(f"{found.records:,} records, {found.entities:,} entities, {found.edges:,} edges")
        for one in found.differences:
            click.echo(str(one))
        click.echo(f"{len(found.differences)} difference(s)")
    if not found.is_sound:
        raise SystemExit(1)


@command.command()
@STORE
@DOMAIN
def resolve(url: str, domain: str) -> None:
    """Resolve all records again in a batch, and publish the result in one step."""
    with opened(url, domain) as own:
        click.echo(f"{own.resolve_all():,} entities")


@command.command()
@STORE
@DOMAIN
@click.option("--model", "model_path", required=True, type=click.Path(path_type=Path), help="A trained model.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=100,
    show_default=True,
    help="How many joins, splits and golden values are listed; all are counted.",
)
@AS_JSON
def propose(url: str, domain: str, model_path: Path, limit: int, as_json: bool) -> None:
    """Keep a model as the next version and say what it would change; nothing changes until it is applied."""
    from dromio.model.files import load_model

    model = load_model(model_path)
    with opened(url, domain) as own:
        found = own.propose_model(model, shown=limit)
    if as_json:
        click.echo(json.dumps(found.to_dict(), indent=2, ensure_ascii=False))
        return
    click.echo(str(found))
    for what, count, groups in (
        ("joined", found.merged_count, found.merged),
        ("split", found.split_count, found.split),
    ):
        rows = [(_listed(one.entities), len(one.records), _listed(map(":".join, one.records))) for one in groups]
        _part(what, count, ("entities", "count", "records"), rows)
    golden = [
        (one.entity_id, one.into or "new", one.name, _plain(one.before), _plain(one.after)) for one in found.golden
    ]
    _part("golden values", found.golden_count, ("entity", "into", "column", "before", "after"), golden)
    click.echo(f"\napply with: dromio store apply {named(url)} --domain {domain} {found.model_version}")


@command.command()
@STORE
@DOMAIN
@click.argument("version", type=int)
def apply(url: str, domain: str, version: int) -> None:
    """Resolve all records by the model version that was proposed, and publish the result in one step."""
    with opened(url, domain) as own:
        click.echo(f"{own.apply_model(version):,} entities")


@command.command()
@STORE
@DOMAIN
@ENTITY
def export(url: str, domain: str, entity: int) -> None:
    """Print everything that is held about an entity as JSON, and nothing about another."""
    with opened(url, domain) as own:
        click.echo(json.dumps(own.export(entity), indent=2, ensure_ascii=False))


def _write(file: Path, text: str) -> None:
    """Replace a file as a whole, so that a list of before is never lost half-way."""
    beside = file.with_name(f"{file.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(file)


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    if file.suffix in (".jsonl", ".ndjson", ".json"):
        with file.open(encoding="utf-8") as lines:
            yield from (json.loads(line) for line in lines if line.strip())
        return
    import csv

    with file.open(encoding="utf-8-sig", newline="") as lines:
        yield from ({name: value or None for name, value in row.items()} for row in csv.DictReader(lines))


def _pair(text: str) -> tuple[str, str]:
    column, equals, value = text.partition("=")
    if not equals or not column:
        raise click.UsageError(f"expected COLUMN=VALUE, found {text!r}")
    return column, value


def _record(text: str) -> tuple[str, str]:
    source, colon, unique_id = text.partition(":")
    if not colon or not source or not unique_id:
        raise click.UsageError(f"expected SOURCE:UNIQUE_ID, found {text!r}")
    return source, unique_id


def _golden(value: Any) -> tuple[str, str]:
    origin = f"written by {value.author}" if value.author else ":".join(value.record) if value.record else ""
    return _plain(value.value), origin


def _plain(value: str | list[str] | None) -> str:
    return "-" if value is None else ", ".join(value) if isinstance(value, list) else value


def _listed(names: Iterable[Any], most: int = 5) -> str:
    """The first of some names, and how many there are beyond."""
    texts = list(map(str, names))
    more = f" and {len(texts) - most:,} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def _part(what: str, count: int, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table under its heading, which says how many rows are left out; nothing where there is nothing."""
    if not count:
        return
    left = f", the first {len(rows):,}" if len(rows) < count else ""
    click.echo(f"\n{what} ({count:,}{left})")
    _table(names, rows)


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Columns side by side, each as wide as its widest text."""
    texts = [list(map(str, names)), *([str(one) for one in row] for row in rows)]
    if len(texts) == 1:
        return
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        click.echo("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
