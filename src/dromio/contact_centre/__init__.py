"""One customer over voice, chat, e-mail and messages: `open_centre(url).resolve(Told(phones=("+12065550100",)))`.

It decides on a contact when it comes in, by all that is known of each customer; what is doubtful waits for consent.
"""

from __future__ import annotations

from dromio.contact_centre.centre import Centre, NobodyError, open_centre, opened_if_there
from dromio.contact_centre.contacts import Told
from dromio.contact_centre.options import Options, load_options

__all__ = ["Centre", "NobodyError", "Options", "Told", "load_options", "open_centre", "opened_if_there"]
