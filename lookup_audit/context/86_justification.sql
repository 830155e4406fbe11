-- What the user gave as a reason: whether the system demands one, whether it says anything, and whether the
-- case named bears it out. Where everyone gives a reason, none is a shortfall; what is written for all kinds
-- of work says nothing about this one.
WITH habits AS (
    SELECT system, function, reason, lookups FROM reasons
    UNION ALL
    SELECT system, function, reason, lookups
    FROM reason_days
    WHERE day < $day AND day >= $day - $history_days
),

systems AS (
    SELECT
        system,
        sum(CASE WHEN reason IS NOT NULL THEN lookups ELSE 0 END) / sum(lookups) AS given_share
    FROM habits
    GROUP BY system
    HAVING sum(lookups) >= 100
),

given AS (
    SELECT
        sum(lookups) AS lookups,
        count(DISTINCT CASE WHEN reason <> '…' THEN function END) AS functions
    FROM habits
    WHERE reason IS NOT NULL
),

-- "controle" is written by everyone, "rijdt zonder licht" by those on the road
common_reasons AS (
    SELECT habits.reason, sum(habits.lookups) / min(given.lookups) AS reason_share
    FROM habits
    CROSS JOIN given
    WHERE habits.reason IS NOT NULL
    GROUP BY habits.reason
    HAVING count(DISTINCT habits.function) >= 0.6 * min(given.functions) AND min(given.functions) >= 3
),

-- whether the user, or the user's team, is registered on the case named
members AS (
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

-- a case that is known, has registered subjects by then, and none of them is this one or one hop away
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
    night.lookup_nr,
    CASE
        WHEN night.reason IS NULL THEN 'none'
        WHEN length(night.reason) < 4 THEN 'says nothing'
        WHEN common_reasons.reason_share >= $boilerplate_share THEN 'boilerplate'
        ELSE 'given'
    END AS reason_state,
    round(common_reasons.reason_share, 4) AS reason_share,
    coalesce(
        list_contains($reason_systems, night.system) OR systems.given_share >= $reason_demanded_share, FALSE
    ) AS reason_demanded,
    contradicted.lookup_nr IS NOT NULL AS is_contradicted,
    coalesce(series.circles, 0) AS contradicted_circles,
    contradicted.tie AS contradicted_tie
FROM in_question
INNER JOIN night ON night.lookup_nr = in_question.lookup_nr
LEFT JOIN systems ON systems.system = night.system
LEFT JOIN common_reasons ON common_reasons.reason = night.reason
LEFT JOIN contradicted ON contradicted.lookup_nr = night.lookup_nr
LEFT JOIN series ON series.user_nr = contradicted.user_nr AND series.case_id = contradicted.case_id
