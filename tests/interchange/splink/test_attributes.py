from dromio.interchange.splink.attributes import Attributes
from dromio.interchange.splink.views import View


def test_views_of_one_kind_share_an_attribute() -> None:
    attributes = Attributes()
    assert attributes.of(View("raw", ("Name",))) == attributes.of(View("raw", ("Name",))) == "name"
    assert attributes.of(View("folded", ("Name",))) == "name_folded"
    assert attributes.of(View("raw", ("name",))) == "name_2"
    assert attributes.of(View("raw", ("Name", "City"))) == "name_city"
    assert attributes.of(View("date", ("born",), day_first=True)) == "born_date"
    assert attributes.of(View("date", ("born",))) == "born_date_2"


def test_a_column_is_found_among_several_of_an_attribute() -> None:
    attributes = Attributes()
    attributes.of(View("raw", ("Name", "City")))
    assert attributes.over("raw", "City")[0] == "name_city"
    assert attributes.over("folded", "City")[0] == "city_folded"


def test_parts_are_those_of_a_model_document() -> None:
    attributes = Attributes()
    attributes.of(View("date", ("born",), day_first=True))
    assert attributes.parts() == [
        {"name": "born_date", "type": "date", "inputs": [{"columns": {"value": "born"}}], "day_first": True}
    ]
