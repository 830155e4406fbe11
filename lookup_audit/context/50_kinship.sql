-- What ties the user to the person behind the lookup: a declared relation, a shared home, or a surname.
-- A shared surname says the more, the fewer people with it this user would meet by chance alone.
WITH declared AS (
    -- the relation itself, or who lives with them; the closest counts
    SELECT
        asked.user_nr,
        asked.subject_nr,
        arg_max(
            coalesce(relations.kind, 'other'),
            (
                reach.carries
                + CASE WHEN coalesce(relations.kind, 'other') IN ('friend', 'other') THEN 0.0 ELSE 0.001 END,
                relations.kind
            )
        ) AS relation_kind,
        max(reach.carries) AS relation_carries
    FROM relations
    INNER JOIN everyone ON everyone.user_id = relations.user_id
    INNER JOIN reach ON reach.reached_id = relations.subject_id
    INNER JOIN user_subjects AS asked
        ON asked.user_nr = everyone.user_nr AND asked.subject_nr = reach.subject_nr
    GROUP BY asked.user_nr, asked.subject_nr
),

pairs AS (
    SELECT DISTINCT everyone.user_nr, night_subjects.surname_key, users.surname_key AS user_surname_key
    FROM user_subjects AS asked
    INNER JOIN everyone ON everyone.user_nr = asked.user_nr
    INNER JOIN users ON users.user_id = everyone.user_id
    INNER JOIN night_subjects ON night_subjects.subject_nr = asked.subject_nr
    WHERE
        users.surname_key = night_subjects.surname_key
        OR contains(users.surname_key, '-')
        OR contains(night_subjects.surname_key, '-')
),

-- a double or married name matches on any of its parts
parts AS (
    SELECT pairs.user_nr, pairs.surname_key, subject_part.part
    FROM pairs
    CROSS JOIN unnest(string_split(pairs.surname_key, '-')) AS subject_part (part)
    WHERE list_contains(string_split(pairs.user_surname_key, '-'), subject_part.part)
),

persons AS (
    SELECT count(*) AS known FROM subjects WHERE subject_type = 'person'
),

names AS (
    SELECT surname_key, count(*) AS persons
    FROM subjects
    WHERE subject_type = 'person' AND surname_key IS NOT NULL
    GROUP BY surname_key
),

-- a name of several parts counts for its first and its last
borne AS (
    SELECT string_split(surname_key, '-')[1] AS part, persons FROM names
    UNION ALL
    SELECT string_split(surname_key, '-')[-1] AS part, persons
    FROM names
    WHERE string_split(surname_key, '-')[-1] <> string_split(surname_key, '-')[1]
),

counted AS (
    SELECT shared.part, coalesce(sum(borne.persons), 0) AS bearers
    FROM (SELECT DISTINCT part FROM parts) AS shared
    LEFT JOIN borne ON borne.part = shared.part
    GROUP BY shared.part
),

met AS (
    SELECT everyone.user_nr, sum(user_days.first_subjects) AS subjects_met
    FROM user_days
    INNER JOIN everyone ON everyone.user_id = user_days.user_id
    WHERE user_days.day < $day AND user_days.day >= $day - $history_days
    GROUP BY everyone.user_nr
),

surnames AS (
    SELECT
        parts.user_nr,
        parts.surname_key,
        min(greatest((counted.bearers + 1.0) / (persons.known + 1.0), coalesce(common.share, 0)))
            AS surname_share
    FROM parts
    INNER JOIN counted ON counted.part = parts.part
    CROSS JOIN persons
    LEFT JOIN common_surnames AS common ON common.surname_key = parts.part
    GROUP BY parts.user_nr, parts.surname_key
)

SELECT
    asked.user_nr,
    asked.subject_nr,
    declared.relation_kind,
    declared.relation_carries,
    surnames.surname_share IS NOT NULL AS same_surname,
    round(surnames.surname_share, 6) AS surname_share,
    -- how many bearers this user would have met by chance in the history window; 200 for what it does not hold
    round(surnames.surname_share * (coalesce(met.subjects_met, 0) + 200), 4) AS surname_by_chance
FROM user_subjects AS asked
INNER JOIN night_subjects ON night_subjects.subject_nr = asked.subject_nr
LEFT JOIN declared ON declared.user_nr = asked.user_nr AND declared.subject_nr = asked.subject_nr
LEFT JOIN surnames
    ON surnames.user_nr = asked.user_nr AND surnames.surname_key = night_subjects.surname_key
LEFT JOIN met ON met.user_nr = asked.user_nr
WHERE declared.relation_kind IS NOT NULL OR surnames.surname_share IS NOT NULL
