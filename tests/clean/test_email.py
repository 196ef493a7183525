from __future__ import annotations

import pytest

from .cleaned import cleaned


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("John_Doe@AnyCompany.com", "john_doe@anycompany.com"),
        ('"Joe B" <Joe.B+x@GMail.com>', "joeb@gmail.com"),
        ("j.o.e@googlemail.com", "joe@gmail.com"),
        ("j.o.e@company.com", "j.o.e@company.com"),
        ("mailto:joe@company.com?subject=a+b", "joe@company.com"),
        (" joe+news@company.com. ", "joe@company.com"),
        ("joe @ company.com", "joe@company.com"),
        ("joe@gmial.com", "joe@gmail.com"),
        ("joe@hotmail.con", "joe@hotmail.com"),
        ("joe@yahooo.com", "joe@yahoo.com"),
        ("joe@bücher.de", "joe@xn--bcher-kva.de"),
        ("jöe@company.com", "jöe@company.com"),
        ("johndoe@example.com", "johndoe@example.com"),
    ],
)
def test_address_has_one_spelling(text: str, address: str) -> None:
    local, _, domain = address.partition("@")
    assert cleaned("email", text) == {"address": address, "local": local, "domain": domain}


NO_ADDRESS = ["", "not-an-email", "a@b@c", "@company.com", "joe@", "+tag@company.com", "n/a", "<>", "joe@."]
PLACEHOLDERS = ["test@test.com", "noreply@company.com", "none@none.com", "test@example.com", "no-reply@company.com"]


@pytest.mark.parametrize("text", [*NO_ADDRESS, *PLACEHOLDERS])
def test_no_address_or_a_placeholder_is_missing(text: str) -> None:
    assert cleaned("email", text) == {}


def test_domain_that_no_codec_takes_is_kept() -> None:
    label = "ü" * 70
    assert cleaned("email", f"joe@{label}.de")["domain"] == f"{label}.de"
