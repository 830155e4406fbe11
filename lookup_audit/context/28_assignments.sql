-- Who was sent to which recent incident, and from when until when they work on it. A team that was sent is
-- each of its members; an incident without any dispatch is the work of the team it was assigned to.
WITH recent AS (
    SELECT incident_id, occurred_at, team
    FROM incidents
    WHERE
        occurred_at < $night_end
        AND occurred_at >= $night_start - to_days(7) - to_hours($follow_up_hours)
),

dispatched AS (
    SELECT
        recent.incident_id,
        dispatches.user_id,
        CASE WHEN dispatches.user_id IS NULL THEN dispatches.team END AS team,
        coalesce(dispatches.dispatched_at, recent.occurred_at) AS starts_at,
        dispatches.cleared_at AS ends_at
    FROM recent
    INNER JOIN dispatches ON dispatches.incident_id = recent.incident_id
    WHERE coalesce(dispatches.dispatched_at, recent.occurred_at) < $night_end
),

sent AS (
    SELECT incident_id, user_id, team, starts_at, ends_at FROM dispatched
    UNION ALL
    SELECT incident_id, NULL, team, occurred_at, NULL
    FROM recent
    WHERE team IS NOT NULL AND incident_id NOT IN (SELECT incident_id FROM dispatched)
)

SELECT
    sent.incident_id,
    coalesce(sent.user_id, users.user_id) AS user_id,
    sent.user_id IS NULL AS as_team,
    sent.starts_at,
    coalesce(sent.ends_at, sent.starts_at + to_hours(4)) AS ends_at
FROM sent
LEFT JOIN users ON sent.user_id IS NULL AND users.team = sent.team
WHERE coalesce(sent.user_id, users.user_id) IS NOT NULL
