"""How two CSV or JSON files differ, in sentences: a few of the rows or keys, and how many in all."""

import csv
import io
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.reporting.dossier.as_csv import COLUMNS, KEY
from lookup_audit.reporting.plain import shown

_NAMED = 5
_IDS = (
    "alert_id",
    "lookup_id",
    "run_id",
    "file_id",
    "id",
    "name",
)  # what tells one of a list from the others
_NOTHING = object()


def differing_rows(before: bytes, now: bytes) -> list[str]:
    """Sentences on the rows of the file of lookups that were removed, added or changed, by system and id."""
    old, new = _rows(before), _rows(now)
    changed = [key for key in old if key in new and old[key] != new[key]]
    sentences = [
        *_counted([" ".join(key) for key in old if key not in new], "row is not there now", "rows are not there now"),
        *_counted([" ".join(key) for key in new if key not in old], "row was not there", "rows were not there"),
        *_counted(
            [f"{' '.join(key)} ({', '.join(_columns(old[key], new[key]))})" for key in changed],
            "row differs", "rows differ",
        ),
    ]  # fmt: skip
    return sentences or ["differs in order or spelling, in no row"]


def differing_keys(before: Any, now: Any) -> list[str]:
    """Sentences on the values of two JSON texts that differ, each by the way to it."""
    old, new = flat(before), flat(now)
    paths = sorted(key for key in {*old, *new} if old.get(key, _NOTHING) != new.get(key, _NOTHING))
    named = [f"{key}: {_value(old, key)} → {_value(new, key)}" for key in paths]
    return _counted(named, "value differs", "values differ") or ["differs in order or spelling, in no value"]


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every single value of a JSON text by the way to it: `alerts[a-1].status`."""
    found: dict[str, Any] = {}
    if isinstance(value, dict) and value:
        for name, one in value.items():
            found |= flat(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for place, one in _placed(value):
            found |= flat(one, f"{path}[{place}]")
    else:
        found[path] = value
    return found


def _placed(values: list[Any]) -> list[tuple[str, Any]]:
    """The parts of a list with what names each: an id that no two share, else the place."""
    if all(isinstance(one, dict) for one in values):
        for name in _IDS:
            ids = [one.get(name) for one in values]
            if all(isinstance(one, str) for one in ids) and len(set(ids)) == len(ids):
                return list(zip(map(str, ids), values, strict=True))
    return [(str(nr), one) for nr, one in enumerate(values)]


def _rows(content: bytes) -> dict[tuple[str, ...], dict[str, str]]:
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
        rows = list(reader)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError("is no CSV file") from error
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InputError("has other columns")
    if any(None in row or None in row.values() for row in rows):
        raise InputError("has rows with other columns")
    return {tuple(row[name] for name in KEY): row for row in rows}


def _columns(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return [name for name in COLUMNS if old[name] != new[name]]


def _value(values: dict[str, Any], key: str) -> str:
    return repr(values[key]) if key in values else "not there"


def _counted(named: list[str], one: str, many: str) -> list[str]:
    """One sentence with the number and the first few; none when there are none."""
    if not named:
        return []
    rest = f", and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return [
        f"{len(named)} {one if len(named) == 1 else many}: "
        + "; ".join(shown(text, 120) for text in named[:_NAMED])
        + rest
    ]
