"""Records for the tests of the index of keys: some known already, some that come."""

from __future__ import annotations

from hypothesis import strategies as st

Told = dict[str, str]
RECORDS = st.lists(
    st.fixed_dictionaries(
        {"given": st.sampled_from(["Ann", "Bob"]), "family": st.sampled_from(["Lee", "Kim", "Poe"])},
        optional={"email": st.sampled_from(["a@x.org", "b@x.org"]), "phone": st.sampled_from(["4711", "4712", "4713"])},
    ),
    max_size=9,
)
KNOWN: list[Told] = [
    {"given": "Ann", "family": "Lee", "email": "a@x.org", "phone": "4711"},
    {"given": "Ann", "family": "Poe", "email": "a@x.org", "phone": "4712"},
    {"given": "Bob", "family": "Lee", "phone": "4711"},
    {"given": "Ann", "family": "Lee", "email": "a@x.org"},
    {"given": "Ann", "family": "Kim", "email": "a@x.org", "phone": "4712"},
]
"""Some of their blocks are too large already."""


class Undone(Exception):
    """What was entered has been seen and is not kept."""
