"""Which files of a drop belong to which table, checked before anything is loaded."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from lookup_audit.errors import InputError
from lookup_audit.ingest.decode import Compression, name_of, read_bytes
from lookup_audit.ingest.mapping import Mapping, Rule
from lookup_audit.warehouse.tables import TABLES

Format = Literal["delimited", "ndjson", "parquet"]

MAPPING_NAME = "mapping.toml"
_FORMATS: dict[str, Format] = {
    "csv": "delimited",
    "tsv": "delimited",
    "txt": "delimited",
    "ndjson": "ndjson",
    "jsonl": "ndjson",
    "json": "ndjson",
    "parquet": "parquet",
    "pq": "parquet",
}
_COMPRESSIONS: dict[str, Compression] = {"gz": "gz", "gzip": "gz", "zst": "zst", "zstd": "zst"}


@dataclass(frozen=True)
class InputFile:
    """One file for one table: `file_id` is the SHA-256 of its content, `rule` what a mapping says of it."""

    path: Path
    table: str
    rule: Rule
    mapped: bool
    format: Format
    compression: Compression
    file_id: str

    @property
    def name(self) -> str:
        """The file's name, without its folder."""
        return name_of(self.path)


def files_of(drop: Path, mapping: Mapping | None) -> tuple[list[InputFile], list[str]]:
    """The files that name a table, in order of name, and what is ignored: "name: why".

    Raises `InputError` when the drop is no folder, or a file's name has an ending that cannot be read.
    """
    if not drop.is_dir():
        raise InputError(f"{drop}: is not a folder; a drop is a folder of files named after their tables")
    files: list[InputFile] = []
    ignored: list[str] = []
    for path in sorted(drop.iterdir(), key=lambda entry: entry.name):
        if path.is_dir():
            ignored.append(f"{name_of(path)}: a folder; sub-folders are not read")
        elif path.name == MAPPING_NAME:
            continue
        elif not path.is_file():
            ignored.append(f"{name_of(path)}: not a file")
        else:
            stem = re.split(r"[-.]", path.name, maxsplit=1)[0].lower()
            rules = (mapping or Mapping()).rules_for(path.name, stem if stem in TABLES else None)
            if not rules:
                ignored.append(f"{name_of(path)}: names no table{_better_name(name_of(path))}")
                continue
            format_, compression = _format(path)
            file_id = content_hash(path)
            files += [
                InputFile(path, table, rule, rule != Rule(), format_, compression, file_id)
                for table, rule in rules
            ]
    return files, ignored


def _better_name(name: str) -> str:
    """The name that was probably meant, as a question: for lookups_2026-03-01.csv, lookups-2026-03-01.csv."""
    known = [table for table in TABLES if re.match(rf"{table}[^a-z]", name, re.IGNORECASE)]
    if not known:
        return ""
    table = max(known, key=len)
    return f"; did you mean {table}-{name[len(table) :].lstrip('_ ')}?"


def content_hash(path: Path) -> str:
    """The SHA-256 of a file as it stands on disk, in hex."""
    digest = hashlib.sha256()
    for chunk in read_bytes(path, ""):
        digest.update(chunk)
    return digest.hexdigest()


def _format(path: Path) -> tuple[Format, Compression]:
    endings = path.name.lower().split(".")[1:]
    compression: Compression = ""
    if endings and endings[-1] in _COMPRESSIONS:
        compression = _COMPRESSIONS[endings.pop()]
    ending = endings[-1] if endings else ""
    if ending not in _FORMATS:
        raise InputError(
            f"{name_of(path)}: names a table, but a file ending in '{ending}' cannot be read; "
            f"those that can: {', '.join(_FORMATS)}, each also .gz or .zst"
        )
    return _FORMATS[ending], compression
