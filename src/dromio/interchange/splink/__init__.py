"""Settings and trained models of Splink 4 and 5, read and written.

Columns become attributes of type `raw`, whose values are compared exactly as delivered, as Splink compares them:
nothing is trimmed, and an empty text is a value. Where every level of a comparison looks at lower-case text the type is
`folded`; `email` and `date` are used only where they say more levels than `raw` does, and a note then says what their
cleaning changes. Conditions keep SQL's three-valued meaning: a level holds when its SQL is true, and never when it is
null.
"""

from dromio.interchange.splink.document import splink_version
from dromio.interchange.splink.exporting import export_splink
from dromio.interchange.splink.importing import import_splink

__all__ = ["export_splink", "import_splink", "splink_version"]
