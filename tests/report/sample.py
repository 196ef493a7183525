"""A run as run.json tells it, made up but plausible: two customer files with duplicates within and across."""

from __future__ import annotations

import math
from typing import Any

PRIOR = 1 / 42_000
PRIOR_BITS = math.log2(PRIOR / (1 - PRIOR))

SIZES = (
    *((1, 41_200), (2, 17_320), (3, 5_410), (4, 1_420), (5, 350), (6, 88)),
    *((7, 17), (9, 3), (14, 2), (31, 1), (40, 1)),
)
CHECKED = (
    *((0.02, 0.02, 90_000), (0.12, 0.10, 3_100), (0.27, 0.22, 1_250), (0.5, 0.53, 800)),
    *((0.72, 0.77, 950), (0.88, 0.9, 2_300), (0.99, 0.99, 47_000)),
)


def sample_run() -> dict[str, Any]:
    """A run with every section."""
    return {
        "dromio": "0.1.0",
        "started": "2025-03-04T09:15:00Z",
        "inputs": [
            {"name": "crm", "path": "exports/crm.csv", "rows": 48_210, "columns": 11},
            {"name": "shop", "path": "exports/shop.parquet", "rows": 51_790, "columns": 9},
        ],
        "link_type": "link_and_dedupe",
        "records": 100_000,
        "entities": 65_812,
        "summary": [
            "100,000 records describe 65,812 entities: 34,188 records repeat another one.",
            "Names, dates of birth, e-mail addresses and phone numbers carried most of the evidence.",
        ],
        "warnings": [
            "The phone number +1 555 0100 stands in 1,204 records; it was not used to bring records together.",
            "1,318 pairs lie between the review and the match threshold.",
        ],
        "columns": columns(),
        "hot_values": [
            {"attribute": "phone", "value": "+15550100", "records": 1204, "action": "not used as a key"},
            {"attribute": "email", "value": "none@example.com", "records": 611, "action": "treated as missing"},
            {"attribute": "birth_date", "value": "1900-01-01", "records": 402, "action": "treated as missing"},
        ],
        "keys": keys(),
        "candidate_pairs": 612_480,
        "weights": weights(),
        "thresholds": {"match": 6.6, "review": 1.5},
        "prior": PRIOR,
        "comparisons": comparisons(),
        "examples": examples(),
        "cluster_sizes": [{"size": size, "clusters": clusters} for size, clusters in SIZES],
        "clusters": {
            "largest": [ring(), chain(), clique(7)],
            "weakest": [bridge(), pair()],
        },
        "calibration": {
            "bins": [{"probability": p, "expected": found, "pairs": pairs} for p, found, pairs in CHECKED],
            "note": "Checked on pairs whose outcome is known from e-mail addresses that the model was not shown.",
        },
        "timings": [
            {"phase": "read", "seconds": 0.41},
            {"phase": "understand columns", "seconds": 0.88},
            {"phase": "clean", "seconds": 2.35},
            {"phase": "pair", "seconds": 1.12},
            {"phase": "compare", "seconds": 3.94},
            {"phase": "train", "seconds": 0.57},
            {"phase": "cluster", "seconds": 0.21},
            {"phase": "write", "seconds": 0.66},
        ],
        "peak_memory_mb": 1_240,
        "threads": 2,
    }


def columns() -> list[dict[str, Any]]:
    """Columns of both sources."""
    rows = [
        ("crm", "first_name", "person name", "name", "given", 0.992, 8_412, ["Maria", "John", "Siân"]),
        ("crm", "last_name", "person name", "name", "family", 0.998, 21_090, ["García López", "O’Neill", "Smith"]),
        ("crm", "dob", "date", "birth_date", "value", 0.871, 19_455, ["1984-02-29", "12/03/1971"]),
        ("crm", "mail", "e-mail address", "email", "value", 0.734, 33_870, ["maria.garcia@example.com"]),
        ("crm", "tel_1", "phone number", "phone", "value", 0.655, 29_004, ["+34 600 123 456", "(555) 010-0199"]),
        ("crm", "street", "address", "address", "street", 0.912, 30_712, ["12 High St", "Av. de la Paz 3, 2º B"]),
        ("crm", "notes", "free text", None, None, 0.08, 3_011, ["called twice, prefers e-mail"]),
        ("shop", "customer", "person name", "name", "full", 1.0, 40_377, ["Garcia, Maria", "J. Smith"]),
        ("shop", "email", "e-mail address", "email", "value", 0.999, 47_112, ["mgarcia@example.org"]),
        ("shop", "phone", "phone number", "phone", "value", 0.421, 18_233, ["600123456"]),
    ]
    names = ("source", "column", "type", "attribute", "role", "filled", "distinct", "examples")
    reason = {"notes": "sentences, nearly all different: not compared", "dob": "98% of the values read as dates"}
    return [
        {**dict(zip(names, row, strict=True)), "reason": reason.get(row[1], "name and values agree")} for row in rows
    ]


