"""All methods of a domain, on a real server of each kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dromio.client import Client, Domain, RefusedInputError, RefusedUsageError
from dromio.client.connections import Answer, Connections, NoAnswerError
from dromio.errors import InputError, UsageError

from .factory import ANN, ANN_ELSEWHERE, BOB


def test_records_are_put_read_and_deleted(people: Domain) -> None:
    assert people.put("crm", "a/b ü?", ANN) == "added"
    assert people.put("crm", "a/b ü?", ANN) == "unchanged"
    found = people.get("crm", "a/b ü?")
    assert (found["source"], found["unique_id"], found["version"]["values"]) == ("crm", "a/b ü?", ANN)
    assert people.delete("crm", "a/b ü?") and not people.delete("crm", "a/b ü?")
    assert [one["values"] for one in people.versions("crm", "a/b ü?")] == [ANN, None]
    with pytest.raises(InputError):
        people.get("crm", "a/b ü?")


def test_an_older_version_of_a_record_is_ignored(people: Domain) -> None:
    assert people.put("crm", "1", ANN, version=5) == "added"
    assert people.put("crm", "1", BOB, version=4) == "ignored"
    assert people.delete("crm", "1", version=6)


def test_many_records_are_put_in_several_requests_in_order(people: Domain) -> None:
    records = [("crm", str(number), ANN | {"email": f"{number}@mail.example"}) for number in range(7)]
    done = people.put_many([*records, records[0]], per_request=3)
    assert [one["outcome"] for one in done] == ["added"] * 7 + ["unchanged"]
    with pytest.raises(UsageError, match="per_request"):
        people.put_many(records, per_request=0)


def test_resolving_and_searching_find_the_same_entity(people: Domain) -> None:
    first = people.resolve("crm", "1", ANN)
    second = people.resolve("web", "2", ANN)
    assert (first["decision"], second["decision"]) == ("new", "match")
    assert second["candidates"][0]["unique_id"] == "1"
    assert people.search(ANN)["entity_id"] == first["entity_id"] == second["entity_id"]
    assert people.search({"email": "nobody@example.org"})["entity_id"] is None


def test_an_entity_is_shown_as_it_was(people: Domain) -> None:
    entity = people.resolve("crm", "1", ANN)["entity_id"] or 0
    between = datetime.now(UTC)
    people.put("web", "2", ANN)
    assert len(people.entity(entity)["records"]) == 2
    assert len(people.entity(entity, as_of=between)["records"]) == 1
    assert [one["kind"] for one in people.history(entity)]
    with pytest.raises(UsageError, match="time zone"):
        people.entity(entity, as_of=between.replace(tzinfo=None))
    with pytest.raises(RefusedInputError):
        people.entity(entity + 1_000_000)


def test_a_written_value_wins_until_it_is_cleared(people: Domain) -> None:
    entity = people.resolve("crm", "1", ANN)["entity_id"] or 0
    people.write_value(entity, "email", "new@example.org")
    assert people.golden(entity)["values"]["email"] == "new@example.org"
    people.clear_value(entity, "email")
    golden = people.golden(entity)
    assert (golden["values"]["email"], golden["from"]["email"]) == (ANN["email"], ["crm", "1"])


def test_what_people_judge_is_done_and_undone(people: Domain) -> None:
    ann, bob = (people.resolve("crm", key, one)["entity_id"] or 0 for key, one in (("1", ANN), ("2", BOB)))
    act = people.merge(ann, bob, reason="same passport")
    assert people.entity(bob)["state"] == "merged"
    people.undo(act)
    with pytest.raises(RefusedUsageError):
        people.undo(act)
    assert people.entity(bob)["state"] == "live"
    people.judge(("crm", "1"), ("crm", "2"), "positive")
    people.withdraw(("crm", "1"), ("crm", "2"))
    people.put("web", "3", ANN)
    people.unmerge(ann, [("web", "3")])
    assert people.entity(ann)["records"] == [{"source": "crm", "unique_id": "1"}]


def test_what_was_done_without_an_answer_is_not_done_again(
    people: Domain, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer is lost; the act of the second is the one that was done, and there is no other."""
    ann, bob = (people.resolve("crm", key, one)["entity_id"] or 0 for key, one in (("1", ANN), ("2", BOB)))
    exchange, lost = Connections.exchange, [1]

    def lossy(self: Connections, *asked: Any) -> Answer:
        found = exchange(self, *asked)
        if lost:
            lost.pop()
            raise NoAnswerError("lost")
        return found

    monkeypatch.setattr(Connections, "exchange", lossy)
    act = people.merge(ann, bob)
    assert not lost
    assert [one["kind"] for one in people.history(bob)].count("merged") == 1
    people.undo(act)


def test_the_review_queue_is_one_list_over_its_pages(people: Domain) -> None:
    people.put("crm", "1", ANN)
    people.put("web", "2", ANN_ELSEWHERE)
    people.put("shop", "3", ANN | {"email": "third@mail.example"})
    items = list(people.review(per_page=1))
    assert len(items) == 3 == len({one["item_id"] for one in items})
    people.decide(items[0]["item_id"], accept=False, reason="cousins")
    assert len(list(people.review())) == 2


def test_a_pair_is_explained_by_key_or_by_values(people: Domain) -> None:
    people.put("crm", "1", ANN)
    assert people.explain(("crm", "1"), ANN)["decision"] == "match"
    assert people.explain(BOB, ANN)["decision"] == "non-match"


def test_all_that_is_held_is_given_and_erased(people: Domain) -> None:
    entity = people.resolve("crm", "1", ANN)["entity_id"] or 0
    assert people.export(entity)["golden"]["values"]["given"] == "Ann"
    assert people.erase(entity, reason="asked to")["records"] == 1
    assert people.entity(entity)["state"] == "erased"


def test_the_model_and_the_domain_are_there(people: Domain, client: Client) -> None:
    assert people.model()["thresholds"] == {"match": 0.5, "review": -3}
    assert people.exists() and not client.domain("nobody-knows").exists()
    assert repr(people) == f"Domain({people.name!r})"


def test_a_date_in_the_future_of_a_key_is_taken(client: Client) -> None:
    made = client.create_key("for a day", ["*:reader"], expires_at=datetime.now(UTC) + timedelta(days=1))
    assert made["expires_at"]
    client.revoke_key(made["key_id"])
