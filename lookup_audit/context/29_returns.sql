-- How often desk users came back to someone, and others to the same person, before tonight.
SELECT
    asked.user_nr,
    asked.subject_nr,
    acquaintance.days AS own_days,
    popularity.user_days - acquaintance.days AS others_days
FROM user_subjects AS asked
INNER JOIN desks ON desks.user_nr = asked.user_nr
INNER JOIN acquaintance ON acquaintance.user_nr = asked.user_nr AND acquaintance.focus_nr = asked.focus_nr
INNER JOIN popularity ON popularity.focus_nr = asked.focus_nr
