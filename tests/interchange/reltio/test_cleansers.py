from typing import Any

from .factory import attribute, document, exact, group, matches


def cleansing(adapter: str, *paths: str, **parameters: Any) -> dict[str, Any]:
    """The member of a rule that cleanses some attributes."""
    entry: dict[str, Any] = {"cleanseAdapter": adapter, "mappings": [{"attribute": attribute(path)} for path in paths]}
    return {"cleanse": [entry | ({"cleanseAdapterParams": parameters} if parameters else {})]}


def test_names_of_one_base_agree_by_the_built_in_dictionary() -> None:
    plain = group("G", exact("FirstName"))
    synonyms = group("G", exact("FirstName") | cleansing("NameDictionaryCleanser", "FirstName"))
    bill, william = document(FirstName="Bill"), document(FirstName="William")
    assert not matches(plain, bill, william)
    assert matches(synonyms, bill, william)
    assert not matches(synonyms, bill, document(FirstName="Robert"))


def test_names_of_one_base_agree_by_a_dictionary_of_ones_own() -> None:
    dictionary = {"Benjamin": ["Benji"], "Bernd": ["Benji"]}
    one = group("G", exact("FirstName") | cleansing("NameDictionaryCleanser", "FirstName", dictionary=dictionary))
    assert matches(one, document(FirstName="Benji"), document(FirstName="Bernd"))
    assert not matches(one, document(FirstName="Bill"), document(FirstName="William"))
    assert matches(one, document(FirstName="Bill"), document(FirstName="Bill"))


def test_texts_are_replaced_in_the_order_of_the_list() -> None:
    lines = ["Avenue=>av", "ave=>av", "null=>"]
    one = group("G", exact("Street") | cleansing("StringReplacementCleanser", "Street", replacements=lines))
    assert matches(one, document(Street="5th Avenue"), document(Street="5th  ave"))
    assert not matches(one, document(Street="null"), document(Street="null"))


def test_concatenated_values_agree_only_as_a_whole() -> None:
    one = group("G", exact("Region") | cleansing("ValueConcatenatorCleanser", "Region"))
    three = document(Region=["USA", "India", "Australia"])
    assert not matches(one, three, document(Region="USA"))
    assert matches(one, three, document(Region=["Australia", "India", "USA", "India"]))


def test_only_the_mapped_attributes_are_cleansed() -> None:
    one = group("G", exact("FirstName", "MiddleName") | cleansing("NameDictionaryCleanser", "MiddleName"))
    assert not matches(
        one, document(FirstName="Bill", MiddleName="Bill"), document(FirstName="William", MiddleName="Will")
    )
