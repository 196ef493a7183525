from __future__ import annotations

import random
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dromio.clean import DEFAULT_OPTIONS, TYPES
from dromio.clean.text import fold
from dromio.errors import InputError, UsageError
from dromio.golden import golden_records, real
from dromio.io.sources import read_records
from dromio.model.schema import Guard, Input

from .factory import Row, attribute, merge, model

CITY = model(attribute("city", "text", value="city"))
ADDRESS = model(attribute("home", "address", street="street", city="city", postcode="zip"))


def cities(*values: str | None, **rules: Any) -> Row:
    """The golden record of one cluster of cities; ids are 1, 2, …"""
    rows = [{"unique_id": number, "cluster": 0, "city": value} for number, value in enumerate(values, 1)]
    return merge(rows, model(attribute("city", "text", value="city"), **rules))[0]


def by(*rules: str) -> dict[str, Any]:
    return {"rules": {"city": rules}}


# --- shape ----------------------------------------------------------------------------------------------------------


def test_every_cluster_has_one_row_in_order_of_its_number() -> None:
    rows = [{"unique_id": n, "cluster": c, "city": t} for n, c, t in [(1, 1, "Ulm"), (2, 0, "Bonn"), (3, 1, "Ulm")]]
    assert merge(rows, CITY) == [
        {"cluster_id": "E0", "records": 1, "sources": 1, "city": "Bonn", "city__from": "2"},
        {"cluster_id": "E1", "records": 2, "sources": 1, "city": "Ulm", "city__from": "1"},
    ]


def test_sources_are_counted_once_and_named_in_provenance() -> None:
    rows = {
        "crm": [{"unique_id": "a", "cluster": 0, "city": None}, {"unique_id": "b", "cluster": 0, "city": " "}],
        "web": [{"unique_id": "a", "cluster": 0, "city": "Ulm"}],
    }
    golden = merge(rows, CITY)[0]
    assert (golden["records"], golden["sources"], golden["city__from"]) == (3, 2, "web:a")


def test_records_without_ids_are_named_by_their_row() -> None:
    rows = [{"cluster": 0, "city": None}, {"cluster": 0, "city": "Ulm"}]
    assert merge(rows, CITY)[0]["city__from"] == "2"


def test_columns_keep_the_order_of_the_input_and_provenance_comes_last() -> None:
    rows = [{"unique_id": 1, "cluster": 0, "note": "x", "zip": "1", "city": "Ulm", "street": "1 Elm St"}]
    expected = ["cluster_id", "records", "sources", "note", "zip", "city", "street", "home__from"]
    assert list(merge(rows, ADDRESS)[0]) == expected


def test_a_single_record_is_copied_as_delivered() -> None:
    row = {"unique_id": 7, "cluster": 0, "street": " 1  ELM st ", "city": "", "zip": None, "note": "n/a"}
    golden = merge([row], ADDRESS)[0]
    assert {name: golden[name] for name in ("street", "city", "zip", "note")} == {
        name: row[name] for name in ("street", "city", "zip", "note")
    }
    assert golden["home__from"] == "7"


@pytest.mark.parametrize("values", [(None,), ("",), (" \t",), (None, "", "\u3000")])
def test_a_blank_value_is_no_value_and_has_no_provenance(values: tuple[str | None, ...]) -> None:
    golden = cities(*values)
    assert (golden["city"], golden["city__from"]) == (None, None)


# --- rules ----------------------------------------------------------------------------------------------------------


def test_most_frequent_counts_values_by_their_folded_text() -> None:
    golden = cities("Zürich", "Aarau", "ZURICH ", "aarau x", "zu\u0308rich", **by("most_frequent"))
    assert fold(golden["city"]) == "zurich"


def test_most_frequent_counts_all_values_even_after_an_earlier_rule() -> None:
    golden = cities("Aa", "Bbb", "Ccc", "ccc", "Dd", **by("longest", "most_frequent"))
    assert golden["city"] == "Ccc"


def test_most_complete_counts_the_roles_that_say_something() -> None:
    rows = [
        {"unique_id": 1, "cluster": 0, "street": "1 Elm St", "city": "unknown", "zip": "10115"},
        {"unique_id": 2, "cluster": 0, "street": "2 Oak St", "city": "Berlin", "zip": "10115"},
        {"unique_id": 3, "cluster": 0, "street": "3 Ash Street", "city": " ", "zip": "10115"},
    ]
    assert merge(rows, ADDRESS)[0]["home__from"] == "2"


def test_longest_counts_characters_not_bytes_nor_white_space() -> None:
    assert cities("ÄÖÜ", "abcd", "x      ", **by("longest"))["city"] == "abcd"


