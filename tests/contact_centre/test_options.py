from __future__ import annotations

import pytest

from dromio.contact_centre import load_options
from dromio.contact_centre.options import Options
from dromio.errors import UsageError

from .conftest import Open
from .factory import P2, P, met


def test_options_come_from_the_environment() -> None:
    given = {"DROMIO_CONTACT_CENTRE_BRIDGE": "review", "DROMIO_CONTACT_CENTRE_NOT_IDENTIFIERS": f"{P}, {P2}", "X": "y"}
    given["DROMIO_CONTACT_CENTRE_ATTRIBUTE_NAMES"] = '{"email": ["mail"]}'
    options = load_options(given, region="GB")
    assert options.attribute_names == {"email": ("mail",)}
    assert (options.bridge, options.not_identifiers, options.region) == ("review", (P, P2), "GB")
    with pytest.raises(UsageError, match=r"bridge.*region"):
        load_options({"DROMIO_CONTACT_CENTRE_BRIDGE": "sell"}, region="Britain")
    with pytest.raises(UsageError, match="weights"):
        load_options({"DROMIO_CONTACT_CENTRE_WEIGHTS": "heavy"})


def test_weights_and_thresholds_can_be_chosen(opened: Open) -> None:
    centre = opened(pending=0.82)
    met(centre, phone=P, name="Ann Lee")
    assert met(centre, phone=P, name="Zoe Fox")["decision"] == "NEW"
    assert Options().auto == 0.85
