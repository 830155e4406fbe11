-- How often desk users came back to someone, and others to the same person, before tonight.
WITH asked AS (
    SELECT DISTINCT night.user_id, night.subject_id, night_subjects.focus_id
    FROM night
    INNER JOIN desks ON desks.user_id = night.user_id
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
),

met AS (
    SELECT user_id, focus_id, count(DISTINCT day) AS own_days
    FROM user_subject_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND user_id IN (SELECT user_id FROM asked)
        AND focus_id IN (SELECT focus_id FROM asked)
    GROUP BY user_id, focus_id
),

known AS (
    SELECT focus_id, sum(users) AS user_days
    FROM focus_days
    WHERE day < $day AND day >= $day - $history_days AND focus_id IN (SELECT focus_id FROM met)
    GROUP BY focus_id
)

SELECT asked.user_id, asked.subject_id, met.own_days, known.user_days - met.own_days AS others_days
FROM asked
INNER JOIN met ON met.user_id = asked.user_id AND met.focus_id = asked.focus_id
INNER JOIN known ON known.focus_id = asked.focus_id
