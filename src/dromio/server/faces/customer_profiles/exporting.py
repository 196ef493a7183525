"""Writing groups of matches to an object store: a folder, or a server that speaks S3."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from dromio.server.faces.customer_profiles.errors import BadRequestError, ExportError
from dromio.server.faces.customer_profiles.options import Options

LINES_PER_FILE = 100_000


class ObjectStore(Protocol):
    """A place for files under keys."""

    def put(self, key: str, content: bytes) -> None:
        """Write a file. Raises ExportError."""


@dataclass(frozen=True)
class Folder:
    """A bucket as a folder."""

    path: Path

    def put(self, key: str, content: bytes) -> None:
        """Write a file under the folder; it is there whole or not at all."""
        target = (self.path / key).resolve()
        if not target.is_relative_to(self.path.resolve()):
            raise ExportError("the key leads out of the folder")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f"{target.name}.part")
            draft.write_bytes(content)
            draft.replace(target)
        except OSError as error:
            raise ExportError(f"cannot write: {error.strerror}") from None


def bucket(options: Options, name: str) -> ObjectStore:
    """The bucket of a name. Raises ExportError where there is no place for it, or it is not writable."""
    if options.export_endpoint:
        from dromio.server.faces.customer_profiles.s3 import S3Bucket

        return S3Bucket(options.export_endpoint, name, options.region)
    if not options.export_folder:
        raise ExportError("the server has no place to export to")
    if set(name) <= {"."}:
        raise ExportError("the name of the bucket is not one of a folder")
    folder = Path(options.export_folder) / name
    if not folder.is_dir():
        raise ExportError("there is no such bucket")
    return Folder(folder)


def check(options: Options, config: Mapping[str, Any]) -> None:
    """Raise BadRequestError where a configuration wants to export to what cannot be written."""
    place = config.get("ExportingConfig", {}).get("S3Exporting")
    if place is None:
        return
    key = f"{_prefix(place)}.writable"
    try:
        bucket(options, place["S3BucketName"]).put(key, b"")
    except ExportError as error:
        raise BadRequestError(f"ExportingConfig: {error}") from None


def export(
    options: Options, place: Mapping[str, str], domain: str, kind: str, job_id: str, groups: Iterable[Mapping[str, Any]]
) -> str:
    """Write groups, and the list of what was written last; the folder is given back. Raises ExportError."""
    store = bucket(options, place["S3BucketName"])
    folder = f"{_prefix(place)}{domain}/{kind}/{job_id}"
    lines = [json.dumps(group, ensure_ascii=False).encode() for group in groups]
    files = []
    for number, at in enumerate(range(0, max(1, len(lines)), LINES_PER_FILE)):
        part = lines[at : at + LINES_PER_FILE]
        content = b"".join(line + b"\n" for line in part)
        name = f"matches-{number:05d}.jsonl"
        store.put(f"{folder}/{name}", content)
        files.append({"name": name, "groups": len(part), "sha256": hashlib.sha256(content).hexdigest()})
    manifest = {"job": job_id, "domain": domain, "counts": {"groups": len(lines)}, "files": files}
    store.put(f"{folder}/_manifest.json", json.dumps(manifest, indent=1).encode())
    return folder


def _prefix(place: Mapping[str, str]) -> str:
    key = place.get("S3KeyName", "").strip("/")
    return f"{key}/" if key else ""
