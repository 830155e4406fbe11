"""The lookups with a question, and who or what belongs with their subjects: shared SQL of a dossier."""

from datetime import datetime
from typing import Any

from lookup_audit.clock import local_time
from lookup_audit.warehouse import Warehouse

# As many registered persons at one address as a household may have; the context of a night says the same.
MOST_IN_A_HOUSEHOLD = 10

ASKED = """
asked AS (
    SELECT
        lookups.system,
        lookups.lookup_id,
        lookups.occurred_at,
        lookups.local_date,
        lookups.case_id AS named_case_id,
        coalesce(lookups.subject_id, lookup_risk.subject_id) AS subject_id
    FROM lookups
    INNER JOIN lookup_risk
        ON lookup_risk.system = lookups.system AND lookup_risk.lookup_id = lookups.lookup_id
    WHERE lookups.user_id = $user AND lookups.local_date BETWEEN $first AND $last
),
me AS (
    SELECT
        max(users.team) AS team,
        max(users.function) AS function,
        max(users.own_subject_id) AS own_subject_id
    FROM users
    WHERE users.user_id = $user
)
"""
"""`asked` (a row a lookup with a question of $user from $first to $last) and `me` (one row)."""

PLACED = f"""
placed AS (
    SELECT
        asked_for.subject_id,
        subject.subject_type,
        CASE WHEN subject.subject_type = 'person' THEN subject.subject_id ELSE subject.owner_subject_id END
            AS person_id,
        coalesce(subject.address_key, person.address_key) AS address_key
    FROM (SELECT DISTINCT subject_id FROM asked WHERE subject_id IS NOT NULL) AS asked_for
    LEFT JOIN subjects AS subject ON subject.subject_id = asked_for.subject_id
    LEFT JOIN subjects AS person ON person.subject_id = subject.owner_subject_id
),
crowded AS (
    SELECT address_key
    FROM subjects
    WHERE subject_type = 'person' AND address_key IN (SELECT address_key FROM placed)
    GROUP BY address_key
    HAVING count(*) > {MOST_IN_A_HOUSEHOLD}
)
"""
"""`placed`: each subject asked about with the person behind it and its address, and `crowded`: no households."""

RELATED = f"""
{ASKED},
{PLACED},
ties AS (
    SELECT subject_id, subject_id AS reached_id, 0 AS far FROM placed
    UNION ALL
    SELECT subject_id, person_id, 1 FROM placed WHERE person_id <> subject_id
    UNION ALL
    SELECT placed.subject_id, owned.subject_id, 2
    FROM placed
    INNER JOIN subjects AS owned ON owned.owner_subject_id = placed.subject_id
    UNION ALL
    SELECT placed.subject_id, near.subject_id, 3
    FROM placed
    INNER JOIN subjects AS near ON near.address_key = placed.address_key
    WHERE
        near.subject_type IN ('person', 'address')
        AND placed.address_key NOT IN (SELECT address_key FROM crowded)
),
related AS (
    SELECT
        subject_id,
        reached_id,
        list_value('itself', 'owner', 'owned', 'household')[min(far) + 1] AS via
    FROM ties
    GROUP BY subject_id, reached_id
)
"""
"""`related`: for each subject asked about, itself and all that one hop reaches, and by what the hop goes."""


def in_local_time(warehouse: Warehouse, query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a query, with every time of the warehouse as an aware local one."""
    zone = warehouse.settings.zone_info
    return [
        {name: local_time(one, zone) if isinstance(one, datetime) else one for name, one in row.items()}
        for row in warehouse.rows(query, values)
    ]
