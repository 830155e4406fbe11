-- Whether this user meets this subject for the first time, today and within the history window.
WITH firsts AS (
    SELECT user_id, subject_id, arg_min(lookup_nr, (occurred_at, lookup_nr)) AS lookup_nr
    FROM night
    WHERE subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

met AS (
    SELECT DISTINCT firsts.lookup_nr
    FROM user_subject_days AS history
    INNER JOIN firsts ON firsts.user_id = history.user_id AND firsts.subject_id = history.subject_id
    WHERE history.day < $day AND history.day >= $day - $history_days
)

-- without a row: a lookup that is not the first of the day
SELECT firsts.lookup_nr, met.lookup_nr IS NULL AS is_first, met.lookup_nr IS NOT NULL AS met_before
FROM firsts
LEFT JOIN met ON met.lookup_nr = firsts.lookup_nr
