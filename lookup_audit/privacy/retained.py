"""What stays, table by table, when days are forgotten: conditions for a rebuild of the warehouse.

Each is over the columns of its table and the temporary tables of `holds` and of `mark`. What was made of a lookup
goes with it; context goes by its own dates; who or what is named goes when nothing that stays refers to it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.rebuild import Keeping
from lookup_audit.warehouse.tables import TABLES


@dataclass(frozen=True)
class Days:
    """The first local day that is kept, by kind of table; `date.min` where everything is."""

    lookups: date
    context: date
    subjects: date
    rejected: date
    orders: date


def mark(desk: Warehouse, days: Days) -> None:
    """Make the temporary tables that the conditions ask for; `holds.hold` comes first."""
    values = {**_values(days, desk.settings), "probe_subjects": list(desk.settings.probe_subjects)}
    for table, query in _MARKS:
        desk.run(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}", _used(query, values))


def keeping(days: Days, settings: Settings) -> dict[str, Keeping]:
    """A condition for every table of the warehouse, once `mark` made what they ask for."""
    values = _values(days, settings)
    return {table: Keeping(condition, _used(condition, values)) for table, condition in RETAINED.items()}


def _values(days: Days, settings: Settings) -> dict[str, Any]:
    """Each day as `<kind>_day`, and the moment at which it begins as `<kind>_start` (UTC)."""
    named: dict[str, date] = asdict(days)
    starts = {f"{kind}_start": _start(day, settings.zone_info) for kind, day in named.items()}
    notices = settings.today() - timedelta(days=settings.notices.kept_days)  # as was promised in each
    return {f"{kind}_day": day for kind, day in named.items()} | starts | {"notices_day": notices}


def _start(day: date, zone: ZoneInfo) -> datetime:
    if day == date.min:
        return datetime.min
    return datetime.combine(day, time(), zone).astimezone(UTC).replace(tzinfo=None)


def _used(query: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if f"${name}" in query}


def _loaded_before(kind: str) -> str:
    """SQL: the row came with a file that was loaded before the first day kept; for what has no date of its own."""
    return f"file_id IN (SELECT input_files.file_id FROM input_files WHERE input_files.loaded_at < ${kind}_start)"


_LOOKUP = "(system, lookup_id) IN (SELECT (held_lookups.system, held_lookups.lookup_id) FROM held_lookups)"
_OWN = "(system, lookup_id) IN (SELECT (held_own.system, held_own.lookup_id) FROM held_own)"
_DATED = "day >= $lookups_day"

RETAINED: dict[str, str] = {
    # lookups, and what was made of them
    "lookups": f"local_date >= $lookups_day OR {_LOOKUP}",
    "labels": f"""
        (system, lookup_id) IN (
            SELECT (kept.system, kept.lookup_id) FROM lookups AS kept WHERE kept.local_date >= $lookups_day
        )
        OR {_LOOKUP}
        OR NOT (
            {_loaded_before("lookups")}
            OR (system, lookup_id) IN (SELECT (gone.system, gone.lookup_id) FROM lookups AS gone)
        )
    """,
    "findings": f"audit_date >= $lookups_day OR {_OWN}",
    "lookup_risk": f"audit_date >= $lookups_day OR {_OWN}",
    "work_links": f"audit_date >= $lookups_day OR {_LOOKUP}",
    "alert_episodes": "alert_id IN (SELECT kept_alerts.alert_id FROM kept_alerts)",
    "control_sample": "audit_date >= $lookups_day",
    "verdicts": """
        alert_id IN (SELECT kept_alerts.alert_id FROM kept_alerts)
        OR alert_id IN (SELECT drawn.control_id FROM control_sample AS drawn WHERE drawn.audit_date >= $lookups_day)
        OR (
            decided_at >= $lookups_start
            AND alert_id NOT IN (SELECT known.alert_id FROM alert_episodes AS known)
            AND alert_id NOT IN (SELECT known.control_id FROM control_sample AS known)
        )
    """,
    "notices": f"(looked_up_on >= $lookups_day AND made_on >= $notices_day) OR {_OWN}",
    "notice_arms": "drawn_on >= $lookups_day OR user_id IN (SELECT kept_users.user_id FROM kept_users)",
    "pending_days": _DATED,
    # history
    "numbers": "nr IN (SELECT kept_numbers.nr FROM kept_numbers)",
    "numbered_focus_days": _DATED,
    "numbered_interest_days": _DATED,
    "question_days": _DATED,
    "reason_days": _DATED,
    "numbered_user_subject_days": f"""
        {_DATED}
        OR (user_nr, day, focus_nr) IN (
            SELECT (theirs.user_nr, theirs.day, theirs.focus_nr) FROM held_colleague_days AS theirs
        )
    """,
    "user_days": f"""
        {_DATED}
        OR (user_id, day) IN (SELECT (held_days.user_id, held_days.day) FROM held_days)
        OR EXISTS (
            SELECT 1
            FROM held_peers
            WHERE
                held_peers.user_id = user_days.user_id
                AND user_days.day BETWEEN held_peers.first_day AND held_peers.last_day
        )
    """,
    # context
    "shifts": """
        ends_at >= $context_start
        OR (user_id, starts_at, coalesce(kind, ''))
        IN (SELECT (held_shifts.user_id, held_shifts.starts_at, coalesce(held_shifts.kind, '')) FROM held_shifts)
    """,
    "cases": """
        case_id IN (SELECT kept_cases.case_id FROM kept_cases)
        OR case_id IN (SELECT held_cases.case_id FROM held_cases)
    """,
    "case_subjects": f"""
        case_id IN (SELECT kept_cases.case_id FROM kept_cases)
        OR subject_id IN (SELECT held_related.reached_id FROM held_related)
        OR (
            case_id NOT IN (SELECT known.case_id FROM cases AS known)
            AND coalesce(linked_at >= $context_start, NOT {_loaded_before("context")})
        )
    """,
    "case_members": f"""
        case_id IN (SELECT kept_cases.case_id FROM kept_cases)
        OR (
            case_id IN (SELECT held_cases.case_id FROM held_cases)
            AND (user_id IS NULL OR user_id IN (SELECT held_mandates.user_id FROM held_mandates))
        )
        OR (
            case_id NOT IN (SELECT known.case_id FROM cases AS known)
            AND coalesce(valid_until >= $context_start, NOT {_loaded_before("context")})
        )
    """,
    "incidents": """
        occurred_at >= $context_start OR incident_id IN (SELECT held_incidents.incident_id FROM held_incidents)
    """,
    "incident_subjects": f"""
        incident_id IN (SELECT kept_incidents.incident_id FROM kept_incidents)
        OR (
            incident_id IN (SELECT held_incidents.incident_id FROM held_incidents)
            AND subject_id IN (SELECT held_related.reached_id FROM held_related)
        )
        OR (
            incident_id NOT IN (SELECT known.incident_id FROM incidents AS known)
            AND NOT {_loaded_before("context")}
        )
    """,
    "dispatches": f"""
        incident_id IN (SELECT kept_incidents.incident_id FROM kept_incidents)
        OR incident_id IN (SELECT held_incidents.incident_id FROM held_incidents)
        OR (
            incident_id NOT IN (SELECT known.incident_id FROM incidents AS known)
            AND coalesce(dispatched_at >= $context_start, NOT {_loaded_before("context")})
        )
    """,
    "news": """
        published_at >= $context_start
        OR (news_id, subject_id) IN (SELECT (held_news.news_id, held_news.subject_id) FROM held_news)
    """,
    # who and what is named
    "users": "user_id IN (SELECT kept_users.user_id FROM kept_users)",
    "subjects": "subject_id IN (SELECT kept_subjects.subject_id FROM kept_subjects)",
    "relations": f"""
        user_id IN (SELECT kept_users.user_id FROM kept_users)
        OR (user_id NOT IN (SELECT known.user_id FROM users AS known) AND NOT {_loaded_before("context")})
    """,
    # what came in
    "rejected_rows": f"""
        NOT ({_loaded_before("rejected")} OR file_id IN (SELECT emptied_files.file_id FROM emptied_files))
        OR EXISTS (SELECT 1 FROM held_mandates WHERE contains(rejected_rows.raw_text, held_mandates.user_id))
    """,
    "input_files": "TRUE",
    # what people ordered and decided
    "mandates": """
        reference IN (SELECT held_mandates.reference FROM held_mandates)
        OR (valid_until >= $orders_day AND coalesce(withdrawn_at >= $orders_start, TRUE))
    """,
    "suppressions": "until >= $orders_day AND coalesce(ended_at >= $orders_start, TRUE)",
    # what names nobody, and what guards the tool
    "interventions": "TRUE",
    "team_place_days": "TRUE",
    "volume_days": "TRUE",
    "value_days": "TRUE",
    "gaps": "TRUE",
    "runs": "TRUE",
    "configurations": "TRUE",
    "calibrations": "TRUE",
    "key_prints": "TRUE",
    "trail": "TRUE",
}
"""For each table, in the order of copying, which rows stay."""

# Everything that names a subject by its id.
_NAMED = (
    ("lookups", "subject_id"), ("findings", "subject_id"), ("lookup_risk", "subject_id"),
    ("alert_episodes", "subject_id"), ("control_sample", "subject_id"),
    ("case_subjects", "subject_id"), ("incident_subjects", "subject_id"), ("news", "subject_id"),
    ("relations", "subject_id"), ("users", "own_subject_id"), ("suppressions", "subject_id"),
)  # fmt: skip


# Where a number stands for a subject, and where for anything else.
_NUMBERED = (
    ("numbered_user_subject_days", ("subject_nr", "focus_nr"), ("user_nr",)),
    ("numbered_focus_days", ("focus_nr",), ()),
    (
        "numbered_interest_days",
        ("focus_nr",),
        ("user_nr", "team_nr", "surname_nr", "postcode_nr", "home_nr", "sex_nr"),
    ),
)


def _numbers(*, subjects_only: bool, kept: bool) -> str:
    return " UNION ".join(
        f"SELECT {column} AS nr FROM {table}" + (f" WHERE {RETAINED[table]}" if kept else "")
        for table, subjects, others in _NUMBERED
        for column in (subjects if subjects_only else (*subjects, *others))
    )


def _named(*, kept: bool) -> str:
    parts = [
        f"SELECT {column} AS subject_id FROM {table}" + (f" WHERE {RETAINED[table]}" if kept else "")
        for table, column in _NAMED
    ]
    parts.append(
        "SELECT numbers.text AS subject_id FROM numbers "
        f"WHERE numbers.nr IN ({_numbers(subjects_only=True, kept=kept)})"
    )
    parts.append("SELECT unnest($probe_subjects) AS subject_id")
    if kept:  # the homes of users count too: who lives there is close to them
        parts.append(
            "SELECT subjects.subject_id FROM subjects "
            "INNER JOIN users ON users.home_address_key = subjects.address_key "
            "WHERE users.user_id IN (SELECT kept_users.user_id FROM kept_users)"
        )
    return (
        f"SELECT DISTINCT subject_id FROM ({' UNION ALL '.join(parts)}) AS named WHERE subject_id IS NOT NULL"
    )


def _circles(table: str) -> str:
    """SQL: the subjects of a table and all that belongs with them: owners, what they own, and who shares an address.

    It is what a night asks about a lookup of one of them, so it stays as long as they do.
    """
    return f"""
        WITH persons AS (
            SELECT subject_id FROM {table}
            UNION
            SELECT subjects.owner_subject_id
            FROM subjects
            WHERE subjects.owner_subject_id IS NOT NULL AND subjects.subject_id IN (SELECT subject_id FROM {table})
        )

        SELECT subject_id FROM persons
        UNION
        SELECT subjects.subject_id
        FROM subjects
        WHERE subjects.owner_subject_id IN (SELECT subject_id FROM persons)
        UNION
        SELECT near.subject_id
        FROM subjects
        INNER JOIN subjects AS near ON near.address_key = subjects.address_key
        WHERE subjects.subject_id IN (SELECT subject_id FROM persons)
    """


def _files(*, kept: bool) -> str:
    return " UNION ".join(
        f"SELECT file_id FROM {table}" + (f" WHERE {RETAINED[table]}" if kept else "") for table in TABLES
    )


_MARKS: tuple[tuple[str, str], ...] = (
    (
        "kept_alerts",
        """
        SELECT alert_id FROM alert_episodes WHERE last_at >= $lookups_start
        UNION
        SELECT alert_id FROM held_alerts
        """,
    ),
    (
        "kept_cases",  # not closed, closed since, or named by a lookup that stays
        """
        SELECT case_id FROM cases WHERE coalesce(closed_at >= $context_start, TRUE)
        UNION
        SELECT lookups.case_id FROM lookups WHERE lookups.case_id IS NOT NULL AND lookups.local_date >= $lookups_day
        """,
    ),
    ("kept_numbers", _numbers(subjects_only=False, kept=True)),
    ("kept_incidents", "SELECT incident_id FROM incidents WHERE occurred_at >= $context_start"),
    (
        "kept_users",
        f"""
        SELECT user_id FROM users WHERE coalesce(left_on >= $lookups_day, TRUE)
        UNION
        SELECT user_id FROM held_mandates
        UNION
        SELECT user_id FROM lookups WHERE {RETAINED["lookups"]}
        UNION
        SELECT user_id FROM user_days WHERE {RETAINED["user_days"]}
        UNION
        SELECT text FROM numbers
        WHERE nr IN (
            SELECT user_nr FROM numbered_user_subject_days WHERE {RETAINED["numbered_user_subject_days"]}
        )
        UNION
        SELECT user_id FROM shifts WHERE {RETAINED["shifts"]}
        UNION
        SELECT user_id FROM suppressions WHERE user_id IS NOT NULL AND {RETAINED["suppressions"]}
        """,
    ),
    ("named_before", _named(kept=False)),
    ("named_after", _named(kept=True)),
    ("circles_before", _circles("named_before")),
    ("circles_after", _circles("named_after")),
    (
        "kept_subjects",  # named still; or never named, and of a delivery that is not old; and the owners of both
        f"""
        WITH stays AS (
            SELECT subject_id FROM circles_after
            UNION
            SELECT subject_id
            FROM subjects
            WHERE
                subject_id NOT IN (SELECT circles_before.subject_id FROM circles_before)
                AND NOT {_loaded_before("subjects")}
        )

        SELECT subject_id FROM stays
        UNION
        SELECT subjects.owner_subject_id
        FROM subjects
        WHERE subjects.owner_subject_id IS NOT NULL AND subjects.subject_id IN (SELECT subject_id FROM stays)
        """,
    ),
    (
        "emptied_files",  # of which rows were there, and none stays
        f"""
        SELECT file_id FROM ({_files(kept=False)}) AS there
        WHERE file_id NOT IN (SELECT file_id FROM ({_files(kept=True)}) AS stays)
        """,
    ),
)
