from __future__ import annotations

import pytest

from dromio.contact_centre.contacts import Identifier, masked


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (Identifier("email", "a@localhost"), "a***@***"),
        (Identifier("email", "j.doe@mail.example.com"), "j***@m***.com"),
        (Identifier("phone", "+12065550134"), "***34"),
        (Identifier("cookie", "secret"), "***"),
    ],
)
def test_masks_hide_all_but_a_hint(given: Identifier, shown: str) -> None:
    assert masked(given) == shown
