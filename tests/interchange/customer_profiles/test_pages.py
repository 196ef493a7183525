"""What the page on rule levels shows holds true."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from dromio.clusters.rule_levels import rule_levels
from dromio.interchange.customer_profiles import from_model, import_domain
from dromio.model.files import parse_model

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "rule-levels.md").read_text(encoding="utf-8")


def shown(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.S)
    assert found
    return found[1]


def test_the_model_is_what_the_import_makes_of_the_domain_and_goes_back_to_it() -> None:
    document = json.loads(shown("json"))
    imported = import_domain(document)
    assert imported.model == parse_model(shown("yaml"))
    assert imported.untranslated == ()
    exported = from_model(imported.model).document()
    assert exported == {k: v for k, v in document["RuleBasedMatching"].items() if k != "MaxAllowedRuleLevelForMatching"}


def test_pairs_form_the_groups_that_are_shown() -> None:
    def levels(*pairs: tuple[int, int, int], records: int) -> list[tuple[int, int]]:
        left, right, level = np.array(pairs).T
        root, reached = rule_levels(left, right, level, records, np.arange(records))
        return list(zip(root.tolist(), reached.tolist(), strict=True))

    assert levels((0, 1, 1), (2, 3, 1), (1, 2, 3), records=4) == [(0, 1), (0, 1), (2, 1), (2, 1)]
    assert levels((0, 1, 1), (1, 2, 3), records=3) == [(0, 1), (0, 1), (0, 3)]
    assert levels((0, 1, 3), records=2) == [(0, 3), (0, 3)]
    assert levels((0, 1, 3), (1, 2, 1), records=3) == [(0, 3), (0, 1), (0, 1)]
