-- How many others of the team looked this person up lately, linked or not: a matter of the team, or of one.
WITH wanted AS (
    SELECT DISTINCT night.team, night_subjects.focus_id
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    WHERE work.is_unlinked AND night.team IS NOT NULL
),

seen AS (
    SELECT night.team, night_subjects.focus_id, night.user_id
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    UNION
    SELECT users.team, history.focus_id, history.user_id
    FROM user_subject_days AS history
    INNER JOIN users ON users.user_id = history.user_id
    WHERE
        history.day < $day
        AND history.day >= $day - $team_days
        AND history.focus_id IN (SELECT focus_id FROM wanted)
)

SELECT seen.team, seen.focus_id, count(*) - 1 AS team_others
FROM seen
INNER JOIN wanted ON wanted.team = seen.team AND wanted.focus_id = seen.focus_id
GROUP BY seen.team, seen.focus_id
