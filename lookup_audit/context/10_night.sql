-- The night: every lookup of the audited day, numbered, with who made it and which subject it was about.
WITH given AS (
    -- many lookups share a justification, and cleaning a text costs more than finding it
    SELECT justification, regexp_replace(plain_text(justification), '[^a-z0-9]+', '', 'g') AS reason
    FROM (SELECT DISTINCT justification FROM lookups WHERE local_date = $day) AS texts
),

-- numbered by themselves: to sort whole rows costs three times as much
numbered AS (
    SELECT rowid AS row_id, row_number() OVER (ORDER BY system, lookup_id) AS lookup_nr
    FROM lookups
    WHERE local_date = $day
)

SELECT
    numbered.lookup_nr,
    lookups.system,
    lookups.lookup_id,
    lookups.occurred_at,
    lookups.local_hour,
    lookups.user_id,
    users.team,
    users.function,
    coalesce(lookups.subject_id, resolved.subject_id) AS subject_id,
    lookups.subject_type,
    lookups.action,
    lookups.channel,
    lookups.case_id,
    given.reason,
    lookups.lat,
    lookups.lon
FROM lookups
INNER JOIN numbered ON numbered.row_id = lookups.rowid
LEFT JOIN users ON users.user_id = lookups.user_id
LEFT JOIN given ON given.justification = lookups.justification
LEFT JOIN resolved ON resolved.system = lookups.system AND resolved.lookup_id = lookups.lookup_id
WHERE lookups.local_date = $day
