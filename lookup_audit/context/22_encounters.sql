-- The earlier days on which tonight's users looked up the same persons, or the same subjects while nobody was known to
-- be behind them. One reading of the history for all who ask about it. `is_same_person` says which it was.
WITH faces AS (
    SELECT user_nr, focus_nr, bool_or(is_same_person) AS is_same_person
    FROM (
        SELECT user_nr, focus_nr, TRUE AS is_same_person FROM pairs
        UNION ALL
        SELECT user_nr, subject_nr, FALSE AS is_same_person
        FROM user_subjects
        WHERE focus_nr <> subject_nr
    ) AS known
    GROUP BY user_nr, focus_nr
)

SELECT
    history.user_nr,
    history.subject_nr,
    history.focus_nr,
    history.day,
    history.unlinked,
    faces.is_same_person
FROM numbered_user_subject_days AS history
INNER JOIN faces ON faces.user_nr = history.user_nr AND faces.focus_nr = history.focus_nr
WHERE history.day < $day AND history.day >= $day - $history_days
