r"""The guard before the engine: text files cut into records here, so that no quote can swallow a row.

Query text is written by the people being audited, and a single stray quote was seen to make a CSV reader
lose most of a file in silence. So where a record begins and ends is decided here, line by line. What the
engine then reads is a token file without any quoting: `line U+001F field U+001F field … \n`, with U+001E
for a line break inside a field. It must return exactly the records that were written.

A quoted field may span lines only if none of the lines that continue it looks like a row by itself; else
the line that opened the quote is rejected, and the others are read as the rows they look like. But the line that
closes the quote is rejected as well where it is no row in proper quoting: the end of a torn record is no row.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from lookup_audit.ingest.decode import FIELD_SIGN, NEWLINE_SIGN, Block, TextFile
from lookup_audit.ingest.tokens import Tokens, Writer

MOST_LINES = 200  # that one quoted field may span
_CLOSES = re.compile('(?:[^"]|"")*"(?!")')  # the rest of a quoted field, and its end


@dataclass(frozen=True)
class Shape:
    """How a delimited file is laid out: the line of its header, its delimiter, its number of columns."""

    header_line: int
    delimiter: str
    width: int


class _Records:
    """The records of a delimited file, fed block by block."""

    def __init__(self, writer: Writer, shape: Shape, longest_field: int) -> None:
        self.writer = writer
        self.delimiter = shape.delimiter
        self.width = shape.width
        self.longest_field = longest_field
        self._numbers: list[int] = []
        self._records: list[str] = []
        self._ends: set[int] = set()  # lines that close the quote of one that was rejected
        field = f'(?:"(?:[^"]|"")*"|[^"{re.escape(shape.delimiter)}]*)'
        self._proper = re.compile(f"{field}(?:{re.escape(shape.delimiter)}{field})*")

    def feed(self, block: Block, *, last: bool) -> Block | None:
        """Cut one block; what is returned must be put before the next one: a quote in it is still open."""
        if not block.faults and max(map(len, block.lines), default=0) <= self.longest_field:
            whole = self._whole_block(block.lines)
            if whole is not None:
                self.writer.accept(range(block.first_line, block.first_line + len(whole)), whole)
                return None
        index = 0
        while index < len(block.lines):
            taken = self._line(block, index, last=last)
            if taken == 0:
                break
            index += taken
        self.writer.accept(self._numbers, self._records)
        self._numbers, self._records = [], []
        if index == len(block.lines):
            return None
        faults = {
            number: reason for number, reason in block.faults.items() if number >= block.first_line + index
        }
        return Block(block.first_line + index, block.lines[index:], faults)

    def _whole_block(self, lines: list[str]) -> list[str] | None:
        """Every line as one record of the right width, or None when it is not that simple."""
        if self.width == 1:
            return None  # a blank line would pass for a record
        if not any(map(str.__contains__, lines, repeat('"'))):
            if "" in lines or set(map(str.count, lines, repeat(self.delimiter))) != {self.width - 1}:
                return None
            return [line.replace(self.delimiter, FIELD_SIGN) for line in lines]
        try:
            rows = list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        # A record that had swallowed a line would leave fewer records than lines.
        if len(rows) != len(lines) or set(map(len, rows)) != {self.width}:
            return None
        return list(map(FIELD_SIGN.join, rows))

    def _line(self, block: Block, index: int, *, last: bool) -> int:
        """Place the record that begins at this line; how many lines it took, 0 when more are needed."""
        number, line = block.first_line + index, block.lines[index]
        if number in block.faults:
            self.writer.reject(number, line, block.faults[number])
        elif '"' not in line:
            if line.strip(" "):
                self._place(number, line, line.split(self.delimiter), 1)
        else:
            fields = self._parse([line])
            lines = [line]
            if fields is None:
                fields, lines, ran_out = self._open_record(block, index)
                if fields is None and not ran_out:
                    ran_out = self._note_end(block, index)
                if ran_out and not last:
                    return 0
            if fields is None:
                self.writer.reject(number, line, "broken_quotes")
                return 1
            self._place(number, "\n".join(lines), fields, len(lines))
            return len(lines)
        return 1

    def _place(self, number: int, raw: str, fields: list[str], lines: int) -> None:
        if number in self._ends:
            reason = "broken_quotes"
        elif len(fields) != self.width:
            reason = "wrong_number_of_fields"
        elif len(raw) > self.longest_field and max(map(len, fields)) > self.longest_field:
            reason = "field_too_long"
        else:
            reason = ""
            self._numbers.append(number)
            self._records.append(FIELD_SIGN.join(fields).replace("\n", NEWLINE_SIGN))
        if reason:
            self.writer.reject(number, raw, reason)
        if lines > 1:
            self.writer.tokens.spans[number] = lines

    def _parse(self, lines: list[str]) -> list[str] | None:
        """The fields when these lines are exactly one record, else None."""
        try:
            rows = list(csv.reader((line + "\n" for line in lines), delimiter=self.delimiter, strict=True))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _note_end(self, block: Block, index: int) -> bool:
        """Remember the line that closes a record through lines that look like rows; True when the block ended first.

        A line that is a row in proper quoting is one, whatever was opened before it.
        """
        fields, lines, ran_out = self._open_record(block, index, through_rows=True)
        if fields is not None:
            closes = next(place for place, line in enumerate(lines) if place and _CLOSES.match(line))
            if self._proper.fullmatch("\n".join(lines[closes:])) is None:
                self._ends.add(block.first_line + index + closes)
        return ran_out

    def _open_record(
        self, block: Block, index: int, *, through_rows: bool = False
    ) -> tuple[list[str] | None, list[str], bool]:
        """The fields and lines of a record whose quote stays open at the end of its first line.

        The fields are None when no record of the right width closes it; True when the block ended first.
        """
        lines: list[str] = []
        ran_out = False

        def supply() -> Iterator[str]:
            nonlocal ran_out
            size = 0
            for offset in range(index, index + MOST_LINES):
                if offset == len(block.lines):
                    ran_out = True
                    return
                line = block.lines[offset]
                size += len(line)
                if lines and block.first_line + offset in block.faults:
                    return
                if lines and not through_rows and self._looks_like_a_row(line):
                    return
                if size > self.longest_field * self.width:
                    return
                lines.append(line)
                yield line + "\n"

        try:
            fields = next(csv.reader(supply(), delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return None, lines[:1], ran_out
        return (fields if len(fields) == self.width else None), lines, False

    def _looks_like_a_row(self, line: str) -> bool:
        if line.count(self.delimiter) == self.width - 1:
            return True
        fields = self._parse([line]) if '"' in line else None
        return fields is not None and len(fields) == self.width


def cut_delimited(source: TextFile, folder: Path, shape: Shape, longest_field: int) -> Tokens:
    """The records below the header as token files in `folder`; blank lines are no records."""
    csv.field_size_limit(2**31 - 1)
    writer = Writer(folder)
    try:
        records = _Records(writer, shape, longest_field)
        waiting: Block | None = None
        for block in _below(source, shape.header_line):
            joined = block
            if waiting is not None:
                joined = Block(waiting.first_line, waiting.lines + block.lines, waiting.faults | block.faults)
            waiting = records.feed(joined, last=False)
        if waiting is not None:
            records.feed(waiting, last=True)
    finally:
        writer.close()
    return writer.tokens


def _below(source: TextFile, header_line: int) -> Iterator[Block]:
    for block in source.blocks():
        if block.first_line + len(block.lines) <= header_line + 1:
            continue
        skip = max(0, header_line + 1 - block.first_line)
        faults = {number: reason for number, reason in block.faults.items() if number > header_line}
        yield Block(block.first_line + skip, block.lines[skip:], faults)
