"""E-mail addresses: one spelling per mailbox."""

from __future__ import annotations

import re

from dromio.clean.base import AttributeType, CleanOptions, Fields, Parts, is_placeholder
from dromio.clean.placeholders import listed, placeholders
from dromio.clean.tables import read_sections, spellings
from dromio.clean.text import compatible

PLACEHOLDERS = placeholders("email")
LOCAL_PLACEHOLDERS = listed("email_local")
TEST_LOCALS = listed("email_test")
TEST_DOMAINS = listed("email_test_domain")

_DOMAINS = read_sections("email_domains.txt")
DOMAIN_SPELLINGS = spellings(_DOMAINS["typo"])
DOTLESS_PROVIDERS = frozenset(_DOMAINS["dots_ignored"])
"""Providers that deliver a.b@ and ab@ to the same mailbox."""

MAX_DOMAIN = 253
"""Longest domain name (RFC 1035); a longer one is kept folded and never handed to the IDNA codec."""

_BRACKETED = re.compile(r"<([^<>]*@[^<>]*)>")
_PLAIN = re.compile(r"[a-z0-9_.%+-]+@[a-z0-9.-]+").fullmatch
_EDGES = " .,;:<>()[]\"'"


def clean(parts: Parts, options: CleanOptions) -> Fields:
    """Address, local part and domain; missing unless there is exactly one @ with text on both sides."""
    text = compatible(parts.get("value", "")).lower()
    if not _PLAIN(text):
        if is_placeholder(text, PLACEHOLDERS, options):
            return {}
        text = _bare(text)
    local, _, domain = text.partition("@")
    local = local.partition("+")[0].strip(_EDGES)
    domain = domain.strip(_EDGES)
    if not local or not domain or "@" in domain:
        return {}
    domain = DOMAIN_SPELLINGS.get(domain, domain) if domain.isascii() else _idna(domain)
    if domain in DOTLESS_PROVIDERS:
        local = local.replace(".", "")
    address = f"{local}@{domain}"
    if is_placeholder(address, PLACEHOLDERS, options) or local in LOCAL_PLACEHOLDERS:
        return {}
    if domain in TEST_DOMAINS and local in TEST_LOCALS:
        return {}
    return {"address": address, "local": local, "domain": domain}


def _bare(text: str) -> str:
    """The address without display name, scheme, query and white space."""
    bracketed = _BRACKETED.search(text)
    if bracketed:
        text = bracketed.group(1)
    text = "".join(text.split())
    if text.startswith("mailto:"):
        text = text.removeprefix("mailto:").partition("?")[0]
    return text.strip(_EDGES)


def _idna(domain: str) -> str:
    """The domain in ASCII (RFC 3490), or as it is where that cannot be done."""
    if len(domain) > MAX_DOMAIN:
        return domain
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain
    return DOMAIN_SPELLINGS.get(ascii_domain, ascii_domain)


TYPE = AttributeType(
    name="email",
    doc="E-mail address",
    roles=("value",),
    fields=("address", "local", "domain"),
    clean=clean,
)
