-- The lookups whose case does not bear them out: it is known, has registered subjects by then, and none of them is this
-- one or one hop away. With how the user is tied to the case, and for how many circles the user named it so.
WITH members AS (
    SELECT
        night.lookup_nr,
        bool_or(coalesce(case_members.user_id = night.user_id, FALSE)) AS as_user,
        bool_or(coalesce(case_members.team = night.team, FALSE)) AS as_team
    FROM night
    INNER JOIN case_members ON case_members.case_id = night.case_id
    WHERE
        coalesce(case_members.valid_from, night.occurred_at) <= night.occurred_at
        AND coalesce(case_members.valid_until, night.occurred_at) >= night.occurred_at
    GROUP BY night.lookup_nr
),

contradicted AS (
    SELECT
        night.lookup_nr,
        night.user_nr,
        night.case_id,
        night_subjects.circle_nr,
        CASE
            WHEN members.as_user THEN 'own'
            WHEN members.as_team OR cases.team = night.team THEN 'team'
            ELSE 'none'
        END AS tie
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
    INNER JOIN cases ON cases.case_id = night.case_id
    LEFT JOIN members ON members.lookup_nr = night.lookup_nr
    WHERE
        night_subjects.subject_type IS NOT NULL
        AND EXISTS (
            SELECT 1
            FROM case_subjects
            WHERE
                case_subjects.case_id = night.case_id
                AND coalesce(case_subjects.linked_at, night.occurred_at) <= night.occurred_at
        )
        AND NOT EXISTS (
            SELECT 1
            FROM subject_cases
            WHERE subject_cases.subject_nr = night.subject_nr AND subject_cases.case_id = night.case_id
        )
),

series AS (
    SELECT user_nr, case_id, count(DISTINCT circle_nr) AS circles
    FROM contradicted
    GROUP BY user_nr, case_id
)

SELECT
    contradicted.lookup_nr,
    series.circles AS contradicted_circles,
    contradicted.tie AS contradicted_tie
FROM contradicted
INNER JOIN series ON series.user_nr = contradicted.user_nr AND series.case_id = contradicted.case_id
