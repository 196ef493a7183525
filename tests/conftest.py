"""Settings of all tests."""

import os

from hypothesis import settings

# No time limits: they fail at random on a busy machine. On CI the examples are the same in every run; elsewhere new
# ones are tried every time, and what they find becomes a test of its own.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")
