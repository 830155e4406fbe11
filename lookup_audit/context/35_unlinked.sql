-- The lookups without a work link to the subject, with what is known of it. Most lookups have one, so what is asked
-- of these only is asked of a small part of the night.
SELECT
    night.lookup_nr,
    night.user_nr,
    night.team,
    night.team_nr,
    work.is_unlinked,
    night.subject_nr,
    night_subjects.subject_type,
    night_subjects.person_nr,
    night_subjects.focus_nr,
    night_subjects.circle_nr,
    night_subjects.is_public_figure,
    night_subjects.surname_nr,
    night_subjects.sex_nr,
    night_subjects.address_nr,
    night_subjects.postcode_nr,
    night_subjects.lat,
    night_subjects.lon
FROM night
INNER JOIN work ON work.lookup_nr = night.lookup_nr
LEFT JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
WHERE work.subject_link_strength < 0.3
