-- Each user and subject of the night: the first lookup, and whether they met on an earlier day of the history window.
-- A car that changed hands since is met anew: another person is behind it.
WITH firsts AS (
    SELECT user_nr, subject_nr, arg_min(lookup_nr, (occurred_at, system, lookup_id)) AS lookup_nr
    FROM night
    WHERE subject_nr IS NOT NULL
    GROUP BY user_nr, subject_nr
),

met AS (
    SELECT DISTINCT firsts.user_nr, firsts.subject_nr
    FROM encounters
    INNER JOIN firsts ON firsts.user_nr = encounters.user_nr AND firsts.subject_nr = encounters.subject_nr
)

SELECT firsts.user_nr, firsts.subject_nr, firsts.lookup_nr, met.user_nr IS NOT NULL AS met_before
FROM firsts
LEFT JOIN met ON met.user_nr = firsts.user_nr AND met.subject_nr = firsts.subject_nr
