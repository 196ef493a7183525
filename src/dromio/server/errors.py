"""Why the server refuses a request, by what its caller can do about it.

DromioError
├── RequestError        mend the request; carries every fault
│   ├── TooLargeError   send less
│   ├── TooSlowError    send faster
│   └── MediaTypeError  send JSON
├── CredentialError     show a credential that is valid
├── ForbiddenError      ask somebody with the right
├── MissingError        name something that exists
│   └── NoRouteError    take an address that the server has
├── MethodError         use a method that the path has
├── RateError           come again later, and less often
├── OverloadError       come again later
├── TimeOverError       come again later; it is not known whether anything was done
├── KeyReuseError       take another idempotency key
└── KeyBusyError        wait for the request that has the same idempotency key
"""

from __future__ import annotations

from collections.abc import Sequence

from dromio.errors import DromioError, Fault


class RequestError(DromioError):
    """A request cannot be understood. `faults` holds all that was found, without the values."""

    def __init__(self, message: str, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        super().__init__(message)


class TooLargeError(RequestError):
    """A body, address or set of headers is over its limit."""


class TooSlowError(RequestError):
    """A body did not arrive in time."""


class MediaTypeError(RequestError):
    """A body is not declared as JSON."""


class CredentialError(DromioError):
    """No credential was shown, or one that is not valid. Why is not told to the caller, only to the log."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__("show a valid credential")


class ForbiddenError(DromioError):
    """The principal may not do this here."""


class MissingError(DromioError):
    """There is nothing of that name that the principal may know of."""


class NoRouteError(MissingError):
    """The server has no operation at this address."""


class MethodError(DromioError):
    """The path exists, with other methods."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(sorted(allowed))
        super().__init__(f"allowed methods are {', '.join(self.allowed)}")


class RateError(DromioError):
    """The principal asks too often."""

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__("too many requests; wait as long as Retry-After says")


class OverloadError(DromioError):
    """The server has as much to do as it can hold; nothing was done."""


class TimeOverError(DromioError):
    """The work took too long to wait for. It may still be done; asking again with the same idempotency key tells."""


class KeyReuseError(DromioError):
    """The idempotency key was used for another request."""


class KeyBusyError(DromioError):
    """A request with the same idempotency key is being worked on."""
