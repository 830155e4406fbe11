"""What open mandates hold: the rows that a dossier of their user and period reads, as temporary tables.

A dossier that said less after `forget` would not stand in a hearing, and what would be missing first is what
speaks for the officer: the hand-over, the peers who do the same, the late roster. So besides the user's own
rows these are held: for lookups with a question, who belongs with the subject, their cases, incidents and news,
who else looked them up around then, and the lookups of colleagues that show a hand-over; and the daily numbers
of peers. Of other people nothing else is held.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from lookup_audit.warehouse import Warehouse

AROUND_DAYS = 32
"""How far around a mandate's period incidents and news are held: a month, and a day for the zone at each end."""

_MOST_IN_A_HOUSEHOLD = 10  # as the context of a night has it
_HANDED_DAYS = 8  # a colleague's link is told of for a week, and a day for the zone


def hold(desk: Warehouse, today: date, *, mandates: bool = True) -> None:
    """Make the temporary tables that begin with `held_`, from the mandates that are open on this local day.

    Open is what was not withdrawn and is still valid, approved or not: approval may come tomorrow. Without
    `mandates` the tables are empty, which tells what would go if there were none.
    """
    context = desk.settings.context
    values: dict[str, Any] = {
        "today": today,
        "mandates": mandates,
        "around": AROUND_DAYS,
        "roster_days": context.roster_days + 2,
        "team_days": context.team_days,
        "handed_days": _HANDED_DAYS,
        "most": _MOST_IN_A_HOUSEHOLD,
        "fewest": desk.settings.forest.minimum_peers,
    }
    for table, query in _HELD:
        used = {name: value for name, value in values.items() if f"${name}" in query}
        desk.run(f"CREATE OR REPLACE TEMP TABLE {table} AS {query}", used)


def open_mandates(desk: Warehouse) -> Sequence[str]:
    """The references of the mandates behind what `hold` made."""
    rows = desk.rows("SELECT DISTINCT reference FROM held_mandates ORDER BY reference")
    return [row["reference"] for row in rows]