def keys() -> list[dict[str, Any]]:
    """Keys in the order in which they were applied."""
    names = ("name", "coverage", "pairs", "new_pairs", "largest_block", "dropped_blocks", "split_blocks")
    rows = [
        ("email", 0.861, 96_210, 96_210, 38, 2, 0),
        ("phone", 0.534, 71_304, 33_118, 44, 1, 3),
        ("birth date and family name", 0.402, 184_550, 141_902, 61, 0, 4),
        ("family name sound and postcode", 0.733, 402_118, 318_455, 180, 12, 31),
        ("street and given name initial", 0.688, 151_870, 22_795, 96, 5, 9),
    ]
    return [dict(zip(names, row, strict=True)) for row in rows]


def weights() -> dict[str, Any]:
    """A histogram with a hill of non-matches on the left and one of matches on the right."""
    edges = [float(bits) for bits in range(-30, 41, 2)]
    pairs, matches = [], []
    for start in edges[:-1]:
        middle = start + 1
        apart = 120_000 * math.exp(-(((middle + 16) / 6.5) ** 2))
        same = 9_000 * math.exp(-(((middle - 19) / 8) ** 2))
        pairs.append(round(apart + same))
        matches.append(round(min(same, apart + same), 2))
    return {"edges": edges, "pairs": pairs, "matches": matches}


def level(label: str, m: float, u: float, related: float | None = None) -> dict[str, Any]:
    """A comparison level that carries evidence."""
    found = {"label": label, "m": m, "u": u, "weight": math.log2(m / u), "is_null_level": False}
    return found if related is None else found | {"related": related}


def comparisons() -> list[dict[str, Any]]:
    """Comparisons with their levels, each with a null level."""
    missing = {"label": "missing", "m": 0.1, "u": 0.1, "weight": 0.0, "is_null_level": True}
    levels = {
        "given name": [
            level("same", 0.78, 0.004, 0.03),
            level("nickname of the other", 0.07, 0.0011, 0.004),
            level("alike (Jaro-Winkler ≥ 0.9)", 0.09, 0.003, 0.011),
            level("different", 0.06, 0.9919, 0.955),
        ],
        "family name": [
            level("same", 0.89, 0.0012, 0.81),
            level("alike (Jaro-Winkler ≥ 0.9)", 0.05, 0.0019, 0.03),
            level("different", 0.06, 0.9969, 0.16),
        ],
        "birth date": [
            level("same", 0.91, 0.00008, 0.01),
            level("day and month swapped, or one digit off", 0.05, 0.0006, 0.001),
            level("different", 0.04, 0.99932, 0.989),
        ],
        "email": [
            level("same", 0.71, 0.00001, 0.06),
            level("same local part", 0.06, 0.0002),
            level("different", 0.23, 0.99979),
        ],
        "phone": [level("same", 0.58, 0.00004, 0.44), level("different", 0.42, 0.99996, 0.56)],
    }
    return [
        {"name": name, "attribute": name.replace(" ", "_"), "levels": [*found, missing]}
        for name, found in levels.items()
    ]


def record(source: str, key: str, *cells: str | None) -> dict[str, Any]:
    """A record as an example shows it."""
    names = ("given name", "family name", "birth date", "email", "phone")
    return {"unique_id": key, "source_dataset": source, **dict(zip(names, cells, strict=True))}


def example(kind: str, left: dict[str, Any], right: dict[str, Any], *grades: tuple[str, float]) -> dict[str, Any]:
    """An explained pair; a grade is (level, weight) for each attribute in order."""
    names = list(left)[2:]
    steps = [
        {"comparison": name, "label": label, "left": left[name], "right": right[name], "weight": weight}
        for name, (label, weight) in zip(names, grades, strict=True)
    ]
    total = PRIOR_BITS + sum(weight for _, weight in grades)
    return {
        "kind": kind,
        "left": left,
        "right": right,
        "steps": steps,
        "prior_weight": PRIOR_BITS,
        "match_weight": total,
        "match_probability": 1 / (1 + 2**-total),
    }