def test_smallest_is_first_in_the_order_of_code_points() -> None:
    assert cities("b", "ä", "a", "z", **by("smallest"))["city"] == "a"
    assert cities("\U0001f600x", "\uffeex", **by("smallest"))["city"] == "\uffeex"


def test_smallest_does_not_prefer_white_space() -> None:
    assert cities(" Ulm", "Ulm ", "Ulm", **by("smallest"))["city"] == "Ulm"


DATED = [
    {"unique_id": 1, "cluster": 0, "city": "Aa", "seen": "2024-05-01"},
    {"unique_id": 2, "cluster": 0, "city": "Bb", "seen": "2024-11-30T08:00"},
    {"unique_id": 3, "cluster": 0, "city": "Cc", "seen": None},
    {"unique_id": 4, "cluster": 0, "city": "Dd", "seen": " "},
]


def test_most_recent_takes_the_latest_and_a_missing_date_last() -> None:
    how = model(attribute("city", "text", value="city"), recency="seen", rules={"city": ["most_recent"]})
    assert merge(DATED, how)[0]["city"] == "Bb"
    assert merge(DATED[2:] + DATED[:1], how)[0]["city"] == "Aa"
    assert merge(DATED[2:], how)[0]["city"] == "Cc"


def test_most_recent_ties_all_without_a_column_of_recency() -> None:
    how = model(attribute("city", "text", value="city"), rules={"city": ["most_recent", "longest"]})
    assert merge([*DATED, {"unique_id": 5, "cluster": 0, "city": "Eee", "seen": None}], how)[0]["city"] == "Eee"


def test_the_column_of_recency_itself_survives_by_being_recent() -> None:
    rows = [{"unique_id": n, "cluster": 0, "city": "x", "seen": day} for n, day in enumerate("1123", 1)]
    assert merge(rows, model(attribute("city", "text", value="city"), recency="seen"))[0]["seen"] == "3"


def test_recency_is_refused_for_a_column_that_is_not_there_or_holds_lists() -> None:
    with pytest.raises(InputError, match="'when'"):
        cities("Ulm", recency="when")
    rows = [{"unique_id": 1, "cluster": 0, "city": "x", "seen": ["1"]}]
    with pytest.raises(InputError, match="'seen' holds lists"):
        merge(rows, model(attribute("city", "text", value="city"), recency="seen"))


@pytest.mark.parametrize(
    ("rank", "expected"),
    [(["crm", "web"], "Aa"), (["web", "crm"], "Bb"), (["shop"], "Cc"), (["web", "crm", "web"], "Bb")],
)
def test_source_rank_takes_the_most_trusted_and_unlisted_sources_last(rank: list[str], expected: str) -> None:
    values = {"crm": "Aa", "web": "Bb", "shop": "Cc"}
    rows = {name: [{"unique_id": 1, "cluster": 0, "city": value}] for name, value in values.items()}
    how = model(attribute("city", "text", value="city"), source_rank=rank, rules={"city": ["source_rank"]})
    assert merge(rows, how)[0]["city"] == expected


def test_the_record_of_a_value_on_which_all_agree_is_chosen_by_the_rules_too() -> None:
    rows = {name: [{"unique_id": 1, "cluster": 0, "city": "Ulm"}] for name in ("a", "b", "c")}
    how = model(attribute("city", "text", value="city"), source_rank=["b"], rules={"city": ["source_rank"]})
    assert merge(rows, how)[0]["city__from"] == "b:1"
    assert merge(rows, CITY)[0]["city__from"] == "a:1"


def test_rules_break_ties_in_order() -> None:
    assert cities("Bb", "Aa", "Ccc", "bb", **by("most_frequent", "smallest"))["city"] == "Bb"
    assert cities("Bb", "Aa", "Ccc", "bb", **by("longest"))["city"] == "Ccc"
    assert cities("Bb", "Aa", "Ccc", "bb", **by("smallest", "longest"))["city"] == "Aa"


def test_equal_texts_come_from_the_smallest_id() -> None:
    assert cities("x", "Ulm", "Ulm", "Ulm")["city__from"] == "2"


# --- placeholders and guards ----------------------------------------------------------------------------------------


def test_placeholders_lose_however_frequent() -> None:
    assert cities("n/a", "N/A", "unknown", "Ulm")["city"] == "Ulm"


def test_a_placeholder_survives_where_there_is_nothing_else() -> None:
    assert cities(None, "n/a", "N/A", "unknown")["city"] == "N/A"


