"""The input tables of the data contract: columns, kinds of value, keys, and what is derived at ingest."""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["id", "text", "instant", "day", "number", "whole", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of an input table; `values` lists what is allowed, empty for anything.

    A day or moment in the year `no_such` stands for none, as registers write it: no end yet (9999), a beginning that
    nobody knows (1).
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    values: tuple[str, ...] = ()
    no_such: int | None = None


@dataclass(frozen=True)
class Table:
    """One input table; `derived` maps extra columns to SQL over the contract's columns."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    derived: dict[str, str] = field(default_factory=dict)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the columns that a file must have and a row must fill."""
        return tuple(column.name for column in self.columns if column.required)


SUBJECT_TYPES = ("person", "vehicle", "address", "phone", "organisation")
MOTIVES = ("curiosity", "personal_involvement", "personal_benefit")


def _id(name: str, *, required: bool = False) -> Column:
    return Column(name, "id", required)


def _instant(name: str, *, required: bool = False) -> Column:
    return Column(name, "instant", required)


def _from(name: str, kind: Kind = "instant") -> Column:
    return Column(name, kind, no_such=1)


def _until(name: str, kind: Kind = "instant") -> Column:
    return Column(name, kind, no_such=9999)


def _place(prefix: str = "") -> tuple[Column, ...]:
    return (Column(f"{prefix}lat", "number"), Column(f"{prefix}lon", "number"))


_ADDRESS_KEYS = {"postcode_key": "code_key(postcode)", "address_key": "address_key(postcode, house_number)"}

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "lookups",
            (
                _id("lookup_id", required=True),
                _instant("occurred_at", required=True),
                _id("user_id", required=True),
                _id("system", required=True),
                Column("action", values=("search", "view", "print", "export")),
                Column("channel", values=("desktop", "mobile", "api")),
                Column("subject_type", values=SUBJECT_TYPES),
                _id("subject_id"),
                Column("query_text"),
                _id("case_id"),
                Column("justification"),
                Column("workstation"),
                *_place(),
            ),
            key=("system", "lookup_id"),
        ),
        Table(
            "users",
            (
                _id("user_id", required=True),
                Column("unit"),
                Column("district"),
                Column("team"),
                Column("function"),
                Column("surname"),
                Column("home_postcode"),
                Column("home_house_number"),
                *_place("home_"),
                _id("own_subject_id"),
                _from("hired_on", "day"),
                _until("left_on", "day"),
            ),
            key=("user_id",),
            derived={
                "surname_key": "surname_key(surname)",
                "home_postcode_key": "code_key(home_postcode)",
                "home_address_key": "address_key(home_postcode, home_house_number)",
            },
        ),
        Table(
            "subjects",
            (
                _id("subject_id", required=True),
                Column("subject_type", required=True, values=SUBJECT_TYPES),
                Column("surname"),
                Column("given_names"),
                _from("birth_date", "day"),
                Column("sex"),
                Column("plate"),
                _id("owner_subject_id"),
                Column("postcode"),
                Column("house_number"),
                *_place(),
                Column("is_public_figure", "flag"),
            ),
            key=("subject_id",),
            derived={
                "surname_key": "surname_key(surname)",
                "plate_key": "code_key(plate)",
                **_ADDRESS_KEYS,
            },
        ),
        Table(
            "shifts",
            (
                _id("user_id", required=True),
                _instant("starts_at", required=True),
                _instant("ends_at", required=True),
                Column("kind", values=("duty", "standby", "training", "leave", "sick")),
            ),
            key=("user_id", "starts_at", "kind"),
        ),
        Table(
            "cases",
            (
                _id("case_id", required=True),
                _from("opened_at"),
                _until("closed_at"),
                Column("team"),
                Column("kind"),
            ),
            key=("case_id",),
        ),
        Table(
            "case_subjects",
            (_id("case_id", required=True), _id("subject_id", required=True), _instant("linked_at")),
            key=("case_id", "subject_id"),
        ),
        Table(
            "case_members",
            (
                _id("case_id", required=True),
                _id("user_id"),
                Column("team"),
                _from("valid_from"),
                _until("valid_until"),
            ),
            key=("case_id", "user_id", "team", "valid_from"),
        ),
        Table(
            "incidents",
            (
                _id("incident_id", required=True),
                _instant("occurred_at", required=True),
                Column("kind"),
                Column("postcode"),
                Column("house_number"),
                *_place(),
                Column("team"),
            ),
            key=("incident_id",),
            derived=_ADDRESS_KEYS,
        ),
        Table(
            "incident_subjects",
            (_id("incident_id", required=True), _id("subject_id", required=True)),
            key=("incident_id", "subject_id"),
        ),
        Table(
            "dispatches",
            (
                _id("incident_id", required=True),
                _id("user_id"),
                Column("team"),
                _instant("dispatched_at"),
                _instant("cleared_at"),
            ),
            key=("incident_id", "user_id", "team", "dispatched_at"),
        ),
        Table(
            "news",
            (
                _id("news_id", required=True),
                _instant("published_at", required=True),
                _id("subject_id", required=True),
                Column("headline"),
                Column("outlet"),
                Column("url"),
            ),
            key=("news_id", "subject_id"),
        ),
        Table(
            "relations",
            (
                _id("user_id", required=True),
                _id("subject_id", required=True),
                Column(
                    "kind",
                    values=(
                        "partner",
                        "parent",
                        "child",
                        "sibling",
                        "household",
                        "ex_partner",
                        "in_law",
                        "friend",
                        "other",
                    ),
                ),
            ),
            key=("user_id", "subject_id", "kind"),
        ),
        Table(
            "interventions",
            (
                _id("intervention_id", required=True),
                Column("held_on", "day", required=True),
                Column(
                    "kind", values=("dilemma_session", "debrief", "presentation", "campaign", "e_learning")
                ),
                Column("theme"),
                Column("unit"),
                Column("team"),
                Column("reach", "whole"),
            ),
            key=("intervention_id",),
        ),
        Table(
            "labels",
            (
                _id("system", required=True),
                _id("lookup_id", required=True),
                Column("motive", required=True, values=MOTIVES),
                Column("theme"),
            ),
            key=("system", "lookup_id"),
        ),
    )
}

REQUIRED_TABLES = ("lookups", "users")
