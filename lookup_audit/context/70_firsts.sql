-- Each user and subject of the night: the first lookup, and whether they met on an earlier day of the history window.
-- A car that changed hands since is met anew: another person is behind it.
WITH firsts AS (
    SELECT user_id, subject_id, arg_min(lookup_nr, (occurred_at, lookup_nr)) AS lookup_nr
    FROM night
    WHERE subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

met AS (
    SELECT DISTINCT firsts.user_id, firsts.subject_id
    FROM encounters
    INNER JOIN firsts ON firsts.user_id = encounters.user_id AND firsts.subject_id = encounters.subject_id
)

SELECT firsts.user_id, firsts.subject_id, firsts.lookup_nr, met.user_id IS NOT NULL AS met_before
FROM firsts
LEFT JOIN met ON met.user_id = firsts.user_id AND met.subject_id = firsts.subject_id
