-- Each user and subject of the night: the first lookup, and whether they met on an earlier day of the history window.
-- A car that changed hands since is met anew: another person is behind it.
WITH met AS (
    SELECT DISTINCT asked.user_nr, asked.subject_nr
    FROM encounters
    INNER JOIN user_subjects AS asked
        ON asked.user_nr = encounters.user_nr AND asked.subject_nr = encounters.subject_nr
)

SELECT
    asked.user_nr,
    asked.subject_nr,
    asked.first_lookup_nr AS lookup_nr,
    met.user_nr IS NOT NULL AS met_before
FROM user_subjects AS asked
LEFT JOIN met ON met.user_nr = asked.user_nr AND met.subject_nr = asked.subject_nr
