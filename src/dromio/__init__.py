"""Dromio: identity resolution. Finds which records are one person or organisation, and says why and how sure it is.

import dromio

result = dromio.resolve("customers.csv")
result.entities, result.pairs, result.golden, result.model
result.report("report.html")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dromio.api import Result as Result
    from dromio.api import explain as explain
    from dromio.api import resolve as resolve
    from dromio.errors import DromioError as DromioError
    from dromio.evaluation import evaluate as evaluate
    from dromio.model.files import load_model as load_model
    from dromio.model.files import save_model as save_model
    from dromio.model.schema import Model as Model
    from dromio.store import open as open

__version__ = "0.1.0"
_HOMES = {
    "DromioError": "dromio.errors",
    "Model": "dromio.model.schema",
    "Result": "dromio.api",
    "evaluate": "dromio.evaluation",
    "explain": "dromio.api",
    "load_model": "dromio.model.files",
    "open": "dromio.store",
    "resolve": "dromio.api",
    "save_model": "dromio.model.files",
}
__all__ = [
    "DromioError",
    "Model",
    "Result",
    "__version__",
    "evaluate",
    "explain",
    "load_model",
    "open",
    "resolve",
    "save_model",
]


def __getattr__(name: str) -> Any:
    """Public names, loaded when first asked for: importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dromio' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
