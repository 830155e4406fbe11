-- The surnames and streets of which a user met at least four households in the last weeks without a work link, one
-- of them tonight, and how many meetings with persons that took. Only what was met tonight is looked for: most of the
-- past is read and not grouped. Households are counted, not persons: one family is one.
WITH surnames AS (
    SELECT DISTINCT user_id, surname_key FROM interests WHERE surname_key IS NOT NULL
),

streets AS (
    SELECT DISTINCT user_id, postcode_key FROM interests WHERE postcode_key IS NOT NULL
),

met AS NOT MATERIALIZED (
    SELECT user_id, team, 'surname' AS trait, surname_key AS pile, home_key
    FROM interests
    WHERE surname_key IS NOT NULL
    UNION ALL
    SELECT past.user_id, past.team, 'surname' AS trait, past.surname_key AS pile, past.home_key
    FROM interest_days AS past
    INNER JOIN surnames ON surnames.user_id = past.user_id AND surnames.surname_key = past.surname_key
    WHERE past.day < $day AND past.day >= $day - $interest_days
    UNION ALL
    SELECT user_id, team, 'street' AS trait, postcode_key AS pile, home_key
    FROM interests
    WHERE postcode_key IS NOT NULL
    UNION ALL
    SELECT past.user_id, past.team, 'street' AS trait, past.postcode_key AS pile, past.home_key
    FROM interest_days AS past
    INNER JOIN streets ON streets.user_id = past.user_id AND streets.postcode_key = past.postcode_key
    WHERE past.day < $day AND past.day >= $day - $interest_days
),

-- two levels, because a count of distinct values costs twice as much
households AS (
    SELECT user_id, team, trait, pile, home_key, count(*) AS meetings
    FROM met
    GROUP BY user_id, team, trait, pile, home_key
)

SELECT user_id, coalesce(team, '') AS team, trait, pile, count(*) AS homes, sum(meetings) AS meetings
FROM households
GROUP BY user_id, team, trait, pile
HAVING count(*) >= 4
