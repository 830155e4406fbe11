-- How often desk users came back to someone, and others to the same person, before tonight.
WITH asked AS (
    SELECT DISTINCT night.user_id, night.subject_id, night_subjects.focus_id
    FROM night
    INNER JOIN desks ON desks.user_id = night.user_id
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
)

SELECT
    asked.user_id,
    asked.subject_id,
    acquaintance.days AS own_days,
    popularity.user_days - acquaintance.days AS others_days
FROM asked
INNER JOIN acquaintance ON acquaintance.user_id = asked.user_id AND acquaintance.focus_id = asked.focus_id
INNER JOIN popularity ON popularity.focus_id = asked.focus_id