def examples() -> list[dict[str, Any]]:
    """One pair of each kind."""
    maria = record("crm", "C-10443", "Maria", "García López", "1984-02-29", "maria.garcia@example.com", "+34600123456")
    return [
        example(
            "above",
            maria,
            record("shop", "S-99120", "Maria", "Garcia Lopez", "1984-02-29", "maria.garcia@example.com", None),
            ("same", 7.6),
            ("same", 9.5),
            ("same", 13.5),
            ("same", 16.1),
            ("missing", 0.0),
        ),
        example(
            "at",
            record("crm", "C-2207", "Bill", "O’Neill", "1971-12-03", None, "+15550100199"),
            record("crm", "C-31870", "William", "ONeill", "1971-03-12", None, "+15550100442"),
            ("nickname of the other", 6.0),
            ("alike (Jaro-Winkler ≥ 0.9)", 4.7),
            ("day and month swapped, or one digit off", 12.9),
            ("missing", 0.0),
            ("different", -1.3),
        ),
        example(
            "below",
            maria,
            record("crm", "C-10444", "Pedro", "García López", "2009-06-11", "maria.garcia@example.com", "+34600123456"),
            ("different", -4.0),
            ("same", 9.5),
            ("different", -4.6),
            ("missing", 0.0),
            ("same", 13.8),
        ),
    ]


def cluster(name: str, labels: list[str], edges: list[tuple[int, int, float]], note: str) -> dict[str, Any]:
    """A cluster of records r0, r1 ... with (left, right, weight) edges."""
    return {
        "cluster_id": name,
        "nodes": [{"id": f"crm r{place}", "label": label} for place, label in enumerate(labels)],
        "edges": [
            {"left": f"crm r{left}", "right": f"crm r{right}", "weight": weight} for left, right, weight in edges
        ],
        "note": note,
    }


def ring() -> dict[str, Any]:
    """A large cluster, too large for labels."""
    edges = [(n, (n + 1) % 31, 8.0 + n / 2) for n in range(31)] + [(n, (n * 7 + 3) % 31, 12.0) for n in range(0, 31, 3)]
    return cluster("e-00031", [f"Info Desk {n}" for n in range(31)], edges, "31 records share one phone number.")


def chain() -> dict[str, Any]:
    """Records that hang together one by one."""
    labels = ["Ann Lee", "Anne Lee", "Anne Leigh", "Anna Leigh", "A. Leigh-Smith"]
    return cluster("e-00205", labels, [(0, 1, 22.4), (1, 2, 11.8), (2, 3, 17.0), (3, 4, 7.1)], "A chain of 5 records.")


def clique(size: int) -> dict[str, Any]:
    """Records that all match each other."""
    edges = [(left, right, 19.0 + left + right) for right in range(size) for left in range(right)]
    return cluster("e-00412", ["Maria García López"] * size, edges, "All records match each other.")


def bridge() -> dict[str, Any]:
    """Two firm groups joined by one weak edge."""
    labels = ["John Smith", "Jon Smith", "J. Smith", "Joan Smith", "Joan Smyth", "J. Smyth"]
    edges = [(0, 1, 24.0), (0, 2, 18.2), (1, 2, 19.9), (2, 3, 6.8), (3, 4, 23.1), (3, 5, 16.0), (4, 5, 21.4)]
    return cluster("e-00977", labels, edges, "Two groups joined by one edge of +6.8 bits.")


def pair() -> dict[str, Any]:
    """The smallest cluster."""
    return cluster("e-01002", ["Kim Park", "Kim Bark"], [(0, 1, 6.7)], "One edge just above the threshold.")


def rows_in(spec: Any) -> list[dict[str, Any]]:
    """All rows of data in a Vega-Lite specification, in order; data used twice is counted once."""
    if isinstance(spec, list):
        return [row for part in spec for row in rows_in(part)]
    if not isinstance(spec, dict):
        return []
    own = spec.get("data", {}).get("values", [])
    inner = [row for name, part in spec.items() if name != "data" for row in rows_in(part)]
    return [*own, *(row for row in inner if row not in own)]
