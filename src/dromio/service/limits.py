"""Limits that the system sets for the process, checked before anything large is loaded."""

from __future__ import annotations

import resource

from dromio.errors import ResourceError

LEAST_ADDRESS_SPACE = 3 * 10**9
"""Measured: libraries, stacks and allocator arenas take about 2.5 GB of addresses, though little of it is memory."""


def check_address_space() -> None:
    """Raise ResourceError where the limit on address space (ulimit -v) is so low that libraries would crash."""
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit != resource.RLIM_INFINITY and limit < LEAST_ADDRESS_SPACE:
        raise ResourceError(
            f"the limit on address space (ulimit -v) is {limit // 10**6:,} MB; at least "
            f"{LEAST_ADDRESS_SPACE // 10**6:,} MB are needed. To bound memory use --memory instead"
        )
