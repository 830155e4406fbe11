-- The lookups without a work link to the subject, with what is known of it. Most lookups have one, so what is asked
-- of these only is asked of a small part of the night.
SELECT
    night.lookup_nr,
    night.user_id,
    night.team,
    work.is_unlinked,
    night.subject_id,
    night_subjects.subject_type,
    night_subjects.person_id,
    night_subjects.focus_id,
    night_subjects.circle,
    night_subjects.is_public_figure,
    night_subjects.surname_key,
    night_subjects.sex,
    night_subjects.address_key,
    night_subjects.postcode_key,
    night_subjects.lat,
    night_subjects.lon
FROM night
INNER JOIN work ON work.lookup_nr = night.lookup_nr
LEFT JOIN night_subjects ON night_subjects.subject_id = night.subject_id
WHERE work.subject_link_strength < 0.3