def test_values_that_the_cleaner_refuses_lose() -> None:
    how = model(attribute("mail", "email", value="mail"))
    rows = [{"unique_id": n, "cluster": 0, "mail": text} for n, text in enumerate(["x", "x", "ann@mill.org"])]
    assert merge(rows, how)[0]["mail"] == "ann@mill.org"


def test_placeholders_of_the_model_lose() -> None:
    own = attribute("city", "text", value="city").model_copy(update={"placeholders": ["To be advised"]})
    rows = [{"unique_id": n, "cluster": 0, "city": text} for n, text in enumerate(["to be ADVISED", "Ulm"])]
    assert merge(rows, model(own))[0]["city"] == "Ulm"


def test_guarded_values_lose() -> None:
    rows = [
        {"unique_id": n, "cluster": 0, "mail": f"{text}@mill.org"} for n, text in enumerate(["info", "info", "ann"])
    ]
    how = attribute("mail", "email", value="mail")
    assert merge(rows, model(how))[0]["mail"] == "info@mill.org"
    guarded = model(how, guards=[Guard(field="mail.address", values=["info@mill.org"])])
    assert merge(rows, guarded)[0]["mail"] == "ann@mill.org"


def test_columns_that_the_model_does_not_use_survive_singly() -> None:
    rows = [
        {"unique_id": n, "cluster": 0, "city": "Ulm", "size": size, "note": note}
        for n, (size, note) in enumerate([("xl", "b"), ("xl", "a"), ("s", None), (None, "c")])
    ]
    golden = merge(rows, CITY)[0]
    assert (golden["size"], golden["note"]) == ("xl", "a")
    assert "note__from" not in golden


# --- values of several columns --------------------------------------------------------------------------------------

PLACES = st.fixed_dictionaries(
    {
        "street": st.sampled_from([None, "", "1 Elm St", "2 Oak Rd", "1 ELM ST", "n/a"]),
        "city": st.sampled_from([None, "Ulm", "ULM", "Bonn", "unknown"]),
        "zip": st.sampled_from([None, "89073", "53111", " "]),
        "cluster": st.integers(0, 2),
    }
)


@settings(max_examples=20)
@given(st.lists(PLACES, min_size=1, max_size=9))
def test_an_address_is_that_of_one_record_of_the_cluster(places: list[Row]) -> None:
    rows = [{**place, "unique_id": number} for number, place in enumerate(places)]
    clusters = sorted({row["cluster"] for row in rows})
    for cluster, golden in zip(clusters, merge(rows, ADDRESS), strict=True):
        merged = {name: golden[name] for name in ("street", "city", "zip")}
        own = [row for row in rows if row["cluster"] == cluster]
        if golden["home__from"] is None:
            assert not any((row[name] or "").strip() for row in own for name in merged)
        else:
            origin = next(row for row in own if str(row["unique_id"]) == golden["home__from"])
            assert merged == {name: origin[name] for name in merged}


def test_values_that_share_a_column_come_from_one_record() -> None:
    name = attribute("name", "person_name", given="first", family="last")
    login = attribute("login", "identifier", value="last")
    rows = [
        {"unique_id": 1, "cluster": 0, "first": "Ann", "last": "Mills"},
        {"unique_id": 2, "cluster": 0, "first": "A", "last": "Millsworth"},
        {"unique_id": 3, "cluster": 0, "first": "Ann", "last": "mills"},
    ]
    golden = merge(rows, model(name, login, rules={"login": ["longest"]}))[0]
    assert (golden["first"], golden["last"], golden["name__from"], golden["login__from"]) == ("Ann", "Mills", "1", "1")


def test_values_of_one_attribute_survive_apart_with_their_own_provenance() -> None:
    inputs = [
        Input(columns={"value": "home"}),
        Input(columns={"value": "work"}, label="Work"),
        Input(columns={"value": "cell"}),
    ]
    rows = [
        {"unique_id": 1, "cluster": 0, "home": "202 456 1111", "work": None, "cell": None},
        {"unique_id": 2, "cluster": 0, "home": None, "work": "202 456 2222", "cell": None},
    ]
    golden = merge(rows, model(attribute("phone", "phone", *inputs)))[0]
    assert (golden["home"], golden["work"], golden["cell"]) == ("202 456 1111", "202 456 2222", None)
    assert (golden["phone__from"], golden["phone__from_Work"], golden["phone__from_3"]) == ("1", "2", None)


# --- lists ----------------------------------------------------------------------------------------------------------


