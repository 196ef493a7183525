"""`python -m dromio.cli`."""

from dromio.cli import main

main()
