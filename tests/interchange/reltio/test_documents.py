from dromio.interchange.reltio import is_built_for

from .factory import document, exact, group


def test_a_document_that_names_no_groups_was_built_for_all() -> None:
    assert is_built_for(document(), group("R", exact("A")))
