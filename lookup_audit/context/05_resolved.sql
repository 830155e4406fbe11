-- Lookups of the night that logged no subject, with the one subject that their query text names:
-- a plate, a postcode with house number, or a surname with date of birth. Ambiguous texts stay unresolved.
WITH texts AS (
    SELECT
        system,
        lookup_id,
        code_key(query_text) AS code,
        surname_key(regexp_replace(query_text, '[0-9][0-9./-]*', '', 'g')) AS surname_key,
        CAST(coalesce(
            try_strptime(regexp_extract(query_text, '(\d{4}-\d{2}-\d{2})', 1), '%Y-%m-%d'),
            try_strptime(regexp_extract(query_text, '(\d{2}-\d{2}-\d{4})', 1), '%d-%m-%Y'),
            try_strptime(regexp_extract(query_text, '\b(\d{8})\b', 1), '%d%m%Y')
        ) AS DATE) AS birth_date
    FROM lookups
    WHERE local_date = $day AND subject_id IS NULL
),

matches AS (
    SELECT texts.system, texts.lookup_id, subjects.subject_id
    FROM texts
    INNER JOIN subjects ON subjects.plate_key = texts.code
    UNION ALL
    SELECT texts.system, texts.lookup_id, subjects.subject_id
    FROM texts
    INNER JOIN subjects ON replace(subjects.address_key, ' ', '') = texts.code
    WHERE subjects.subject_type = 'address'
    UNION ALL
    SELECT texts.system, texts.lookup_id, subjects.subject_id
    FROM texts
    INNER JOIN subjects
        ON subjects.birth_date = texts.birth_date AND subjects.surname_key = texts.surname_key
    WHERE subjects.subject_type = 'person'
)

SELECT system, lookup_id, min(subject_id) AS subject_id
FROM matches
GROUP BY system, lookup_id
HAVING min(subject_id) = max(subject_id)
