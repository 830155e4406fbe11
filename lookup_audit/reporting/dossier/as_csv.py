"""Every lookup of a dossier as one CSV file."""

from collections.abc import Sequence

from lookup_audit.reporting.dossier.numbers import Lookup
from lookup_audit.reporting.plain import csv_file

COLUMNS = (
    "system", "lookup_id", "occurred_at", "duty_state", "action", "channel", "workstation", "subject_type",
    "subject_id", "subject_name", "query_text", "case_id", "justification", "work_links", "detectors", "risk",
    "alert_id",
)  # fmt: skip
KEY = ("system", "lookup_id")
"""The columns that tell one row from every other."""


def as_csv(lookups: Sequence[Lookup]) -> str:
    """Every lookup as one CSV text with a header; no cell is a formula to a spreadsheet."""
    return csv_file(COLUMNS, map(_row, lookups))


def _row(one: Lookup) -> tuple[object, ...]:
    return (
        one.system, one.lookup_id, one.at.isoformat(), one.duty, one.action, one.channel,
        one.workstation, one.subject_type, one.subject_id, one.subject_name, one.query_text,
        one.case_id, one.justification, links_of(one), questions_of(one), one.risk, one.alert_id,
    )  # fmt: skip


def links_of(lookup: Lookup) -> str:
    """Its work links with their strengths, as `own_case:0.90 dispatch:0.40`."""
    return " ".join(f"{link.explanation}:{link.strength:.2f}" for link in lookup.links)


def questions_of(lookup: Lookup) -> str:
    """Its questions with their scores, in the same form."""
    return " ".join(f"{found.detector}:{found.score:.2f}" for found in lookup.findings)
