"""Lookups as the baselines see them: plain counts and flags, no roster, no kinship, no distance."""

from dataclasses import dataclass

import pandas as pd

from lookup_audit.errors import InputError
from lookup_audit.warehouse import Warehouse

FEATURES = ("lookups", "subjects", "systems", "night", "prints", "busiest_hour", "persons", "mobile")


@dataclass(frozen=True, eq=False)
class World:
    """What the baselines score: the audited lookups, or all of them where nothing was audited.

    `lookups` has, per lookup, the numbers of its user_day and pair (user and subject), is_labelled, the
    watchlist's flags, burst, and risk (0 where the audit is silent); `user_days` has user_day, function and
    the columns of `FEATURES`. `users` and `days` are counts, as in an evaluation.
    """

    lookups: pd.DataFrame
    user_days: pd.DataFrame
    users: int
    days: int
    is_audited: bool


def read_world(warehouse: Warehouse) -> World:
    """Read the lookups and count their user-days; `InputError` when none of them has a label."""
    is_audited = warehouse.count("runs") > 0
    audited = "SEMI JOIN runs ON runs.audit_date = lookups.local_date" if is_audited else ""
    for step in (_PLAIN.format(audited=audited), _LINKED, _USERS_ON_SUBJECT):
        warehouse.run(step)
    lookups = warehouse.frame(_LOOKUPS)
    if not lookups["is_labelled"].any():
        raise InputError("none of the lookups has a label: the baselines need the table labels")
    return World(
        lookups=lookups,
        user_days=warehouse.frame(_USER_DAYS),
        users=int(
            warehouse.value(
                "SELECT count(*) FROM (SELECT user_id FROM users UNION SELECT user_id FROM plain)"
            )
        ),
        days=int(warehouse.value("SELECT count(DISTINCT local_date) FROM plain")),
        is_audited=is_audited,
    )


_PLAIN = """
CREATE OR REPLACE TEMP TABLE plain AS
SELECT
    lookups.*,
    local_hour >= 22 OR local_hour < 6 AS is_night,
    dense_rank() OVER (ORDER BY user_id, local_date) AS user_day,
    dense_rank() OVER (ORDER BY user_id, subject_id) AS pair
FROM lookups {audited}
"""

# A work link as anyone would write it first: a case or a dispatch with the subject, of the user or the team.
_LINKED = """
CREATE OR REPLACE TEMP TABLE plainly_linked AS
SELECT plain.system, plain.lookup_id
FROM plain
JOIN case_subjects ON case_subjects.case_id = plain.case_id AND case_subjects.subject_id = plain.subject_id
UNION
SELECT plain.system, plain.lookup_id
FROM plain
JOIN users ON users.user_id = plain.user_id
JOIN case_subjects ON case_subjects.subject_id = plain.subject_id
JOIN case_members
    ON case_members.case_id = case_subjects.case_id
    AND (case_members.user_id = plain.user_id OR case_members.team = users.team)
UNION
SELECT plain.system, plain.lookup_id
FROM plain
JOIN users ON users.user_id = plain.user_id
JOIN incident_subjects ON incident_subjects.subject_id = plain.subject_id
JOIN dispatches
    ON dispatches.incident_id = incident_subjects.incident_id
    AND (dispatches.user_id = plain.user_id OR dispatches.team = users.team)
    AND plain.occurred_at BETWEEN dispatches.dispatched_at - INTERVAL 1 DAY
        AND dispatches.dispatched_at + INTERVAL 2 DAY
"""

_USERS_ON_SUBJECT = """
CREATE OR REPLACE TEMP TABLE users_on_subject AS
SELECT subject_id, local_date, count(*) AS users
FROM (SELECT DISTINCT subject_id, local_date, user_id FROM plain WHERE subject_id IS NOT NULL)
GROUP BY ALL
"""

_LOOKUPS = """
SELECT
    plain.user_day,
    plain.pair,
    labels.lookup_id IS NOT NULL AS is_labelled,
    (
        coalesce(subjects.is_public_figure, FALSE)::INTEGER
        + plain.is_night::INTEGER
        + coalesce(subjects.surname_key = users.surname_key, FALSE)::INTEGER
        + coalesce(subjects.postcode_key = users.home_postcode_key, FALSE)::INTEGER
    ) AS flags,
    CASE WHEN plainly_linked.lookup_id IS NULL THEN coalesce(users_on_subject.users, 1) ELSE 0 END AS burst,
    coalesce(lookup_risk.risk, 0.0) AS risk
FROM plain
LEFT JOIN users ON users.user_id = plain.user_id
LEFT JOIN subjects ON subjects.subject_id = plain.subject_id
LEFT JOIN labels ON labels.system = plain.system AND labels.lookup_id = plain.lookup_id
LEFT JOIN plainly_linked
    ON plainly_linked.system = plain.system AND plainly_linked.lookup_id = plain.lookup_id
LEFT JOIN users_on_subject
    ON users_on_subject.subject_id = plain.subject_id AND users_on_subject.local_date = plain.local_date
LEFT JOIN lookup_risk ON lookup_risk.system = plain.system AND lookup_risk.lookup_id = plain.lookup_id
ORDER BY plain.system, plain.lookup_id
"""

_USER_DAYS = """
WITH hours AS (
    SELECT user_day, max(n) AS busiest_hour
    FROM (SELECT user_day, local_hour, count(*) AS n FROM plain GROUP BY ALL)
    GROUP BY user_day
)
SELECT
    plain.user_day,
    coalesce(any_value(users.function), '') AS function,
    count(*) AS lookups,
    count(DISTINCT plain.subject_id) AS subjects,
    count(DISTINCT plain.system) AS systems,
    count(*) FILTER (WHERE plain.is_night) AS night,
    count(*) FILTER (WHERE plain.action IN ('print', 'export')) AS prints,
    any_value(hours.busiest_hour) AS busiest_hour,
    count(*) FILTER (WHERE plain.subject_type = 'person') AS persons,
    count(*) FILTER (WHERE plain.channel = 'mobile') AS mobile
FROM plain
JOIN hours ON hours.user_day = plain.user_day
LEFT JOIN users ON users.user_id = plain.user_id
GROUP BY plain.user_day
ORDER BY plain.user_day
"""
