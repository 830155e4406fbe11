"""Text files as numbered lines, whatever their compression, encoding and line ends.

Three signs never reach the engine as they are, because they mean something in the token files that it
reads (see `tokens`) or end a string early elsewhere: NUL and the two separators become U+FFFD, counted as
`control_character`. A carriage return inside a line becomes a space.
"""

import codecs
import gzip
import os
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import zstandard

from lookup_audit.errors import InputError

Compression = Literal["", "gz", "zst"]

BLOCK_BYTES = 4 * 1024 * 1024
_SAMPLE_BYTES = 65_536
LONGEST_LINE = 64 * 1024 * 1024  # bytes kept of one line: memory stays bounded, whatever a file holds
FIELD_SIGN = "\x1f"
NEWLINE_SIGN = "\x1e"

_SIGNS = re.compile(f"[\x00{NEWLINE_SIGN}{FIELD_SIGN}]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# What does not fit an encoding becomes half a surrogate pair, which is no UTF-8 either, so that its line is rejected.
_MARKED = "lookup_audit.marked"
codecs.register_error(_MARKED, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]


@dataclass
class Block:
    """Some whole lines of a file: the number of the first, the lines, and those that must be rejected.

    `faults` maps the number of a line to its reason: `wrong_encoding`, or `field_too_long` where only the
    beginning of a line was kept.
    """

    first_line: int
    lines: list[str]
    faults: dict[int, str] = field(default_factory=dict)


@dataclass
class TextFile:
    """A text file to read; `encoding` as stated, or None to find out. `warnings` fills while reading.

    Without a stated encoding each line is UTF-8, or else Windows-1252: an export may mix them, and one bad
    byte must not change how the other lines read.
    """

    path: Path
    compression: Compression
    encoding: str | None = None
    warnings: Counter[str] = field(default_factory=Counter)
    _transcoded: bool = False

    def blocks(self) -> Iterator[Block]:
        """The lines in blocks of about 4 MB; raises `InputError` when the file is cut off or corrupt."""
        number = 1
        for data, cut in _whole_lines(self._utf8()):
            lines, faults = self._decode(data, number)
            if cut:
                faults[number + len(lines) - 1] = "field_too_long"
            yield Block(number, lines, faults)
            number += len(lines)

    def _utf8(self) -> Iterator[bytes]:
        """The content as bytes in UTF-8 (or what claims to be), without its byte order mark."""
        chunks = read_bytes(self.path, self.compression)
        first = b""
        while len(first) < _SAMPLE_BYTES and (chunk := next(chunks, None)) is not None:
            first += chunk
        encoding, skip = _recognise(first, self.encoding)
        if encoding == "utf-8":
            yield first[skip:]
            yield from chunks
            return
        self._transcoded = True
        decoder = codecs.getincrementaldecoder(encoding)(errors=_MARKED)
        try:
            yield decoder.decode(first[skip:]).encode(errors="surrogatepass")
            for chunk in chunks:
                yield decoder.decode(chunk).encode(errors="surrogatepass")
            yield decoder.decode(b"", final=True).encode(errors="surrogatepass")
        except UnicodeError as error:
            raise InputError(f"{name_of(self.path)}: is not {encoding}: {error}") from error

    def _decode(self, data: bytes, number: int) -> tuple[list[str], dict[int, str]]:
        faults: dict[int, str] = {}
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError:
            decoded: list[str] = []
            for line in data.split(b"\n"):
                decoded.append(self._decode_line(line, number + len(decoded), faults))
            text = "\n".join(decoded)
        if "\r" in text:
            text = text.replace("\r\n", "\n").removesuffix("\r").replace("\r", " ")
        text, replaced = _SIGNS.subn("\ufffd", text)
        if replaced:
            self.warnings["control_character"] += replaced
        return text.split("\n"), faults

    def _decode_line(self, line: bytes, number: int, faults: dict[int, str]) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            if self.encoding is None and not self._transcoded:
                try:
                    text = line.decode("cp1252")
                except UnicodeDecodeError:
                    pass
                else:
                    self.warnings["read_as_windows_1252"] += 1
                    return text
        faults[number] = "wrong_encoding"
        return line.decode("utf-8", errors="replace")


def name_of(path: Path) -> str:
    """A file's name as text, also where its bytes are none."""
    return os.fsencode(path.name).decode("utf-8", errors="replace")


def read_bytes(path: Path, compression: Compression) -> Iterator[bytes]:
    """The content of a file, decompressed, in pieces; `InputError` names a file that is cut off or corrupt."""
    try:
        if compression == "zst":
            yield from _zstandard(path)
            return
        with gzip.open(path) if compression == "gz" else path.open("rb") as stream:
            while chunk := stream.read(BLOCK_BYTES):
                yield chunk
    except (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError) as error:
        raise InputError(f"{name_of(path)}: the compressed file is cut off or corrupt: {error}") from error
    except OSError as error:
        raise InputError(f"{name_of(path)}: cannot be read: {error.strerror or error}") from error


def _zstandard(path: Path) -> Iterator[bytes]:
    """Frame by frame, because the library's own stream reader takes a cut-off file for a whole one."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    inside = True
    with path.open("rb") as stream:
        while chunk := stream.read(BLOCK_BYTES // 64):
            while chunk:
                if not inside:
                    frame, inside = zstandard.ZstdDecompressor().decompressobj(), True
                yield frame.decompress(chunk)
                chunk = b""
                if frame.eof:
                    chunk, inside = frame.unused_data, False
    if inside:
        raise EOFError("the last frame does not end")


def _recognise(first: bytes, stated: str | None) -> tuple[str, int]:
    """The encoding, and how many bytes its mark takes; UTF-16 without a mark shows in its zero bytes."""
    for mark, encoding in _MARKS:
        if first.startswith(mark) and (stated is None or codecs.lookup(stated).name in (encoding, "utf-16")):
            return encoding, len(mark)
    if stated is not None:
        name = codecs.lookup(stated).name
        return ("utf-16-le" if name == "utf-16" else name), 0
    sample = first[:_SAMPLE_BYTES]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if max(even, odd) * 10 > len(sample) * 3:
        return ("utf-16-le" if odd > even else "utf-16-be"), 0
    return "utf-8", 0


def _whole_lines(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes cut at line ends (which are dropped at each cut); True where a line was shortened.

    A file without any line feed in its beginning, but with carriage returns, ends its lines with those.
    """
    rest, old_mac, begun, skipping = b"", False, False, False
    for piece in chunks:
        chunk = piece
        if not begun and chunk:
            begun, old_mac = True, b"\n" not in chunk and chunk.count(b"\r") > chunk.endswith(b"\r")
        if old_mac:
            chunk = chunk.replace(b"\r", b"\n")
        if skipping:
            end = chunk.find(b"\n")
            if end < 0:
                continue
            chunk, skipping = chunk[end + 1 :], False
        rest += chunk
        cut = rest.rfind(b"\n")
        if cut >= 0:
            yield rest[:cut], False
            rest = rest[cut + 1 :]
        if len(rest) > LONGEST_LINE:
            yield rest[:LONGEST_LINE], True
            rest, skipping = b"", True
    if rest:
        yield rest, False
