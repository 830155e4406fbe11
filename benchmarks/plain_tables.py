"""The files of a drop as pandas frames: read, keyed and resolved, as a script without a warehouse has to."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.plain_keys import code_key, reason_key, surname_key

Frame = pd.DataFrame
Parameters = dict[str, Any]

_BEFORE = [
    "occurred_at", "user_id", "system", "action", "subject_id", "query_text", "case_id", "justification",
]  # fmt: skip
_PAST = ["occurred_at", "user_id", "subject_id", "query_text", "case_id", "day", "is_extract"]
_TODAY = [*_BEFORE, "lookup_id", "channel", "subject_type", "lat", "lon"]
_NUMBERED = {
    "user": ["user_id"],
    "subject": ["subject_id", "owner_subject_id", "own_subject_id"],
    "case": ["case_id"],
    "incident": ["incident_id"],
    "team": ["team"],
    "postcode": ["postcode_key"],
    "address": ["address_key"],
}
_COLUMNS = {
    "users": [
        "user_id", "team", "function", "surname", "home_postcode", "home_house_number", "home_lat", "home_lon",
        "own_subject_id",
    ],
    "subjects": [
        "subject_id", "subject_type", "surname", "birth_date", "sex", "plate", "owner_subject_id", "postcode",
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

    `lookups` has what is asked of the day alone (system, channel, justification, place …) only then; times are UTC
    without a zone, `day` is the local one, and `nights` has `start` and `end` of each. `met` has every
    user, subject, focus and day with a lookup once, and reaches back twice as far: whom a desk knew already
    is asked of every day of the history. `reasons` counts lookups by day, system, function and reason.
    `subjects` has every subject that was looked up, known or not, with the person behind it. Ids, and keys
    that are only compared, are numbers: `names` has what they stand for.
    """

    day: pd.Timestamp
    nights: Frame
    lookups: Frame
    met: Frame
    reasons: Frame
    tables: dict[str, Frame]
    names: dict[str, pd.Series]

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
    is_address = subjects["subject_type"] == "address"
    subjects["address_code"] = subjects["address_key"].where(is_address).str.replace(" ", "")
    functions = users.set_index("user_id")["function"]
    lookups, reasons = _lookups(folder, pd.Timestamp(day), functions, parameters)
    names = _number([lookups, *tables.values()])
    lookups["was_logged"] = lookups["subject_id"].notna()
    _resolve(lookups, subjects)
    del lookups["query_text"]
    tables["subjects"] = _placed(subjects, lookups["subject_id"])
    lookups["team"] = lookups["user_id"].map(users.set_index("user_id")["team"])
    lookups["focus_id"] = lookups["subject_id"].map(tables["subjects"].set_index("subject_id")["focus_id"])
    met = lookups[["user_id", "subject_id", "focus_id", "day"]].dropna(subset=["subject_id"])
    recent = lookups["occurred_at"].notna()
    return Drop(
        pd.Timestamp(day),
        _nights(lookups["day"], parameters["zone"]),
        lookups[recent].reset_index(drop=True) if not recent.all() else lookups,
        met.drop_duplicates(["user_id", "subject_id", "day"], ignore_index=True),
        reasons,
        tables,
        names,
    )


def window(frame: Frame, day: pd.Timestamp, days: int) -> Frame:
    """The rows of the last days before the day that is compared with them."""
    return frame[frame["day"].between(day - pd.Timedelta(days=days), day, inclusive="left")]


def rounded(values: pd.Series, digits: int) -> pd.Series:
    """To so many digits, halves away from zero."""
    return np.sign(values) * np.floor(values.abs() * 10**digits + 0.5) / 10**digits


def value_of(names: pd.Series, values: pd.Series) -> pd.Series:
    """The value of each name; `map` would make texts of all of them where there are no names."""
    return pd.Series(values.reindex(names).to_numpy(), names.index)


def number_of(names: pd.Series, numbers: pd.Series, default: float = np.nan) -> pd.Series:
    """The number of each name, or the default."""
    return value_of(names, numbers).astype("float64").fillna(default)


def _files(folder: Path, name: str) -> list[Path]:
    return [*folder.glob(f"{name}.parquet"), *sorted(folder.glob(f"{name}-*.parquet"))]


def _read(folder: Path, name: str, columns: list[str]) -> Frame:
    table = pd.concat(
        [pd.read_parquet(path, columns=columns) for path in _files(folder, name)], ignore_index=True
    )
    for column in table.columns[[isinstance(kind, pd.DatetimeTZDtype) for kind in table.dtypes]]:
        table[column] = table[column].dt.tz_convert(None)
    return table


