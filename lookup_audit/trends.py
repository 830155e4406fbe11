"""What trends are counted from: small daily tables, so that a report never reads the lookups again.

`volume_days` holds how much was looked up; it names nobody. `question_days` holds which users raised which
question, and is as personal as the findings that it is made from: only counts that went through the
disclosure gate may leave it.
"""

from datetime import date

from lookup_audit.warehouse import Warehouse


def store_trends(warehouse: Warehouse, day: date) -> None:
    """Fill `volume_days` and `question_days` for the night just scored, in place of what was kept for it."""
    for table, insert in (("volume_days", _VOLUME), ("question_days", _QUESTIONS)):
        warehouse.run(f"DELETE FROM {table} WHERE day = $day", {"day": day})
        warehouse.run(insert, {"day": day})


# Counted per user first, so that users need no count of distinct values for each cut.
_VOLUME = """
INSERT INTO volume_days BY NAME
WITH per_user AS (
    SELECT
        night.user_id,
        night.system,
        coalesce(night.channel, '') AS channel,
        coalesce(night.action, '') AS action,
        night.local_hour AS hour,
        CASE WHEN context.duty_state IN ('off', 'leave', 'sick') THEN 'off' ELSE 'on' END AS duty,
        count(*) AS lookups,
        count(*) FILTER (WHERE context.is_explained) AS explained
    FROM night
    INNER JOIN lookup_context AS context ON context.lookup_nr = night.lookup_nr
    GROUP BY ALL
),

parts AS (
    SELECT 'system' AS cut, system AS part, user_id, lookups, explained FROM per_user
    UNION ALL
    SELECT 'channel' AS cut, channel AS part, user_id, lookups, explained FROM per_user
    UNION ALL
    SELECT 'action' AS cut, action AS part, user_id, lookups, explained FROM per_user
    UNION ALL
    SELECT 'hour' AS cut, CAST(hour AS VARCHAR) AS part, user_id, lookups, explained FROM per_user
    UNION ALL
    SELECT 'duty' AS cut, duty AS part, user_id, lookups, explained FROM per_user
),

of_user AS (
    SELECT cut, part, user_id, sum(lookups) AS lookups, sum(explained) AS explained
    FROM parts
    GROUP BY cut, part, user_id
)

SELECT
    $day AS day, cut, part, sum(lookups) AS lookups, sum(explained) AS explained, count(*) AS users
FROM of_user
GROUP BY cut, part
ORDER BY cut, part
"""

_QUESTIONS = """
INSERT INTO question_days BY NAME
WITH strongest AS (
    SELECT
        system, lookup_id, motive, detector,
        row_number() OVER (PARTITION BY system, lookup_id, motive ORDER BY score DESC, detector) AS place
    FROM findings
    WHERE audit_date = $day AND motive IS NOT NULL
)

SELECT
    $day AS day,
    risk.user_id,
    risk.motive,
    strongest.detector AS theme,
    risk.system,
    coalesce(night.channel, '') AS channel,
    coalesce(night.action, '') AS action,
    night.local_hour AS hour,
    CASE WHEN context.duty_state IN ('off', 'leave', 'sick') THEN 'off' ELSE 'on' END AS duty,
    count(*) AS lookups,
    max(risk.risk) AS risk
FROM lookup_risk AS risk
INNER JOIN strongest
    ON
        strongest.system = risk.system
        AND strongest.lookup_id = risk.lookup_id
        AND strongest.motive = risk.motive
        AND strongest.place = 1
INNER JOIN night ON night.system = risk.system AND night.lookup_id = risk.lookup_id
INNER JOIN lookup_context AS context ON context.lookup_nr = night.lookup_nr
WHERE risk.audit_date = $day
GROUP BY ALL
ORDER BY ALL
"""
