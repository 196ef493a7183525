"""One explained pair as a picture of its own: SVG, PNG, or an HTML page that needs no network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dromio.errors import MissingExtraError, UsageError
from dromio.report import charts
from dromio.report.charts.base import altair

FORMATS = ("svg", "png", "html")
_WIDTH, _LABELS = 520, 420
_CONFIG = {
    "font": "sans-serif",
    "background": "white",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 12, "titleFontSize": 12},
    "style": {"halo": {"stroke": "white", "strokeWidth": 3, "fill": "white"}},
}


def check_picture(path: Path) -> str:
    """The format that the name of a picture asks for. Raises UsageError for another one, MissingExtraError."""
    found = path.suffix.removeprefix(".").lower()
    if found not in FORMATS:
        raise UsageError(f"{path}: a picture is {', '.join(FORMATS)}, by the end of its name")
    altair()
    _vl_convert()
    return found


def write_picture(example: Mapping[str, Any], path: Path, title: str = "") -> None:
    """Write the waterfall of an example pair, in the format of the name. Raises as `check_picture`, and OSError."""
    kind, vl = check_picture(path), _vl_convert()
    chart = charts.waterfall(example, example.get("thresholds"), label_pixels=_LABELS).properties(title=title)
    spec = chart.to_dict()
    spec["config"] = _CONFIG
    spec["width"] = _WIDTH
    if kind == "png":
        path.write_bytes(vl.vegalite_to_png(spec, scale=2))
    elif kind == "svg":
        path.write_text(vl.vegalite_to_svg(spec), encoding="utf-8")
    else:
        path.write_text(vl.vegalite_to_html(spec, bundle=True), encoding="utf-8")


def _vl_convert() -> Any:
    try:
        import vl_convert
    except ImportError as error:
        raise MissingExtraError("a picture", "report") from error
    return vl_convert
