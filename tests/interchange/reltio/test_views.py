from dromio.interchange.reltio import view_of

from .factory import attribute, document, exact, group


def test_texts_at_a_path_come_from_all_nested_values() -> None:
    view = view_of(document(A=[{"B": ["x", "y"]}, {"B": "x"}]), group("G", exact("A")))
    assert view.texts("A.B") == ("x", "y")
    assert view.texts("A") == view.texts("A.C") == view.texts("D.E") == ()


def test_only_operational_values_are_seen_unless_all_are_wanted() -> None:
    values = document(A=[("x", False), "y"], B=({"C": "z"}, False))
    assert view_of(values, group("G", exact("A"))).texts("A") == ("y",)
    assert view_of(values, group("G", exact("A"))).nested == {}
    assert view_of(values, group("G", exact("A"), useOvOnly=False)).texts("B.C") == ("z",)


def test_null_values_are_no_values() -> None:
    nulls = {"nullValues": [{"uri": attribute("A"), "values": ["N/A"]}, {"uri": attribute("B.C"), "value": "0"}]}
    view = view_of(document(A=["n/a", "x"], B={"C": 0}, D="n/a"), group("G", exact("A") | nulls))
    assert (view.texts("A"), view.texts("B.C"), view.texts("D")) == (("x",), (), ("n/a",))


def test_null_values_of_one_attribute_add_up() -> None:
    nulls = {"nullValues": [{"uri": attribute("A"), "value": "x"}, {"uri": attribute("A"), "value": "y"}]}
    assert view_of(document(A=["x", "y", "z"]), group("G", exact("A") | nulls)).texts("A") == ("z",)
