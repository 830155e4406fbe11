-- The subjects of the night with the numbers of what they are told by. A household, its cars and its address are one
-- circle, because one interest looks up all of them.
SELECT
    asked.subject_id,
    subject.nr AS subject_nr,
    asked.is_registered,
    asked.subject_type,
    asked.person_id,
    person.nr AS person_nr,
    asked.focus_id,
    coalesce(person.nr, subject.nr) AS focus_nr,
    asked.surname_key,
    surname.nr AS surname_nr,
    sex.nr AS sex_nr,
    asked.is_public_figure,
    asked.address_key,
    address.nr AS address_nr,
    asked.postcode_key,
    postcode.nr AS postcode_nr,
    asked.lat,
    asked.lon,
    asked.is_household,
    CASE
        WHEN asked.address_key IS NOT NULL AND asked.is_household THEN address.nr
        ELSE coalesce(person.nr, subject.nr)
    END AS circle_nr
FROM asked_subjects AS asked
INNER JOIN known AS subject ON subject.text = asked.subject_id
LEFT JOIN known AS person ON person.text = asked.person_id
LEFT JOIN known AS surname ON surname.text = asked.surname_key
LEFT JOIN known AS sex ON sex.text = asked.sex
LEFT JOIN known AS address ON address.text = asked.address_key
LEFT JOIN known AS postcode ON postcode.text = asked.postcode_key
