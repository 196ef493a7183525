"""Blocking keys that a decider needs: pairs that share none of them cannot be anything but non-matches.

Equality gives a key, a similarity the codes of an exact filter. What has no key is a scan, and says why.
"""

from dromio.deciders.keys.covers import Scan
from dromio.deciders.keys.derived import Derived, derived_keys

__all__ = ["Derived", "Scan", "derived_keys"]