def _lookups(
    folder: Path, day: pd.Timestamp, functions: pd.Series, parameters: Parameters
) -> tuple[Frame, Frame]:
    """History first, the day last, of history no more columns than it is asked for; and the reasons given.

    What is older than the history, and the day before it for hand-overs, has no time: only who met whom.
    """
    zone, history = parameters["zone"], pd.Timedelta(days=parameters["context"]["history_days"])
    first, first_met = day - history - pd.Timedelta(days=1), day - 2 * history
    bounds = [time.tz_localize(zone) for time in (min(first, first_met), day + pd.Timedelta(days=1))]
    within = [("occurred_at", ">=", bounds[0]), ("occurred_at", "<", bounds[1])]
    before, today, reasons = [], [], []
    for path in _files(folder, "lookups"):
        part = pd.read_parquet(path, columns=_BEFORE, filters=within)
        local = part["occurred_at"].dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()
        if (local == day).any():
            part = pd.read_parquet(path, columns=_TODAY, filters=within)
        part["day"] = local
        part["is_extract"] = part["action"].isin(["print", "export"])
        part["occurred_at"] = part["occurred_at"].dt.tz_convert(None)
        part["query_text"] = part["query_text"].where(part["subject_id"].isna())
        said = part.loc[local >= day - history, ["day", "system", "user_id", "justification"]]
        reasons.append(_reasons_given(said, functions))
        today.append(part[local == day])
        before.append(part.loc[local.between(first, day, inclusive="left"), _PAST])
        before.append(part.loc[local < first, ["user_id", "subject_id", "query_text", "day", "is_extract"]])
    lookups = pd.concat([*before, *today], ignore_index=True)
    return lookups, _by_reason(pd.concat(reasons, ignore_index=True))


def _number(frames: list[Frame]) -> dict[str, pd.Series]:
    """Put a number in place of every id, the same one in all tables; the names by number, for each kind.

    They are floats, because some are missing: numbers are compared and moved much faster than texts.
    """
    names = {}
    for kind, columns in _NUMBERED.items():
        places = [(frame, column) for frame in frames for column in columns if column in frame]
        texts = pd.concat([frame[column] for frame, column in places], ignore_index=True)
        numbers, known = pd.factorize(texts)
        names[kind] = pd.Series(known)
        numbers = np.where(numbers < 0, np.nan, numbers)
        for frame, column in places:
            frame[column], numbers = numbers[: len(frame)], numbers[len(frame) :]
    return names


def _nights(day: pd.Series, zone: str) -> Frame:
    days = pd.DatetimeIndex(day.unique())
    start, end = days, days + pd.Timedelta(days=1)
    bounds = {name: at.tz_localize(zone).tz_convert(None) for name, at in (("start", start), ("end", end))}
    return pd.DataFrame(bounds, index=days)


_SAID = ["day", "system", "function", "reason"]
RARE = "…"  # no reason is spelt like that


def _reasons_given(lookups: Frame, functions: pd.Series) -> Frame:
    said = lookups.rename(columns={"justification": "reason"})
    said = said.assign(function=said["user_id"].map(functions))
    return said.groupby(_SAID, dropna=False, sort=False).size().rename("lookups").reset_index()


def _by_reason(said: Frame) -> Frame:
    """The counts again with the reasons normalised, those given fewer than three times a day as one."""
    said = said.assign(reason=reason_key(said["reason"]))
    said = said.groupby(_SAID, dropna=False, sort=False)["lookups"].sum().reset_index()
    said["reason"] = said["reason"].mask((said["lookups"] < 3) & said["reason"].notna(), RARE)
    return said.groupby(_SAID, dropna=False, sort=False)["lookups"].sum().reset_index()


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
    persons = subjects[subjects["subject_type"] == "person"].assign(
        birth_date=lambda table: pd.to_datetime(table["birth_date"])
    )
    born = ["birth_date", "surname_key"]
    matches = pd.concat(
        [
            _match(texts, subjects.assign(code=subjects["plate_key"]), ["code"]),
            _match(texts, subjects.assign(code=subjects["address_code"]), ["code"]),
            _match(texts, persons, born),
        ]
    ).drop_duplicates()
    matches = matches.drop_duplicates("query_text", keep=False).set_index("query_text")["subject_id"]
    lookups.loc[unknown, "subject_id"] = value_of(lookups.loc[unknown, "query_text"], matches)


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
    for column in ("surname_key", "sex"):
        placed[column] = placed["person_id"].map(person[column])
    figures = person["is_public_figure"].fillna(False).astype(bool)
    placed["is_public_figure"] = placed["person_id"].map(figures).fillna(False).astype(bool)
    residents = subjects.loc[subjects["subject_type"] == "person", "address_key"].value_counts()
    placed["is_household"] = placed["address_key"].map(residents).fillna(0) <= 10
    # what counts as one: a home, or a person without one
    placed["home_key"] = placed["address_key"].fillna(-1 - placed["focus_id"])
    placed["circle"] = placed["home_key"].where(placed["is_household"], -1 - placed["focus_id"])
    return placed
