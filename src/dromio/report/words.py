"""The section that explains the words of the page."""

from __future__ import annotations

from dromio.report.blocks import Run, Section
from dromio.report.markup import element

WORDS = {
    "match weight": "Evidence that two records are one, in bits. Weights add; 0 means even odds, one bit doubles them.",
    "match probability": "The match weight as a probability: 0 bits is 0.5, 7 bits is 0.99, 10 bits is 0.999.",
    "m and u": "How often a comparison comes out this way among true matches (m) and among other pairs (u).",
    "key, block": "A key is a value computed from a record; the records that share it are a block and are compared.",
    "edge, cluster": "An edge is a match between two records; a cluster is all records joined by edges: one entity.",
}

USED_BY = ("weights", "comparisons", "examples", "keys", "clusters")


def glossary(run: Run) -> Section | None:
    """The words explained, where the run holds a section that uses them."""
    if not any(run.get(name) for name in USED_BY):
        return None
    parts = (part for word, meaning in WORDS.items() for part in (element("dt", word), element("dd", meaning)))
    return Section("words", "Words used here", element("dl", *parts, class_="words"))
