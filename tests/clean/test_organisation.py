from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(
    ("text", "name", "legal"),
    [
        ("The Acme Widgets Intl., Inc.", "acme widgets international", "inc"),
        ("ACME WIDGETS INTERNATIONAL INCORPORATED", "acme widgets international", "inc"),
        ("Müller GmbH & Co. KG", "muller", "gmbh co kg"),
        ("Müller G.m.b.H.", "muller", "gmbh"),
        ('ООО "Ромашка"', "romashka", "ooo"),
        ("株式会社トヨタ", "toyota", "kk"),
        ("トヨタ㈱", "toyota", "kk"),
        ("Foo Co., Ltd.", "foo", "ltd"),
        ("Foo Pty Ltd", "foo", "pty"),
        ("BBVA S.A.", "bbva", "sa"),
        ("BBVA, S. A.", "bbva", "sa"),
        ("Cementos S.A. de C.V.", "cementos", "sa de cv"),
        ("Bar Sp. z o.o.", "bar", "sp zoo"),
        ("Nordic Oy", "nordic", "oy"),
        ("Smith & Sons Co", "smith and sons", "co"),
        ("Chicago Learning Ctr", "chicago learning center", ""),
        ("Univ. of Chicago", "university of chicago", ""),
        ("St. Catherine's", "saint catherines", ""),
        ("AT&T", "at and t", ""),
    ],
)
def test_name_is_folded_and_legal_form_set_apart(text: str, name: str, legal: str) -> None:
    assert cleaned("organisation", text) == ({"name": name, "legal": legal} if legal else {"name": name})


@pytest.mark.parametrize(("text", "name"), [("Inc", "inc"), ("S.A.", "sa"), ("The", "the"), ("GmbH", "gmbh")])
def test_name_that_is_only_a_legal_form_is_kept(text: str, name: str) -> None:
    assert cleaned("organisation", text) == {"name": name}


@pytest.mark.parametrize("text", ["self-employed", "Retired", "N/A", "...", "test company"])
def test_placeholder_is_missing(text: str) -> None:
    assert cleaned("organisation", text) == {}
