"""The rule levels of a domain that does not name its own."""

from __future__ import annotations

DEFAULT_RULES: tuple[tuple[str, ...], ...] = (
    ("AccountNumber", "FirstName", "LastName"),
    ("EmailAddress", "PhoneNumber", "FirstName", "LastName"),
    ("EmailAddress", "FirstName", "LastName", "BirthDate"),
    ("PhoneNumber", "FirstName", "LastName", "BirthDate"),
    ("EmailAddress", "FirstName", "LastName"),
    ("PhoneNumber", "FirstName", "LastName"),
    ("FirstName", "LastName", "BirthDate", "Address.PostalCode"),
    ("FirstName", "LastName", "Address.Address", "Address.PostalCode"),
    ("EmailAddress", "PhoneNumber"),
    ("AccountNumber",),
)
"""From the strictest. The vendor publishes that there is a default, not what it is; this one is ours."""
