-- The earlier days on which tonight's users looked up the same persons, or the same subjects while nobody was known to
-- be behind them. One reading of the history for all who ask about it. `is_same_person` says which it was.
WITH faces AS (
    SELECT user_id, focus_id, bool_or(is_same_person) AS is_same_person
    FROM (
        SELECT user_id, focus_id, TRUE AS is_same_person FROM pairs
        UNION ALL
        SELECT night.user_id, night.subject_id, FALSE AS is_same_person
        FROM night
        INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
        WHERE night_subjects.focus_id <> night.subject_id
    ) AS known
    GROUP BY user_id, focus_id
)

SELECT
    history.user_id,
    history.subject_id,
    history.focus_id,
    history.day,
    history.unlinked,
    faces.is_same_person
FROM user_subject_days AS history
INNER JOIN faces ON faces.user_id = history.user_id AND faces.focus_id = history.focus_id
WHERE history.day < $day AND history.day >= $day - $history_days
