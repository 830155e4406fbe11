-- How many others of the team looked this person up lately, linked or not: a matter of the team, or of one.
WITH wanted AS (
    SELECT DISTINCT team_nr, focus_nr FROM unlinked WHERE is_unlinked AND team_nr IS NOT NULL AND focus_nr IS NOT NULL
),

seen AS (
    SELECT team_nr, focus_nr, user_nr FROM pairs
    UNION
    SELECT everyone.team_nr, history.focus_nr, history.user_nr
    FROM numbered_user_subject_days AS history
    INNER JOIN everyone ON everyone.user_nr = history.user_nr
    WHERE
        history.day < $day
        AND history.day >= $day - $team_days
        AND history.focus_nr IN (SELECT focus_nr FROM wanted)
)

SELECT seen.team_nr, seen.focus_nr, count(*) - 1 AS team_others
FROM seen
INNER JOIN wanted ON wanted.team_nr = seen.team_nr AND wanted.focus_nr = seen.focus_nr
GROUP BY seen.team_nr, seen.focus_nr
