-- Who asked for which subject tonight, and how many of the lookups have no work link: what is kept of the day.
SELECT
    asked.user_nr,
    asked.subject_nr,
    asked.focus_nr,
    asked.lookups,
    coalesce(without.lookups, 0) AS unlinked
FROM user_subjects AS asked
LEFT JOIN (
    SELECT user_nr, subject_nr, count(*) AS lookups
    FROM unlinked
    WHERE is_unlinked
    GROUP BY user_nr, subject_nr
) AS without
    ON without.user_nr = asked.user_nr AND without.subject_nr = asked.subject_nr
