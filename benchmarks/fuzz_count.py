"""How many rows a file has, by a small reader of its own that follows docs/ingest.md and shares no code with ingest.

A row of delimited text is a line below the header that is not blank, with these exceptions. When a field of it opens
a quote that its line does not close, the lines that follow belong to it up to the one that closes the record with as
many fields as the header has; but the line counts alone, and so do the others, when among those lines one has the
shape of a row (as many fields as the header, or as many delimiters), cannot be decoded, or is the 201st, when they
are together longer than the longest field times the number of columns, or when the file ends first. A row of NDJSON
is a line that is not blank; blank is nothing but spaces. A row of Parquet is what its footer counts.
"""

import codecs
import gzip
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

MOST_LINES = 200
OPEN, BROKEN = -1, -2
codecs.register_error("fuzz.marked", lambda error: ("\ud9ff", error.end))  # type: ignore[attr-defined]
MARKS = (("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"))


class Undecodable(str):
    """A line that is in no encoding, with U+FFFD where it is not."""


@dataclass(frozen=True)
class Reading:
    """What one must know to count: names that a header may have, and what a mapping states."""

    names: frozenset[str]
    longest_field: int
    delimiter: str | None = None
    encoding: str | None = None


def rows_in(path: Path, reading: Reading) -> int | None:
    """The rows of a file; None when this reader cannot tell (a damaged Parquet file)."""
    endings = path.name.lower().split(".")[1:]
    data = path.read_bytes()
    if endings[-1] in ("gz", "gzip"):
        data = gzip.decompress(data)
        endings.pop()
    elif endings[-1] in ("zst", "zstd"):
        data = zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).readall()
        endings.pop()
    if endings[-1] in ("parquet", "pq"):
        try:
            return int(pq.ParquetFile(pa.BufferReader(data)).metadata.num_rows)
        except (pa.ArrowException, OSError):
            return None
    lines = _lines(data, reading.encoding)
    if endings[-1] in ("ndjson", "jsonl", "json"):
        return sum(not _blank(line) for line in lines)
    return _delimited(lines, reading)


def _lines(data: bytes, stated: str | None) -> list[str]:
    encoding, data = _encoding(data, stated)
    if encoding != "utf-8":
        data = data.decode(encoding, errors="fuzz.marked").encode(errors="surrogatepass")
    if b"\n" not in data and data.count(b"\r") > data.endswith(b"\r"):
        data = data.replace(b"\r", b"\n")
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    tried = ("utf-8",) if stated or encoding != "utf-8" else ("utf-8", "cp1252")
    return [_text(line.removesuffix(b"\r"), tried) for line in lines]


def _encoding(data: bytes, stated: str | None) -> tuple[str, bytes]:
    name = codecs.lookup(stated).name if stated else None
    for encoding, mark in MARKS:
        if data.startswith(mark) and name in (None, encoding, "utf-16"):
            return encoding, data.removeprefix(mark)
    if name:
        return "utf-16-le" if name == "utf-16" else name, data
    sample = data[:65_536]
    zeros = sample[::2].count(0), sample[1::2].count(0)
    if max(zeros) > 0.3 * len(sample):
        return ("utf-16-be" if zeros[0] >= zeros[1] else "utf-16-le"), data
    return "utf-8", data


def _text(line: bytes, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            return line.decode(encoding).replace("\r", " ")
        except UnicodeDecodeError:
            continue
    return Undecodable(line.decode("utf-8", errors="replace"))


def _blank(line: str) -> bool:
    return not line.strip(" ")


def _delimited(lines: list[str], reading: Reading) -> int:
    header = next(place for place, line in enumerate(lines) if not _blank(line))
    delimiters = [",", ";", "\t", "|"]
    said = lines[header].rstrip(" ").lower()
    stated = [sign for sign in delimiters if said in (f"sep={sign}", f'"sep={sign}"')]
    if stated:
        delimiters = stated
        header = next(place for place in range(header + 1, len(lines)) if not _blank(lines[place]))
    line, below = lines[header], lines[header + 1 :]
    chosen = [reading.delimiter] if reading.delimiter else delimiters
    fields = {delimiter: _split(line, delimiter, lenient=True)[0] for delimiter in chosen}
    known = {
        delimiter: len({name.strip().lower() for name in fields[delimiter]} & reading.names)
        for delimiter in chosen
    }
    delimiter = max(chosen, key=lambda sign: (known[sign], len(fields[sign])))
    width = len(fields[delimiter])
    rows = place = 0
    while place < len(below):
        if _blank(below[place]):
            place += 1
        else:
            rows += 1
            place += _extent(below, place, delimiter, width, reading.longest_field * width)
    return rows


def _extent(lines: list[str], first: int, delimiter: str, width: int, longest: int) -> int:
    """How many lines the row has that begins here."""
    text = lines[first]
    if isinstance(text, Undecodable) or _split(text, delimiter)[1] != OPEN or len(text) > longest:
        return 1
    size = len(text)
    for place in range(first + 1, min(first + MOST_LINES, len(lines))):
        line = lines[place]
        if isinstance(line, Undecodable) or width in (line.count(delimiter) + 1, _split(line, delimiter)[1]):
            return 1
        size += len(line)
        if size > longest:
            return 1
        text += "\n" + line
        closed = _split(text, delimiter)[1]
        if closed != OPEN:
            return place - first + 1 if closed == width else 1
    return 1


def _split(text: str, delimiter: str, *, lenient: bool = False) -> tuple[list[str], int]:
    """The fields of a record, and how many; `OPEN` or `BROKEN` where its quotes are that."""
    fields: list[str] = []
    place = 0
    while True:
        field = ""
        if text.startswith('"', place):
            place += 1
            while True:
                end = text.find('"', place)
                if end < 0:
                    return [*fields, field + text[place:]], OPEN
                field += text[place:end]
                place = end + 1
                if not text.startswith('"', place):
                    break
                field += '"'
                place += 1
            if not lenient and place < len(text) and text[place] != delimiter:
                return fields, BROKEN
        end = text.find(delimiter, place)
        if end < 0:
            fields.append(field + text[place:])
            return fields, len(fields)
        fields.append(field + text[place:end])
        place = end + 1
