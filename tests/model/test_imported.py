from dataclasses import FrozenInstanceError

import pytest

from dromio.model.files import model_from
from dromio.model.imported import Imported


def test_a_document_that_is_said_in_full_has_no_notes() -> None:
    model = model_from(
        {
            "attributes": [{"name": "a", "type": "raw", "inputs": [{"columns": {"value": "a"}}]}],
            "keys": [{"fields": ["a.value"]}],
            "comparisons": [
                {
                    "name": "a",
                    "attribute": "a",
                    "null_when": "missing(value)",
                    "levels": [{"label": "same", "when": "equal(value)"}, {"label": "other"}],
                }
            ],
        }
    )
    imported = Imported(model)
    assert imported.untranslated == ()
    with pytest.raises(FrozenInstanceError):
        imported.model = model  # type: ignore[misc]
