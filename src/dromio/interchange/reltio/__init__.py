"""Verify Matches: the match groups of Reltio in their own terms, read, judged on a pair, and explained.

Everything is a pure function of frozen values; there is no store and no HTTP here.
"""

from dromio.interchange.reltio.documents import Document, Node, Value, is_built_for, write_document
from dromio.interchange.reltio.entities import Types, document_of
from dromio.interchange.reltio.errors import DocumentError, GroupError
from dromio.interchange.reltio.explain import Side, Sides, explain, manual_json
from dromio.interchange.reltio.groups import MatchGroup, Rule
from dromio.interchange.reltio.manual import ManualDecision, ManualMatches, manual_matches
from dromio.interchange.reltio.raw_documents import read_document
from dromio.interchange.reltio.read_groups import read_groups
from dromio.interchange.reltio.request import (
    Body,
    Query,
    RequestError,
    entity_id,
    groups_of,
    read_body,
    read_query,
    same_type,
    select,
)
from dromio.interchange.reltio.summary import Message, summary
from dromio.interchange.reltio.tokens import TOKEN_LIMIT, Phrases, phrases_of
from dromio.interchange.reltio.verify import GroupResult, Options, Verification, verify
from dromio.interchange.reltio.views import View, view_of
from dromio.interchange.reltio.write_groups import write_groups

__all__ = [
    "TOKEN_LIMIT",
    "Body",
    "Document",
    "DocumentError",
    "GroupError",
    "GroupResult",
    "ManualDecision",
    "ManualMatches",
    "MatchGroup",
    "Message",
    "Node",
    "Options",
    "Phrases",
    "Query",
    "RequestError",
    "Rule",
    "Side",
    "Sides",
    "Types",
    "Value",
    "Verification",
    "View",
    "document_of",
    "entity_id",
    "explain",
    "groups_of",
    "is_built_for",
    "manual_json",
    "manual_matches",
    "phrases_of",
    "read_body",
    "read_document",
    "read_groups",
    "read_query",
    "same_type",
    "select",
    "summary",
    "verify",
    "view_of",
    "write_document",
    "write_groups",
]
