"""`dromio verify`: is a store what its records and judgements make it?"""

from dromio.cli.store import verify as command

__all__ = ["command"]
