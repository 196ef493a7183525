"""Files of groups in a folder, and requests to a server that speaks S3."""

from __future__ import annotations

import hashlib
import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from dromio.server.faces.customer_profiles import Options, exporting, s3
from dromio.server.faces.customer_profiles.errors import BadRequestError, ExportError

KEYS = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "secret"}


def test_files_hold_a_line_per_group_and_the_manifest_their_digests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "LINES_PER_FILE", 2)
    (tmp_path / "bucket").mkdir()
    groups = [{"MatchId": str(number)} for number in range(3)]
    place = {"S3BucketName": "bucket", "S3KeyName": "/a/b/"}
    folder = exporting.export(Options(export_folder=str(tmp_path)), place, "d", "ML", "job", groups)
    assert folder == "a/b/d/ML/job"
    written = tmp_path / "bucket" / folder
    manifest = json.loads((written / "_manifest.json").read_text())
    assert [file["groups"] for file in manifest["files"]] == [2, 1]
    for file in manifest["files"]:
        content = (written / file["name"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]


@pytest.mark.parametrize("bucket", ["missing", "..", "..."])
def test_a_bucket_that_is_none_is_refused(tmp_path: Path, bucket: str) -> None:
    config = {"ExportingConfig": {"S3Exporting": {"S3BucketName": bucket}}}
    with pytest.raises(BadRequestError):
        exporting.check(Options(export_folder=str(tmp_path)), config)
    with pytest.raises(BadRequestError):
        exporting.check(Options(), config)


def test_a_key_cannot_leave_its_bucket(tmp_path: Path) -> None:
    (tmp_path / "bucket").mkdir()
    with pytest.raises(ExportError):
        exporting.Folder(tmp_path / "bucket").put("../outside", b"")
    assert not (tmp_path / "outside").exists()


def test_signatures_are_those_of_the_stock_client() -> None:
    url, content, now = "http://127.0.0.1:9/bucket/a/b%20c", b"x", datetime.now(UTC)
    ours = s3.signed_headers(url, content, "us-east-1", now, KEYS)
    request = AWSRequest(
        "PUT", url, data=content, headers={"X-Amz-Content-SHA256": hashlib.sha256(content).hexdigest()}
    )
    request.context["timestamp"] = ours["x-amz-date"]
    auth = S3SigV4Auth(Credentials("AKID", "secret"), "s3", "us-east-1")
    request.headers["X-Amz-Date"] = ours["x-amz-date"]
    text = auth.string_to_sign(request, auth.canonical_request(request))
    assert ours["Authorization"].endswith(auth.signature(text, request))


def test_keys_must_be_set() -> None:
    with pytest.raises(ExportError, match="AWS_ACCESS_KEY_ID"):
        s3.signed_headers("http://x/y", b"", "us-east-1", datetime.now(UTC), {})


def test_files_go_to_a_server_that_speaks_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    got: dict[str, bytes] = {}

    class Store(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            got[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(403 if "denied" in self.path else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    server = HTTPServer(("127.0.0.1", 0), Store)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    options = Options(export_endpoint=f"http://127.0.0.1:{server.server_port}")
    place = {"S3BucketName": "bucket"}
    exporting.export(options, place, "d", "ML", "job", [{"MatchId": "1"}])
    assert sorted(got) == ["/bucket/d/ML/job/_manifest.json", "/bucket/d/ML/job/matches-00000.jsonl"]
    with pytest.raises(ExportError, match="403"):
        exporting.export(options, {"S3BucketName": "denied"}, "d", "ML", "job", [])
    server.shutdown()
    thread.join()
    server.server_close()
    with pytest.raises(ExportError, match="does not answer"):
        exporting.export(options, place, "d", "ML", "job", [])