_HELD = (
    (
        "held_mandates",
        """
        SELECT reference, user_id, first_day, last_day
        FROM mandates
        WHERE $mandates AND withdrawn_at IS NULL AND valid_until >= $today
        """,
    ),
    (
        "held_days",  # each day of a user once, also where mandates overlap
        """
        SELECT DISTINCT lookups.user_id, lookups.local_date AS day
        FROM lookups
        INNER JOIN held_mandates
            ON held_mandates.user_id = lookups.user_id
            AND lookups.local_date BETWEEN held_mandates.first_day AND held_mandates.last_day
        """,
    ),
    (
        "held_own",
        """
        SELECT
            lookups.system,
            lookups.lookup_id,
            lookups.user_id,
            lookups.local_date AS day,
            lookups.case_id,
            coalesce(lookups.subject_id, lookup_risk.subject_id) AS subject_id,
            lookup_risk.lookup_id IS NOT NULL AS is_asked
        FROM lookups
        INNER JOIN held_days ON held_days.user_id = lookups.user_id AND held_days.day = lookups.local_date
        LEFT JOIN lookup_risk ON lookup_risk.system = lookups.system AND lookup_risk.lookup_id = lookups.lookup_id
        """,
    ),
    (
        "held_placed",  # each subject that a question is about, with the person behind it, and where it is
        """
        SELECT
            named.subject_id,
            CASE WHEN subject.subject_type = 'person' THEN subject.subject_id ELSE subject.owner_subject_id END
                AS person_id,
            coalesce(subject.address_key, person.address_key) AS address_key
        FROM (SELECT DISTINCT subject_id FROM held_own WHERE is_asked AND subject_id IS NOT NULL) AS named
        LEFT JOIN subjects AS subject ON subject.subject_id = named.subject_id
        LEFT JOIN subjects AS person ON person.subject_id = subject.owner_subject_id
        """,
    ),
    (
        "held_related",  # each subject, and all that one hop reaches
        """
        SELECT subject_id, subject_id AS reached_id FROM held_placed
        UNION
        SELECT subject_id, person_id FROM held_placed WHERE person_id IS NOT NULL
        UNION
        SELECT held_placed.subject_id, owned.subject_id
        FROM held_placed
        INNER JOIN subjects AS owned ON owned.owner_subject_id = held_placed.subject_id
        UNION
        SELECT held_placed.subject_id, near.subject_id
        FROM held_placed
        INNER JOIN subjects AS near ON near.address_key = held_placed.address_key
        WHERE held_placed.address_key NOT IN (
            SELECT address_key
            FROM subjects
            WHERE subject_type = 'person' AND address_key IS NOT NULL
            GROUP BY address_key
            HAVING count(*) > $most
        )
        """,
    ),
    (
        "held_handed",  # lookups of colleagues with a work link to the same person within a week
        """
        SELECT DISTINCT others.system, others.lookup_id
        FROM held_own
        INNER JOIN users AS own ON own.user_id = held_own.user_id
        INNER JOIN held_related ON held_related.subject_id = held_own.subject_id
        INNER JOIN lookups AS others
            ON others.subject_id = held_related.reached_id
            AND others.user_id <> held_own.user_id
            AND others.local_date BETWEEN held_own.day - $handed_days AND held_own.day + $handed_days
        INNER JOIN users AS theirs ON theirs.user_id = others.user_id AND theirs.team = own.team
        INNER JOIN work_links
            ON work_links.system = others.system
            AND work_links.lookup_id = others.lookup_id
            AND work_links.strength >= 0.5
            AND work_links.explanation NOT IN ('desk_function', 'handover')
        WHERE held_own.is_asked
        """,
    ),
    (
        "held_lookups",
        """
        SELECT system, lookup_id FROM held_own
        UNION
        SELECT system, lookup_id FROM held_handed
        """,
    ),
    (
        "held_alerts",
        """
        SELECT DISTINCT lookup_risk.alert_id
        FROM lookup_risk
        INNER JOIN held_own ON held_own.system = lookup_risk.system AND held_own.lookup_id = lookup_risk.lookup_id
        WHERE lookup_risk.alert_id IS NOT NULL
        """,
    ),
    (
        "held_shifts",
        """
        SELECT DISTINCT shifts.user_id, shifts.starts_at, shifts.kind
        FROM shifts
        INNER JOIN held_mandates
            ON held_mandates.user_id = shifts.user_id
            AND shifts.ends_at >= held_mandates.first_day - $roster_days
            AND shifts.starts_at <= held_mandates.last_day + 2
        """,
    ),
    (
        "held_cases",
        """
        SELECT case_subjects.case_id
        FROM case_subjects
        INNER JOIN held_related ON held_related.reached_id = case_subjects.subject_id
        UNION
        SELECT case_id FROM held_own WHERE is_asked AND case_id IS NOT NULL
        """,
    ),
    (
        "held_incidents",  # those of the subjects, where they live, and those that the user was sent to
        """
        SELECT incidents.incident_id
        FROM incidents
        INNER JOIN held_mandates
            ON incidents.occurred_at BETWEEN held_mandates.first_day - $around AND held_mandates.last_day + $around
        WHERE
            incidents.address_key IN (SELECT address_key FROM held_placed WHERE address_key IS NOT NULL)
            OR incidents.incident_id IN (
                SELECT incident_subjects.incident_id
                FROM incident_subjects
                INNER JOIN held_related ON held_related.reached_id = incident_subjects.subject_id
            )
        UNION
        SELECT dispatches.incident_id
        FROM dispatches
        LEFT JOIN incidents ON incidents.incident_id = dispatches.incident_id
        INNER JOIN held_mandates
            ON held_mandates.user_id = dispatches.user_id
            AND coalesce(dispatches.dispatched_at, incidents.occurred_at)
            BETWEEN held_mandates.first_day - 2 AND held_mandates.last_day + 2
        """,
    ),
    (
        "held_news",
        """
        SELECT DISTINCT news.news_id, news.subject_id
        FROM news
        INNER JOIN held_related ON held_related.reached_id = news.subject_id
        INNER JOIN held_mandates
            ON news.published_at BETWEEN held_mandates.first_day - $around AND held_mandates.last_day + $around
        """,
    ),
    (
        "held_matters",  # whom questions of a user were about, and from when until when
        """
        SELECT
            held_own.user_id,
            coalesce(held_placed.person_id, held_own.subject_id) AS focus_id,
            min(held_own.day) AS first_day,
            max(held_own.day) AS last_day
        FROM held_own
        INNER JOIN held_placed ON held_placed.subject_id = held_own.subject_id
        WHERE held_own.is_asked
        GROUP BY ALL
        """,
    ),
    (
        "held_colleague_days",  # which days of whom with that person: anyone's the same day, the team's around it
        """
        SELECT DISTINCT days.user_nr, days.day, days.focus_nr
        FROM held_matters
        INNER JOIN numbers AS focuses ON focuses.text = held_matters.focus_id
        INNER JOIN numbered_user_subject_days AS days
            ON days.focus_nr = focuses.nr
            AND days.day BETWEEN held_matters.first_day - $team_days AND held_matters.last_day + $team_days
        INNER JOIN numbers AS whose ON whose.nr = days.user_nr
        LEFT JOIN users AS own ON own.user_id = held_matters.user_id
        LEFT JOIN users AS theirs ON theirs.user_id = whose.text
        WHERE
            theirs.team = own.team
            OR (held_matters.user_id, days.day) IN (SELECT (user_id, day) FROM held_own WHERE is_asked)
        """,
    ),
    (
        "held_groups",  # the peer groups that a user was in, and how many others were in them
        """
        SELECT
            own.user_id, own.peer_group, own.first_day, own.last_day, count(DISTINCT others.user_id) AS peers
        FROM (
            SELECT DISTINCT held_mandates.user_id, first_day, last_day, user_days.peer_group
            FROM user_days
            INNER JOIN held_mandates
                ON held_mandates.user_id = user_days.user_id
                AND user_days.day BETWEEN held_mandates.first_day AND held_mandates.last_day
        ) AS own
        LEFT JOIN user_days AS others
            ON others.peer_group = own.peer_group
            AND others.user_id <> own.user_id
            AND others.day BETWEEN own.first_day AND own.last_day
        GROUP BY ALL
        """,
    ),
    (
        "held_peers",  # a small group is compared with the whole function, as a dossier does
        """
        SELECT DISTINCT others.user_id, held_groups.first_day, held_groups.last_day
        FROM held_groups
        INNER JOIN user_days AS others
            ON others.peer_group = held_groups.peer_group
            AND others.day BETWEEN held_groups.first_day AND held_groups.last_day
        UNION
        SELECT theirs.user_id, held_groups.first_day, held_groups.last_day
        FROM held_groups
        INNER JOIN users AS own ON own.user_id = held_groups.user_id
        INNER JOIN users AS theirs ON theirs.function = own.function
        WHERE held_groups.peers < $fewest
        """,
    ),
)
