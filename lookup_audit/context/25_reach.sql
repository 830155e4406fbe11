-- One hop: whose work link also makes a lookup of this subject work. A detective on a person's case may
-- check that person's car, partner and address; the strength says how far the link carries.
WITH hops AS (
    SELECT subject_nr, subject_id AS reached_id, 1.0 AS carries
    FROM night_subjects
    UNION ALL
    -- a car or phone: its owner
    SELECT subject_nr, person_id, 0.95
    FROM night_subjects
    WHERE person_id IS NOT NULL AND person_id <> subject_id
    UNION ALL
    -- a person: their cars and phones
    SELECT night_subjects.subject_nr, owned.subject_id, 0.95
    FROM night_subjects
    INNER JOIN subjects AS owned ON owned.owner_subject_id = night_subjects.subject_id
    UNION ALL
    -- who else lives there, and the address itself
    SELECT
        night_subjects.subject_nr,
        near.subject_id,
        CASE WHEN near.subject_type = 'address' OR night_subjects.subject_type = 'address' THEN 0.9 ELSE 0.85 END
    FROM night_subjects
    INNER JOIN subjects AS near ON near.address_key = night_subjects.address_key
    WHERE
        night_subjects.is_household
        AND near.subject_type IN ('person', 'address')
        AND near.subject_id <> night_subjects.subject_id
)

SELECT subject_nr, reached_id, max(carries) AS carries
FROM hops
GROUP BY subject_nr, reached_id
