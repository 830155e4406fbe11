"""Token files: records as the engine reads them, without quoting, so that nothing can be misread."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from lookup_audit.ingest.decode import NEWLINE_SIGN, TextFile

DELIMITERS = (",", ";", "\t", "|")
LONGEST_RAW_TEXT = 2_000  # characters kept of a rejected row

_number_line = "{}\x1f{}".format


@dataclass
class Tokens:
    """A file cut into records: two token files, and the counts.

    `accepted` and `rejected` are counts of records; `spans` maps the first line of each record of several
    lines to how many it has; `longest_line` is in bytes, an upper bound.
    """

    accepted_path: Path
    rejected_path: Path
    accepted: int = 0
    rejected: int = 0
    longest_line: int = 0
    spans: dict[int, int] = field(default_factory=dict)


def shortened(raw: str) -> str:
    """A rejected row's text as one token: its beginning where it is very long."""
    kept = raw if len(raw) <= LONGEST_RAW_TEXT else raw[:LONGEST_RAW_TEXT] + "…"
    return kept.replace("\n", NEWLINE_SIGN)


def owner_only(path: Path) -> TextIO:
    """A new text file that only its owner can read."""
    path.touch(mode=0o600, exist_ok=False)
    return path.open("w", encoding="utf-8", newline="\n")


class Writer:
    """Writes both token files and keeps the counts."""

    def __init__(self, folder: Path) -> None:
        self.tokens = Tokens(folder / "accepted", folder / "rejected")
        self._accepted = owner_only(self.tokens.accepted_path)
        self._rejected = owner_only(self.tokens.rejected_path)

    def accept(self, numbers: Iterable[int], records: list[str]) -> None:
        """Keep these records, each with the number of its first line."""
        if not records:
            return
        self._accepted.write("\n".join(map(_number_line, numbers, records)) + "\n")
        self.tokens.accepted += len(records)
        self.tokens.longest_line = max(self.tokens.longest_line, 4 * max(map(len, records)) + 100)

    def reject(self, number: int, raw: str, reason: str) -> None:
        """Keep the record that begins at this line out of the table, with the reason."""
        self._rejected.write(f"{number}\x1f{reason}\x1f{shortened(raw)}\n")
        self.tokens.rejected += 1

    def close(self) -> None:
        """Finish both files."""
        self._accepted.close()
        self._rejected.close()


def cut_lines(source: TextFile, folder: Path, *, longest_line: int) -> Tokens:
    """The lines that are not blank as token files in `folder`, each with one field: the line itself."""
    writer = Writer(folder)
    try:
        for block in source.blocks():
            kept: dict[int, str] = {}
            for number, line in enumerate(block.lines, start=block.first_line):
                if number in block.faults:
                    writer.reject(number, line, block.faults[number])
                elif len(line) > longest_line:
                    writer.reject(number, line, "field_too_long")
                elif line.strip(" "):
                    kept[number] = line
            writer.accept(list(kept), list(kept.values()))
    finally:
        writer.close()
    return writer.tokens


def write_raw_text(source: TextFile, path: Path, numbers: list[int], spans: dict[int, int]) -> None:
    """A token file of the rows that begin at these lines (in order), as they stand in the file."""
    wanted = iter(numbers)
    number = next(wanted, None)
    raw: list[str] = []
    with owner_only(path) as out:
        for block in source.blocks():
            end = block.first_line + len(block.lines)
            while number is not None and number + len(raw) < end:
                raw.append(block.lines[number + len(raw) - block.first_line])
                if len(raw) == spans.get(number, 1):
                    out.write(f"{number}\x1f{shortened(chr(10).join(raw))}\n")
                    number, raw = next(wanted, None), []
            if number is None:
                return


def first_lines(source: TextFile, most: int) -> list[tuple[int, str]]:
    """Up to `most` of the first lines that are not blank, numbered; only the file's first block is read."""
    for block in source.blocks():
        numbered = enumerate(block.lines, start=block.first_line)
        found = [(number, line) for number, line in numbered if line.strip(" ")]
        if found:
            return found[:most]
    return []


def header_fields(line: str, delimiter: str) -> list[str]:
    """The names in a header line; the line itself where its quotes are broken."""
    try:
        return [name.strip() for name in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error:
        return [line]


def json_keys(lines: list[tuple[int, str]]) -> list[str]:
    """The keys of the objects among these lines, in order of appearance."""
    keys: dict[str, None] = {}
    for _, line in lines:
        try:
            row = json.loads(line, parse_int=str)  # an integer may have more digits than Python reads
        except (ValueError, RecursionError):  # the reader rejects it later, with its line
            continue
        if isinstance(row, dict):
            keys |= dict.fromkeys(row)
    return list(keys)
