"""Manual matches: the latest decision counts, whatever came before."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ...asking import Rig
from .factory import Tenancy

STEPS = st.lists(
    st.tuples(st.sampled_from(["_notMatch", "_setAMatch"]), st.sampled_from(["POST", "DELETE"]), st.booleans()),
    max_size=5,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_what_was_set_last_counts_unless_it_was_reset(verifier: Rig, steps: list[tuple[str, str, bool]]) -> None:
    tenancy = Tenancy(verifier)
    one, other = tenancy.one(FirstName="Ronald"), tenancy.one(FirstName="Ronald")
    current = None
    for verb, method, is_turned in steps:
        tenancy.set(verb, *((other, one) if is_turned else (one, other)), method=method)
        if method == "POST":
            current = verb
        elif current == verb:
            current = None
    manual = tenancy.verify(one, other)["manualMatches"]
    found = {name for name in ("effectiveNotMatches", "effectiveAsMatches") if manual and manual[name]}
    expected = {"_notMatch": {"effectiveNotMatches"}, "_setAMatch": {"effectiveAsMatches"}, None: set()}
    assert found == expected[current]
    assert (manual is None) is (current is None)


def test_judgements_of_other_ways_count(verifier: Rig) -> None:
    tenancy = Tenancy(verifier)
    one, other = tenancy.one(FirstName="Ronald"), tenancy.one(FirstName="Ronald")
    domain = verifier.service.store.domain(tenancy.name)
    left, right = (domain.entity(int(each.removeprefix("entities/"))).records[0] for each in (one, other))
    domain.judge(left, right, "unsure", author="eva")
    assert tenancy.verify(one, other)["manualMatches"] is None
    act = domain.judge(left, right, "negative", author="eva")
    found = tenancy.verify(one, other)["manualMatches"]["notMatches"]
    assert [item["updatedBy"] for item in found[one.removeprefix("entities/")]] == ["eva"]
    domain.undo(act)
    assert tenancy.verify(one, other)["manualMatches"] is None
