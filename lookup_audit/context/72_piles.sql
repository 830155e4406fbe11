-- The surnames and streets of which a user met at least four persons in the last weeks without a work link, one of
-- them tonight; each person counts once a day. Only what was met tonight is looked for: most of the past is read and
-- not grouped.
WITH surnames AS (
    SELECT DISTINCT user_nr, surname_nr FROM interests WHERE surname_nr IS NOT NULL
),

streets AS (
    SELECT DISTINCT user_nr, postcode_nr FROM interests WHERE postcode_nr IS NOT NULL
),

of_surname AS NOT MATERIALIZED (
    SELECT user_nr, team_nr, surname_nr AS pile
    FROM interests
    WHERE surname_nr IS NOT NULL
    UNION ALL
    SELECT past.user_nr, past.team_nr, past.surname_nr AS pile
    FROM numbered_interest_days AS past
    INNER JOIN surnames ON surnames.user_nr = past.user_nr AND surnames.surname_nr = past.surname_nr
    WHERE past.day < $day AND past.day >= $day - $interest_days
),

of_street AS NOT MATERIALIZED (
    SELECT user_nr, team_nr, postcode_nr AS pile
    FROM interests
    WHERE postcode_nr IS NOT NULL
    UNION ALL
    SELECT past.user_nr, past.team_nr, past.postcode_nr AS pile
    FROM numbered_interest_days AS past
    INNER JOIN streets ON streets.user_nr = past.user_nr AND streets.postcode_nr = past.postcode_nr
    WHERE past.day < $day AND past.day >= $day - $interest_days
)

SELECT user_nr, coalesce(team_nr, 0) AS team_nr, 'surname' AS trait, pile, count(*) AS meetings
FROM of_surname
GROUP BY user_nr, team_nr, pile
HAVING count(*) >= 4
UNION ALL
SELECT user_nr, coalesce(team_nr, 0) AS team_nr, 'street' AS trait, pile, count(*) AS meetings
FROM of_street
GROUP BY user_nr, team_nr, pile
HAVING count(*) >= 4
