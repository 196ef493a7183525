"""The public interface, pinned: a change here is a change for users."""

from inspect import Parameter, isclass, signature

import pytest

import dromio
from dromio import errors

NAMES = [
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


def test_public_names_are_pinned() -> None:
    assert dromio.__all__ == NAMES
    assert dir(dromio) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_public_name_is_there(name: str) -> None:
    assert getattr(dromio, name) is not None


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'dromio' has no attribute 'solve'"):
        dromio.solve  # noqa: B018  -- the access is what is tested


def test_arguments_of_resolve_are_pinned() -> None:
    parameters = signature(dromio.resolve).parameters
    assert list(parameters) == [
        "inputs",
        "model",
        "id",
        "link_type",
        "one_to_one",
        "allow_scan",
        "threshold",
        "memory",
        "threads",
        "watch",
    ]
    assert all(one.kind is Parameter.KEYWORD_ONLY for name, one in parameters.items() if name != "inputs")


def test_parts_of_a_result_are_pinned() -> None:
    public = {name for name in vars(dromio.Result) if not name.startswith("_")}
    assert public == {"close", "entities", "golden", "model", "pairs", "report", "summary", "write"}


def test_all_errors_have_one_base() -> None:
    raised = [one for one in vars(errors).values() if isclass(one) and issubclass(one, Exception)]
    assert len(raised) >= 7
    assert all(issubclass(one, errors.DromioError) for one in raised)


def test_every_public_name_says_what_it_is() -> None:
    undocumented = [name for name in NAMES if name != "__version__" and not getattr(dromio, name).__doc__]
    assert not undocumented
