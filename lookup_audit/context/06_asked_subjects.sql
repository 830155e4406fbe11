-- The subjects of the night, each with the person behind it, where it is, and the circle it belongs to:
-- household, car and address count as one, because one interest looks up all of them.
WITH asked AS (
    SELECT subject_id FROM lookups WHERE local_date = $day AND subject_id IS NOT NULL
    UNION
    SELECT subject_id FROM resolved
),

behind AS (
    SELECT
        asked.subject_id,
        subject.subject_id IS NOT NULL AS is_registered,
        subject.subject_type,
        CASE
            WHEN subject.subject_type = 'person' THEN subject.subject_id
            ELSE subject.owner_subject_id
        END AS person_id,
        subject.address_key,
        subject.postcode_key,
        subject.lat,
        subject.lon
    FROM asked
    LEFT JOIN subjects AS subject ON subject.subject_id = asked.subject_id
),

placed AS (
    SELECT
        behind.subject_id,
        behind.is_registered,
        behind.subject_type,
        behind.person_id,
        coalesce(behind.person_id, behind.subject_id) AS focus_id,
        person.surname_key,
        person.sex,
        coalesce(person.is_public_figure, FALSE) AS is_public_figure,
        coalesce(behind.address_key, person.address_key) AS address_key,
        coalesce(behind.postcode_key, person.postcode_key) AS postcode_key,
        coalesce(behind.lat, person.lat) AS lat,
        coalesce(behind.lon, person.lon) AS lon
    FROM behind
    LEFT JOIN subjects AS person ON person.subject_id = behind.person_id
),

-- an address with more residents than a household has (a flat without numbers, a care home) is no household
residents AS (
    SELECT subjects.address_key, count(*) AS persons
    FROM subjects
    WHERE
        subjects.subject_type = 'person'
        AND subjects.address_key IN (SELECT address_key FROM placed)
    GROUP BY subjects.address_key
)

SELECT
    placed.subject_id,
    placed.is_registered,
    placed.subject_type,
    placed.person_id,
    placed.focus_id,
    placed.surname_key,
    placed.sex,
    placed.is_public_figure,
    placed.address_key,
    placed.postcode_key,
    placed.lat,
    placed.lon,
    coalesce(residents.persons, 0) <= 10 AS is_household
FROM placed
LEFT JOIN residents ON residents.address_key = placed.address_key
