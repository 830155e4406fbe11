-- How many others of the team looked the same person up within the hour: a briefing, or a case just come in.
SELECT night.lookup_nr, count(DISTINCT other.user_id) AS shift_others
FROM night
INNER JOIN work ON work.lookup_nr = night.lookup_nr
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
INNER JOIN (
    SELECT night.team, night_subjects.focus_id, night.user_id, night.occurred_at
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
) AS other
    ON
        other.team = night.team
        AND other.focus_id = night_subjects.focus_id
        AND other.user_id <> night.user_id
WHERE
    work.is_unlinked
    AND other.occurred_at >= night.occurred_at - to_hours(1)
    AND other.occurred_at <= night.occurred_at + to_hours(1)
GROUP BY night.lookup_nr
