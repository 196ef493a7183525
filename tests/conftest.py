"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("no_deadline", deadline=None)  # time limits fail at random on a busy machine
settings.load_profile("no_deadline")
