-- The persons whom each user looked up tonight without a work link to them, with what they may have in common.
SELECT DISTINCT
    night.user_id,
    night.team,
    night_subjects.focus_id,
    night_subjects.surname_key,
    night_subjects.postcode_key,
    coalesce(night_subjects.address_key, night_subjects.focus_id) AS home_key,
    night_subjects.sex
FROM night
INNER JOIN work ON work.lookup_nr = night.lookup_nr
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
WHERE work.subject_link_strength < 0.3 AND night_subjects.person_id IS NOT NULL
