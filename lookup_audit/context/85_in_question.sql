-- The lookups that any rule may ask about: without a strong link of their own to the subject, or about oneself, one's
-- family or household, or a probe, which no link makes ordinary. Of all others nothing more is put together.
WITH never_ordinary AS (
    SELECT user_nr, subject_nr FROM kinship
    UNION
    SELECT user_nr, subject_nr FROM home WHERE same_home_address
    UNION
    SELECT asked.user_nr, asked.subject_nr
    FROM user_subjects AS asked
    INNER JOIN everyone ON everyone.user_nr = asked.user_nr
    INNER JOIN night_subjects ON night_subjects.subject_nr = asked.subject_nr
    WHERE
        everyone.own_subject_nr IN (night_subjects.subject_nr, night_subjects.person_nr)
        OR list_contains($probe_subjects, night_subjects.subject_id)
        OR list_contains($probe_subjects, night_subjects.person_id)
)

SELECT lookup_nr, work_strength, subject_link_strength, is_unlinked
FROM work
WHERE
    subject_link_strength < 0.5
    OR lookup_nr IN (
        SELECT night.lookup_nr
        FROM night
        INNER JOIN never_ordinary
            ON never_ordinary.user_nr = night.user_nr AND never_ordinary.subject_nr = night.subject_nr
    )
