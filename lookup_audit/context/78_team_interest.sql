-- How many others of the team looked this person up lately, linked or not: a matter of the team, or of one.
WITH wanted AS (
    SELECT DISTINCT team_nr, focus_nr FROM unlinked WHERE is_unlinked AND team_nr IS NOT NULL AND focus_nr IS NOT NULL
),

seen AS (
    SELECT pairs.team_nr, pairs.focus_nr, pairs.user_nr
    FROM pairs
    INNER JOIN wanted ON wanted.team_nr = pairs.team_nr AND wanted.focus_nr = pairs.focus_nr
    UNION
    SELECT everyone.team_nr, history.focus_nr, history.user_nr
    FROM numbered_user_subject_days AS history
    INNER JOIN everyone ON everyone.user_nr = history.user_nr
    INNER JOIN wanted ON wanted.team_nr = everyone.team_nr AND wanted.focus_nr = history.focus_nr
    WHERE history.day < $day AND history.day >= $day - $team_days
)

SELECT team_nr, focus_nr, count(*) - 1 AS team_others
FROM seen
GROUP BY team_nr, focus_nr
