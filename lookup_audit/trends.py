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


# Counted per user first, so that users need no count of distinct values.
_VOLUME = """
INSERT INTO volume_days BY NAME
WITH seen AS MATERIALIZED (
    SELECT
        night.user_nr,
        night.system,
        coalesce(night.channel, '') AS channel,
        coalesce(night.action, '') AS action,
        night.local_hour AS hour,
        CASE WHEN night.duty_state IN ('off', 'leave', 'sick') THEN 'off' ELSE 'on' END AS duty,
        CASE WHEN work.is_explained THEN 1 ELSE 0 END AS explained
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
),

of_user AS (
    SELECT 'system' AS cut, system AS part, count(*) AS lookups, sum(explained) AS explained
    FROM seen
    GROUP BY user_nr, system
    UNION ALL
    SELECT 'channel' AS cut, channel AS part, count(*) AS lookups, sum(explained) AS explained
    FROM seen
    GROUP BY user_nr, channel
    UNION ALL
    SELECT 'action' AS cut, action AS part, count(*) AS lookups, sum(explained) AS explained
    FROM seen
    GROUP BY user_nr, action
    UNION ALL
    SELECT 'hour' AS cut, CAST(hour AS VARCHAR) AS part, count(*) AS lookups, sum(explained) AS explained
    FROM seen
    GROUP BY user_nr, hour
    UNION ALL
    SELECT 'duty' AS cut, duty AS part, count(*) AS lookups, sum(explained) AS explained
    FROM seen
    GROUP BY user_nr, duty
)

SELECT $day AS day, cut, part, sum(lookups) AS lookups, sum(explained) AS explained, count(*) AS users
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
    CASE WHEN night.duty_state IN ('off', 'leave', 'sick') THEN 'off' ELSE 'on' END AS duty,
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
WHERE risk.audit_date = $day
GROUP BY ALL
ORDER BY ALL
"""
