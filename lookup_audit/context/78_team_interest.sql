-- How many others of the team looked this person up lately, linked or not: a matter of the team, or of one.
WITH wanted AS (
    SELECT DISTINCT team, focus_id FROM unlinked WHERE is_unlinked AND team IS NOT NULL AND focus_id IS NOT NULL
),

seen AS (
    SELECT team, focus_id, user_id FROM pairs
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
