-- The night: every lookup of the audited day, with who made it, on which duty, and which subject it was about. Its number is where it
-- lies in the table: it holds for this transaction, and says nothing of an order.
WITH given AS (
    -- many lookups share a justification, and cleaning a text costs more than finding it
    SELECT justification, regexp_replace(plain_text(justification), '[^a-z0-9]+', '', 'g') AS reason
    FROM (SELECT DISTINCT justification FROM lookups WHERE local_date = $day) AS texts
)

SELECT
    lookups.rowid AS lookup_nr,
    lookups.system,
    lookups.lookup_id,
    lookups.occurred_at,
    lookups.local_hour,
    lookups.user_id,
    everyone.user_nr,
    everyone.team,
    everyone.team_nr,
    everyone.function,
    night_subjects.subject_id,
    night_subjects.subject_nr,
    lookups.subject_type,
    lookups.action,
    lookups.channel,
    lookups.case_id,
    given.reason,
    duty.duty_state,
    duty.minutes_from_shift,
    lookups.lat,
    lookups.lon
FROM lookups
INNER JOIN everyone ON everyone.user_id = lookups.user_id
INNER JOIN duty ON duty.lookup_nr = lookups.rowid
LEFT JOIN given ON given.justification = lookups.justification
LEFT JOIN resolved ON resolved.system = lookups.system AND resolved.lookup_id = lookups.lookup_id
LEFT JOIN night_subjects ON night_subjects.subject_id = coalesce(lookups.subject_id, resolved.subject_id)
WHERE lookups.local_date = $day
