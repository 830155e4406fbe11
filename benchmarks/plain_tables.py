"""The files of a drop as pandas frames: read, keyed and resolved, as a script without a warehouse has to."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

Frame = pd.DataFrame
Parameters = dict[str, Any]

_PREFIXES = (
    r"van|von|vom|zu|de|den|der|het|'t|'s|t|ter|ten|te|op|in|aan|bij|over|onder|uit|voor|la|le|les|du|des|da|"
    r"das|do|dos|di|del|della|el|al|ben|bin|ibn|ould|v\.?d\.?|v\."
)
_SPELT_OUT = str.maketrans(
    {
        **dict(zip("øłđðıĸ‘’ʼ`´‐‑–\xa0\u202f", "olddik'''''---  ", strict=True)),
        "ß": "ss",
        "æ": "ae",
        "ĳ": "ij",
    }
)
_TODAY = [
    "lookup_id", "occurred_at", "user_id", "system", "action", "channel", "subject_type", "subject_id",
    "query_text", "case_id", "lat", "lon",
]  # fmt: skip
_BEFORE = ["occurred_at", "user_id", "action", "subject_id", "query_text", "case_id"]
_COLUMNS = {
    "users": [
        "user_id", "team", "function", "surname", "home_postcode", "home_house_number", "home_lat", "home_lon",
        "own_subject_id",
    ],
    "subjects": [
        "subject_id", "subject_type", "surname", "birth_date", "plate", "owner_subject_id", "postcode",
        "house_number", "lat", "lon", "is_public_figure",
    ],
    "shifts": ["user_id", "starts_at", "ends_at", "kind"],
    "cases": ["case_id", "opened_at", "closed_at", "team"],
    "case_subjects": ["case_id", "subject_id", "linked_at"],
    "case_members": ["case_id", "user_id", "team", "valid_from", "valid_until"],
    "incidents": ["incident_id", "occurred_at", "postcode", "house_number", "lat", "lon", "team"],
    "incident_subjects": ["incident_id", "subject_id"],
    "dispatches": ["incident_id", "user_id", "team", "dispatched_at", "cleared_at"],
    "news": ["published_at", "subject_id"],
    "relations": ["user_id", "subject_id", "kind"],
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Drop:
    """A drop in memory: `lookups` of the history and, last, of the day; the other tables by name.

    `lookups` has lookup_id, system, lat and lon only on the day; times are UTC without a zone, `day`,
    `night_start` and `night_end` are the local day and its bounds. `subjects` has every subject that was
    looked up, known or not, with the person behind it.
    """

    day: pd.Timestamp
    lookups: Frame
    tables: dict[str, Frame]

    @property
    def tonight(self) -> Frame:
        """The lookups of the audited day."""
        return self.lookups[self.lookups["day"] == self.day]


def read_drop(folder: Path, day: date, parameters: Parameters) -> Drop:
    """Read everything that an audit of this local day asks for."""
    tables = {name: _read(folder, name, columns) for name, columns in _COLUMNS.items()}
    tables["shifts"] = tables["shifts"].drop_duplicates(["user_id", "starts_at", "kind"], keep="last")
    users, subjects, incidents = tables["users"], tables["subjects"], tables["incidents"]
    users["surname_key"] = surname_key(users["surname"])
    users["postcode_key"] = code_key(users["home_postcode"])
    users["address_key"] = users["postcode_key"] + " " + code_key(users["home_house_number"])
    subjects["surname_key"] = surname_key(subjects["surname"])
    subjects["plate_key"] = code_key(subjects["plate"])
    for table in (subjects, incidents):
        table["postcode_key"] = code_key(table["postcode"])
        table["address_key"] = table["postcode_key"] + " " + code_key(table["house_number"])
    lookups = _lookups(folder, pd.Timestamp(day), parameters)
    lookups["was_logged"] = lookups["subject_id"].notna()
    _resolve(lookups, subjects)
    tables["subjects"] = _placed(subjects, lookups["subject_id"])
    who = users.set_index("user_id")
    lookups["team"] = lookups["user_id"].map(who["team"])
    lookups["focus_id"] = lookups["subject_id"].map(tables["subjects"].set_index("subject_id")["focus_id"])
    return Drop(pd.Timestamp(day), lookups, tables)


def _files(folder: Path, name: str) -> list[Path]:
    return [*folder.glob(f"{name}.parquet"), *sorted(folder.glob(f"{name}-*.parquet"))]


def _read(folder: Path, name: str, columns: list[str]) -> Frame:
    table = pd.concat(
        [pd.read_parquet(path, columns=columns) for path in _files(folder, name)], ignore_index=True
    )
    for column in table.columns[[isinstance(kind, pd.DatetimeTZDtype) for kind in table.dtypes]]:
        table[column] = table[column].dt.tz_convert(None)
    return table


def _lookups(folder: Path, day: pd.Timestamp, parameters: Parameters) -> Frame:
    """History first, the day last; of history no more columns than it is asked for."""
    zone = parameters["zone"]
    first = day - pd.Timedelta(days=parameters["context"]["history_days"] + 1)
    before, today = [], []
    for path in _files(folder, "lookups"):
        part = pd.read_parquet(path, columns=_TODAY)
        part["day"] = part["occurred_at"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        part["occurred_at"] = part["occurred_at"].dt.tz_convert(None)
        part["query_text"] = part["query_text"].where(part["subject_id"].isna())
        today.append(part[part["day"] == day])
        before.append(part.loc[part["day"].between(first, day, inclusive="left"), [*_BEFORE, "day"]])
    lookups = pd.concat([*before, *today], ignore_index=True)
    days = pd.Index(lookups["day"].unique())
    for name, moved in (("night_start", 0), ("night_end", 1)):
        midnight = (days + pd.Timedelta(days=moved)).tz_localize(zone).tz_convert(None)
        lookups[name] = lookups["day"].map(pd.Series(midnight, index=days))
    return lookups


def _resolve(lookups: Frame, subjects: Frame) -> None:
    """Fill in the one subject that a query text names; ambiguous texts stay unresolved."""
    unknown = lookups["subject_id"].isna() & lookups["query_text"].notna()
    texts = pd.DataFrame({"query_text": lookups.loc[unknown, "query_text"].unique()})
    text = texts["query_text"]
    texts["code"] = code_key(text)
    texts["surname_key"] = surname_key(text.str.replace(r"[0-9][0-9./-]*", "", regex=True))
    iso = pd.to_datetime(text.str.extract(r"(\d{4}-\d{2}-\d{2})")[0], format="%Y-%m-%d", errors="coerce")
    dutch = pd.to_datetime(text.str.extract(r"(\d{2}-\d{2}-\d{4})")[0], format="%d-%m-%Y", errors="coerce")
    plain = pd.to_datetime(text.str.extract(r"\b(\d{8})\b")[0], format="%d%m%Y", errors="coerce")
    texts["birth_date"] = iso.fillna(dutch).fillna(plain)
    addresses = subjects[subjects["subject_type"] == "address"]
    persons = subjects[subjects["subject_type"] == "person"].assign(
        birth_date=lambda table: pd.to_datetime(table["birth_date"])
    )
    born = ["birth_date", "surname_key"]
    matches = pd.concat(
        [
            _match(texts, subjects.assign(code=subjects["plate_key"]), ["code"]),
            _match(texts, addresses.assign(code=addresses["address_key"].str.replace(" ", "")), ["code"]),
            _match(texts, persons, born),
        ]
    ).drop_duplicates()
    matches = matches.drop_duplicates("query_text", keep=False).set_index("query_text")["subject_id"]
    lookups.loc[unknown, "subject_id"] = lookups.loc[unknown, "query_text"].map(matches)


def _match(texts: Frame, subjects: Frame, by: list[str]) -> Frame:
    pairs = texts.dropna(subset=by).merge(subjects.dropna(subset=by)[[*by, "subject_id"]], on=by)
    return pairs[["query_text", "subject_id"]]


def _placed(subjects: Frame, asked: pd.Series) -> Frame:
    """Every subject, known or only looked up, with the person behind it and where that is."""
    known = pd.Index(subjects["subject_id"])
    strangers = pd.Index(asked.dropna().unique()).difference(known)
    placed = pd.concat([subjects, pd.DataFrame({"subject_id": strangers})], ignore_index=True)
    is_person = placed["subject_type"] == "person"
    placed["person_id"] = placed["subject_id"].where(is_person, placed["owner_subject_id"])
    placed["focus_id"] = placed["person_id"].fillna(placed["subject_id"])
    person = subjects.set_index("subject_id")
    placed["own_address_key"] = placed["address_key"]
    for column in ("address_key", "postcode_key", "lat", "lon"):
        placed[column] = placed[column].fillna(placed["person_id"].map(person[column]))
    placed["surname_key"] = placed["person_id"].map(person["surname_key"])
    figures = person["is_public_figure"].fillna(False).astype(bool)
    placed["is_public_figure"] = placed["person_id"].map(figures).fillna(False).astype(bool)
    residents = subjects.loc[subjects["subject_type"] == "person", "address_key"].value_counts()
    placed["is_household"] = placed["address_key"].map(residents).fillna(0) <= 10
    return placed


def _plain(values: pd.Series) -> pd.Series:
    """Without accents; what remains after decomposition is dropped by the keys anyway."""
    return values.map(
        lambda value: "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)),
        na_action="ignore",
    )


def code_key(values: pd.Series) -> pd.Series:
    """Letters and digits only, in capitals; missing when there are none."""
    names = pd.Series(values.dropna().unique(), dtype="str")
    keys = _plain(names).str.upper().str.replace(r"[^A-Z0-9]+", "", regex=True).replace("", np.nan)
    return values.map(pd.Series(keys.to_numpy(), index=names.to_numpy(), dtype="str"))


def surname_key(values: pd.Series) -> pd.Series:
    """A surname without case, accents, prefixes and spaces; missing when nothing is left."""
    names = pd.Series(values.dropna().unique(), dtype="str")
    keys = (
        _plain(names.str.lower().str.translate(_SPELT_OUT)).str.replace(r"\s+", " ", regex=True).str.strip()
    )
    keys = keys.str.replace(r"^([^,]+),\s*(.+)$", r"\2 \1", regex=True)
    keys = keys.str.replace(r"\bd'\s*", "", regex=True).str.replace("v/d", "van de")
    keys = keys.str.replace(rf"(^|[\s-])(?:(?:{_PREFIXES})[\s-]+)+", r"\1", regex=True)
    keys = keys.str.replace(r"[^a-z0-9-]+", "", regex=True).replace("", np.nan)
    return values.map(pd.Series(keys.to_numpy(), index=names.to_numpy(), dtype="str"))