def test_lists_are_united_in_order_with_the_first_record_of_each_element() -> None:
    rows = [
        {"unique_id": 1, "cluster": 0, "tags": ["b", "a", "b"]},
        {"unique_id": 2, "cluster": 0, "tags": ["c", "b", None, " "]},
        {"unique_id": 3, "cluster": 1, "tags": None},
        {"unique_id": 4, "cluster": 2, "tags": ["z", "y"]},
        {"unique_id": 5, "cluster": 3, "tags": []},
    ]
    golden = merge(rows, model(attribute("tag", "text", value="tags")))
    assert [one["tags"] for one in golden] == [["a", "b", "c"], None, ["y", "z"], None]
    assert [one["tag__from"] for one in golden] == [["1", "1", "2"], None, ["4", "4"], None]


def test_placeholders_leave_a_list_that_has_real_elements() -> None:
    rows = [
        {"unique_id": 1, "cluster": 0, "tags": ["n/a", "x"]},
        {"unique_id": 2, "cluster": 1, "tags": ["n/a"]},
    ]
    golden = merge(rows, model(attribute("tag", "text", value="tags")))
    assert [one["tags"] for one in golden] == [["x"], ["n/a"]]


def test_lists_of_one_value_are_united_element_by_element() -> None:
    rows = [
        {"unique_id": 1, "cluster": 0, "street": ["2 Oak Rd", "1 Elm St"], "city": ["Bonn", "Ulm"]},
        {"unique_id": 2, "cluster": 0, "street": ["1 Elm St", "1 Elm St"], "city": ["Ulm", "Bonn"]},
    ]
    golden = merge(rows, model(attribute("home", "address", street="street", city="city")))[0]
    pairs = list(zip(golden["street"], golden["city"], golden["home__from"], strict=True))
    assert pairs == [("1 Elm St", "Bonn", "2"), ("1 Elm St", "Ulm", "1"), ("2 Oak Rd", "Bonn", "1")]


def test_lists_beside_texts_of_one_value_are_united_and_the_texts_chosen() -> None:
    rows = [
        {"unique_id": 1, "cluster": 0, "street": ["2 Oak Rd"], "city": "Ulm"},
        {"unique_id": 2, "cluster": 0, "street": ["1 Elm St"], "city": "n/a"},
    ]
    golden = merge(rows, model(attribute("home", "address", street="street", city="city")))[0]
    assert (golden["street"], golden["city"], golden["home__from"]) == (["1 Elm St", "2 Oak Rd"], "Ulm", "1")


def test_unused_lists_are_united_too() -> None:
    rows = [{"unique_id": n, "cluster": 0, "city": "Ulm", "tags": [tag, "n/a"]} for n, tag in enumerate("ba")]
    assert merge(rows, CITY)[0]["tags"] == ["a", "b", "n/a"]


# --- hostile input --------------------------------------------------------------------------------------------------

HOSTILE = ['"; DROP TABLE records; --', "__c", "c1", "source", "rid", "select", "a.b", "näme", "x'y", "{0}", " ", "%s"]


def test_hostile_columns_and_values_come_through() -> None:
    rows = [
        {"unique_id": n, "cluster": 0, **{name: f"{name}'\"\u0000\u2028{n % 2}" for name in HOSTILE}} for n in range(4)
    ]
    golden = merge(rows, model(attribute("odd", "raw", value=HOSTILE[0])))[0]
    assert {name: golden[name] for name in HOSTILE} == {name: rows[0][name] for name in HOSTILE}
    assert golden["odd__from"] == "0"


def test_columns_called_like_those_of_the_golden_record_are_renamed() -> None:
    names = ["records", "sources", "cluster_id", "city__from", "city", "records__input"]
    golden = merge([{"unique_id": 1, "cluster": 0, **{name: name.upper() for name in names}}], CITY)[0]
    assert (golden["records"], golden["records__input"], golden["records__input_"]) == (1, "RECORDS__INPUT", "RECORDS")
    assert (golden["city__from"], golden["city__from__input"]) == ("1", "CITY__FROM")
    assert (golden["cluster_id"], golden["cluster_id__input"]) == ("E0", "CLUSTER_ID")


def test_texts_beyond_measure_are_compared_by_their_head() -> None:
    long = "x" * 3000
    golden = cities(long + "a", long + "b", "short", **by("most_frequent", "longest"))
    assert golden["city"] == long + "a"


def test_clusters_that_do_not_fit_the_records_are_refused() -> None:
    records = read_records(duckdb.connect(), pa.table({"city": ["Ulm", "Bonn"]}))
    for cluster, ids, message in [
        ([0], ["a"], "2 records, but cluster numbers for 1"),
        ([0, 2], ["a", "b"], "from 0 to 2; 2 ids"),
        ([-1, 0], ["a", "b"], "from -1 to 0"),
        ([0, 0], ["a", "b"], "cluster 1 has no record"),
    ]:
        with pytest.raises(UsageError, match=message):
            golden_records(records, CITY, np.array(cluster), pa.array(ids))


