-- How often desk users came back to someone, and others to the same person, before tonight.
WITH asked AS (
    SELECT DISTINCT night.user_nr, night.subject_nr, night_subjects.focus_nr
    FROM night
    INNER JOIN desks ON desks.user_nr = night.user_nr
    INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
)

SELECT
    asked.user_nr,
    asked.subject_nr,
    acquaintance.days AS own_days,
    popularity.user_days - acquaintance.days AS others_days
FROM asked
INNER JOIN acquaintance ON acquaintance.user_nr = asked.user_nr AND acquaintance.focus_nr = asked.focus_nr
INNER JOIN popularity ON popularity.focus_nr = asked.focus_nr
