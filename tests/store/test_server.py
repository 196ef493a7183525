"""A PostgreSQL server of our own: what its files hold after an erasure, and what it keeps when its power goes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dromio import store

from .conftest import ANN
from .factory import model
from .test_erase import MARKED

BENCH = Path(__file__).resolve().parents[2] / "bench"
MARKS = [one.encode() for one in (*MARKED.values(), "keymarker-1", "keymarker-2", "Manualmarker", "whymarker")]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A server that removes old segments of its log instead of using them again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCH))
        from cluster import Cluster

        with Cluster("wal_recycle=off", "min_wal_size=32MB") as made:
            yield made


def found(data: Path) -> set[bytes]:
    """Marks that are found in any file of the server, its log of changes and its statistics included."""
    present: set[bytes] = set()
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            present |= {one for one in MARKS if one in content}
    return present


def test_no_file_of_the_server_keeps_a_trace_once_it_is_scrubbed(cluster: Any) -> None:
    with store.open(cluster.url) as opened, psycopg.connect(cluster.url, autocommit=True) as connection:
        people = opened.create_domain("erased", model())
        for number in range(30):
            people.resolve("crm", str(number), ANN | {"email": f"p{number}@x.org", "phone": str(number)})
        people.resolve("crm", "keymarker-1", MARKED)
        entity = people.resolve("shop", "keymarker-2", MARKED).entity_id or 0
        people.judge(("crm", "keymarker-1"), ("shop", "keymarker-2"), "positive", author="eve", reason="whymarker")
        people.write_value(entity, "given", "Manualmarker", author="eve")
        people.resolve_all()
        for command in ("ANALYZE", "CHECKPOINT"):
            connection.execute(command)
        assert found(cluster.data) == set(MARKS)
        certificate = people.erase(entity)
        assert certificate.scanned is None
        assert any("until: dromio store scrub" in note for note in certificate.notes)
        assert any("write-ahead log holds old rows" in note for note in certificate.notes)
        assert _frequent(connection) == 0
        notes = opened.scrub()
        assert found(cluster.data) == set()
        assert notes == ("backups, replicas, archived segments and the server's own logs are out of reach",)
        assert people.verify().is_sound


def test_scrubbing_says_so_where_the_log_cannot_be_ended(cluster: Any) -> None:
    with psycopg.connect(cluster.url, autocommit=True) as connection:
        connection.execute("CREATE ROLE plain LOGIN")
        connection.execute("CREATE DATABASE plain OWNER plain")
    url = cluster.url.replace("postgres@", "plain@").removesuffix("/postgres") + "/plain"
    with store.open(url) as opened:
        opened.create_domain("people", model()).resolve("crm", "1", ANN)
        assert any("write-ahead log holds old rows" in note for note in opened.scrub())


def test_nothing_acknowledged_is_lost_when_the_server_stops_at_once(cluster: Any) -> None:
    from stops import stopped

    def values(chance: random.Random) -> dict[str, str | None]:
        return {"given": chance.choice("ABC"), "family": chance.choice("LR"), "email": f"p{chance.randrange(7)}@x.org"}

    outcome = stopped(cluster, model(), values, stops=1, seed=1, seconds=0.4)
    assert outcome.acknowledged > 0
    assert (outcome.lost, outcome.unsound) == ([], [])


def _frequent(connection: psycopg.Connection[Any]) -> int:
    """How many columns have a mark among the values that the server counts."""
    query = "SELECT coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') FROM pg_stats"
    rows = connection.execute(query).fetchall()
    return sum(any(mark.decode() in row[0] for mark in MARKS) for row in rows)