# --- laws -----------------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [None, "", "Ulm", "ULM ", " ulm", "Bonn", "bonn", "n/a", "Köln", "Koln", "Neu-Ulm", "unknown", "\u0130x"]
)
RULE = st.sampled_from(["most_frequent", "most_complete", "longest", "most_recent", "source_rank", "smallest"])
RECORD = st.fixed_dictionaries(
    {
        "cluster": st.integers(0, 3),
        "city": WORDS,
        "seen": st.sampled_from([None, "2023", "2024-01", " 2024-01 "]),
        "tags": st.lists(st.sampled_from(["a", "b", "n/a"]), max_size=2),
    }
)


def scores(rules: list[str], row: Row, rivals: list[Row], rank: list[str]) -> tuple[Any, ...]:
    """The rules said plainly, for one value of one role: smaller is better."""
    text = row["city"].strip()
    score: dict[str, Any] = {
        "most_frequent": (
            -sum(fold(row["city"]) == fold(one["city"]) for one in rivals),
            -sum(text == one["city"].strip() for one in rivals) if len(rivals) > 2 else 0,
        ),
        "most_complete": 0,
        "longest": -len(text),
        "most_recent": [-ord(char) for char in (row["seen"] or "").strip()] + [0],
        "source_rank": rank.index(row["of"]) if row["of"] in rank else len(rank),
        "smallest": (text.encode(), len(row["city"]), row["city"].encode()),
    }
    placeholder = not TYPES["text"].clean({"value": row["city"]}, DEFAULT_OPTIONS)
    return (placeholder, *(score[rule] for rule in [*rules, "smallest"]), row["of"], row["unique_id"])


@settings(max_examples=25)
@given(st.lists(RECORD, min_size=1, max_size=12), st.lists(RULE, min_size=1, max_size=4, unique=True), st.randoms())
def test_the_survivor_is_best_by_the_rules_whatever_the_order_of_rows(
    drawn: list[Row], rules: list[str], shuffle: random.Random
) -> None:
    rows = [{**row, "unique_id": f"r{number:02}", "of": "ab"[number % 2]} for number, row in enumerate(drawn)]
    how = model(attribute("city", "text", value="city"), rules={"city": rules}, source_rank=["b"], recency="seen")
    by_source = {name: [dict(row) for row in rows if row["of"] == name] for name in sorted({row["of"] for row in rows})}
    golden = merge(by_source, how)
    for own in by_source.values():
        shuffle.shuffle(own)
    assert merge(dict(reversed(by_source.items())), how) == golden
    for cluster, one in zip(sorted({row["cluster"] for row in rows}), golden, strict=True):
        own = [row for row in rows if row["cluster"] == cluster and (row["city"] or "").strip()]
        best = min(own, key=lambda row: scores(rules, row, own, ["b"]), default=None)
        origin = best and (f"{best['of']}:{best['unique_id']}" if len(by_source) > 1 else best["unique_id"])
        assert (one["city"], one["city__from"]) == (best and best["city"], origin)


def test_values_without_ids_do_not_depend_on_the_order_of_rows() -> None:
    rows = [{"cluster": 0, "city": city, "note": city} for city in ["Ulm", " Ulm", "Bonn", "ULM", "bonn", "BONN "]]
    how = model(attribute("city", "text", value="city"), rules={"city": ["source_rank"]})
    found = {(one["city"], one["note"]) for n in range(6) for one in merge(rows[n:] + rows[:n], how)}
    assert len(found) == 1


def test_many_values_are_cleaned_in_bulk_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["n/a", "ann@mill.org", "bob@mill.org", "info@mill.org", "x", "", "ann @mill.org", "ÄNN@mill.org"]
    phones = ["202-456-1111", "0000000000", "n/a", "+44 20 7946 0018", "12"]
    pick = random.Random(7)
    rows = [
        {"unique_id": n, "cluster": n // 3, "mail": pick.choice(texts), "phone": pick.choice(phones)}
        for n in range(300)
    ]
    how = model(
        attribute("mail", "email", value="mail"),
        attribute("phone", "phone", value="phone"),
        guards=[Guard(field="mail.address", values=["info@mill.org"])],
    )
    one_by_one = merge(rows, how)
    monkeypatch.setattr(real, "_WORTH_SQL", 1)
    assert merge(rows, how) == one_by_one
