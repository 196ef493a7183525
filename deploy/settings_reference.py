"""Every setting of the server, as Markdown and as an example file, from the rows of the settings themselves.

`python deploy/settings_reference.py` writes deploy/dromio.toml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dromio.server.settings import PREFIX, Settings

EXAMPLE = Path(__file__).resolve().parent / "dromio.toml"
_HEAD = """\
# Settings of the server: /etc/dromio/dromio.toml, or dromio serve --config FILE.
# Each line shows a default; take the mark away to change it. The environment wins over this file.
"""


def as_markdown() -> str:
    """A table: name, default and meaning of each setting, and its name in the environment."""
    rows = ["| Setting | In the environment | Default | Meaning |", "| --- | --- | --- | --- |"]
    for name, field in _fields():
        default = f"`{_shown(field.default)}`" if field.default not in ("", ()) else ""
        rows.append(f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def as_toml() -> str:
    """A file in which every setting is named with its default, and none is changed."""
    parts = [f"\n# {field.description}\n# {name} = {_toml(field.default)}\n" for name, field in _fields()]
    return _HEAD + "".join(parts)


def _fields() -> list[tuple[str, Any]]:
    return list(Settings.model_fields.items())


def _shown(default: Any) -> str:
    return ",".join(default) if isinstance(default, tuple) else default if isinstance(default, str) else _toml(default)


def _toml(default: Any) -> str:
    return json.dumps(list(default) if isinstance(default, tuple) else default)


if __name__ == "__main__":
    EXAMPLE.write_text(as_toml(), encoding="utf-8")
