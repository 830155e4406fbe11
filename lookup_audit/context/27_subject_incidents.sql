-- The recent incidents that the night's subjects were involved in, or that happened where they live.
WITH recent AS (
    SELECT incident_id, occurred_at, local_day(occurred_at, $zone) AS local_date, address_key, lat, lon
    FROM incidents
    WHERE
        occurred_at < $night_end
        AND occurred_at >= $night_start - to_days(7) - to_hours($follow_up_hours)
),

involved AS (
    SELECT reach.subject_nr, recent.incident_id, reach.carries
    FROM recent
    INNER JOIN incident_subjects ON incident_subjects.incident_id = recent.incident_id
    INNER JOIN reach ON reach.reached_id = incident_subjects.subject_id
),

at_address AS (
    SELECT night_subjects.subject_nr, recent.incident_id, 0.9 AS carries
    FROM recent
    INNER JOIN night_subjects ON night_subjects.address_key = recent.address_key
)

SELECT
    linked.subject_nr,
    linked.incident_id,
    linked.how,
    linked.carries,
    recent.occurred_at,
    recent.local_date,
    recent.lat,
    recent.lon
FROM (
    SELECT subject_nr, incident_id, 'involved' AS how, carries FROM involved
    UNION ALL
    SELECT subject_nr, incident_id, 'address' AS how, carries FROM at_address
) AS linked
INNER JOIN recent ON recent.incident_id = linked.incident_id
