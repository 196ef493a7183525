"""Writing files to a server that speaks S3, with signed requests; keys come from the usual environment variables."""

from __future__ import annotations

import hashlib
import hmac
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from dromio.server.faces.customer_profiles.errors import ExportError

_SECONDS = 30


@dataclass(frozen=True)
class S3Bucket:
    """A bucket, addressed by path."""

    endpoint: str
    name: str
    region: str

    def put(self, key: str, content: bytes) -> None:
        """Write a file. Raises ExportError."""
        url = f"{self.endpoint.rstrip('/')}/{self.name}/{quote(key, safe='/-_.~')}"
        headers = signed_headers(url, content, self.region, datetime.now(UTC), os.environ)
        # The address is the operator's own setting.
        request = urllib.request.Request(url, data=content, headers=dict(headers), method="PUT")
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS):
                return
        except urllib.error.HTTPError as error:
            error.close()
            raise ExportError(f"the object store answers {error.code}") from None
        except OSError as error:
            raise ExportError(f"the object store does not answer: {type(error).__name__}") from None


def signed_headers(
    url: str, content: bytes, region: str, now: datetime, environment: Mapping[str, str]
) -> Mapping[str, str]:
    """Headers of a PUT request, signed by Signature Version 4. Raises ExportError where there are no keys."""
    key_id, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key_id or not secret:
        raise ExportError("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
    parts, moment = urlsplit(url), now.strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(content).hexdigest()
    headers = {"host": parts.netloc, "x-amz-content-sha256": digest, "x-amz-date": moment}
    if environment.get("AWS_SESSION_TOKEN"):
        headers["x-amz-security-token"] = environment["AWS_SESSION_TOKEN"]
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"PUT\n{parts.path}\n\n{lines}\n{names}\n{digest}"
    scope = f"{moment[:8]}/{region}/s3/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(_key(secret, scope), text.encode(), "sha256").hex()
    authorization = f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return headers | {"Authorization": authorization}


def _key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
