"""Text files as bytes: what they really hold, how they are packed and encoded, and a copy in UTF-8 where that is
needed."""

from __future__ import annotations

import codecs
import gzip
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pyarrow as pa

from dromio.errors import InputError

_START = 4096
_CHUNK = 1 << 22
_PACKED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_OTHER_KINDS = {
    b"PAR1": "a Parquet file",
    b"PK\x03\x04": "a ZIP archive or an Excel workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"SQLite format 3\0": "an SQLite database",
    b"ARROW1": "an Arrow file",
    b"ORC": "an ORC file",
    b"%PDF": "a PDF document",
    b"BZh": "a bzip2 archive",
    b"\xfd7zXZ\0": "an xz archive",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
_LENIENT = "dromio-windows-1252"


@dataclass(frozen=True)
class TextFile:
    """A file of text: `packing` is "none", "gzip" or "zstd"; `encoding` that of its byte order mark, else "utf-8"."""

    path: Path
    packing: str
    encoding: str

    @property
    def is_utf8(self) -> bool:
        """Whether it says, or leaves open, that it is UTF-8."""
        return self.encoding in ("utf-8", "utf-8-sig")

    @property
    def not_utf8(self) -> str:
        """What to tell a user whose file was taken for UTF-8 and is not."""
        return f"{self.path.name} is not valid UTF-8; bytes that are not were read as Windows-1252 (Western European)."

    def open(self) -> IO[bytes]:
        """Its bytes, unpacked."""
        if self.packing == "gzip":
            return io.BufferedReader(gzip.GzipFile(self.path, "rb"))
        if self.packing == "zstd":
            return io.BufferedReader(_Raw(pa.CompressedInputStream(pa.OSFile(str(self.path)), "zstd")))
        return self.path.open("rb")


def last_line(file: TextFile, most: int) -> int:
    """Bytes of the last line, without its end; `most` or more where it is at least that long."""
    if file.packing == "none":
        return _last_line_of_plain(file.path, most)
    size, ended = 0, True
    with file.open() as stream:
        while chunk := stream.read(_CHUNK):
            text = chunk.rstrip(b"\r\n")
            at = _last_break(text)
            if at >= 0 or (ended and text):
                size = 0
            size += len(text) - at - 1
            ended = len(text) < len(chunk) if text else True
    return size


def _last_line_of_plain(path: Path, most: int) -> int:
    """Read backwards, so that usually one piece is enough."""
    size = 0
    with path.open("rb") as stream:
        at = stream.seek(0, io.SEEK_END)
        while at > 0 and size < most:
            begin = max(at - _CHUNK, 0)
            stream.seek(begin)
            piece = stream.read(at - begin)
            piece = piece if size else piece.rstrip(b"\r\n")
            found = _last_break(piece)
            if found >= 0:
                return size + len(piece) - found - 1
            size += len(piece)
            at = begin
    return size


def _last_break(piece: bytes) -> int:
    return max(piece.rfind(b"\n"), piece.rfind(b"\r"))


class _Raw(io.RawIOBase):
    """An Arrow stream as a plain one."""

    def __init__(self, stream: pa.NativeFile) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._stream.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


def recognise(path: Path) -> TextFile:
    """What the first bytes say. Raises InputError when they are not those of a text, OSError when they cannot be
    read."""
    with path.open("rb") as stream:
        start = stream.read(_START)
    packing = next((name for mark, name in _PACKED.items() if start.startswith(mark)), "none")
    if packing != "none":
        with TextFile(path, packing, "").open() as stream:
            start = stream.read(_START)
    for mark, kind in _OTHER_KINDS.items():
        if start.startswith(mark):
            raise InputError(f"{path} is {kind}, not text as its ending says; name it so, or export it as CSV")
    if not start:
        raise InputError(f"{path} is empty")
    return TextFile(path, packing, _encoding(start))


def _encoding(start: bytes) -> str:
    """By the byte order mark; UTF-16 without one shows by zeros in every second byte of Latin text."""
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    half = max(len(start) // 2, 1)
    if start[1::2].count(0) > 0.4 * half:
        return "utf-16-le"
    if start[0::2].count(0) > 0.4 * half:
        return "utf-16-be"
    return "utf-8"


@contextmanager
def utf8_copy(file: TextFile, folder: Path | None, *, newlines: bool = False) -> Iterator[TextFile]:
    """The text in plain UTF-8, in a temporary file in `folder`; with `newlines` every line ends in a line feed.

    In a file without a mark, bytes that are not UTF-8 are read as Windows-1252, each for itself, so that a file of
    mixed origin keeps what is right in it. Raises InputError when the text is not in the encoding that its mark
    promises.
    """
    decoder = codecs.getincrementaldecoder(file.encoding)(_LENIENT if file.is_utf8 else "strict")
    whole: io.IncrementalNewlineDecoder | codecs.IncrementalDecoder = decoder
    if newlines:
        whole = io.IncrementalNewlineDecoder(decoder, translate=True)
    with tempfile.TemporaryDirectory(prefix="text-", dir=folder) as kept:
        target = Path(kept) / "text"
        with file.open() as source, target.open("wb") as sink:
            try:
                while chunk := source.read(_CHUNK):
                    sink.write(whole.decode(chunk).encode("utf-8"))
                sink.write(whole.decode(b"", final=True).encode("utf-8"))
            except UnicodeDecodeError as error:
                raise InputError(
                    f"{file.path} begins as {file.encoding.upper()} but is not valid "
                    f"{file.encoding.upper()}: {error.reason}"
                ) from None
        yield TextFile(target, "none", "utf-8")


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 as Windows-1252, the five that it leaves open as Latin-1."""
    assert isinstance(error, UnicodeDecodeError)
    wrong = error.object[error.start : error.end]
    try:
        return wrong.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return wrong.decode("latin-1"), error.end


codecs.register_error(_LENIENT, _as_windows_1252)


def decoded(value: bytes) -> str:
    """Bytes as UTF-8, those that are not as Windows-1252."""
    return value.decode("utf-8", _LENIENT)
