-- Each user and subject of the night: the first lookup, and whether they met on an earlier day of the history window.
WITH firsts AS (
    SELECT user_id, subject_id, arg_min(lookup_nr, (occurred_at, lookup_nr)) AS lookup_nr
    FROM night
    WHERE subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

met AS (
    SELECT DISTINCT firsts.user_id, firsts.subject_id
    FROM user_subject_days AS history
    INNER JOIN firsts ON firsts.user_id = history.user_id AND firsts.subject_id = history.subject_id
    WHERE history.day < $day AND history.day >= $day - $history_days
)

SELECT firsts.user_id, firsts.subject_id, firsts.lookup_nr, met.user_id IS NOT NULL AS met_before
FROM firsts
LEFT JOIN met ON met.user_id = firsts.user_id AND met.subject_id = firsts.subject_id
