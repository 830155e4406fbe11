-- In how many households each user met each surname and each street in the last weeks, without a work link. Whom a
-- pile is compared with: a surname with everyone's, a street with the team's, for a beat has its own streets.
-- A table of its own, so that its true size is known when it is joined.
WITH met AS NOT MATERIALIZED (
    SELECT user_id, team, focus_id, surname_key, postcode_key, home_key, sex FROM interests
    UNION ALL
    SELECT user_id, team, focus_id, surname_key, postcode_key, home_key, sex
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days
)

SELECT
    user_id,
    team,
    'surname' AS trait,
    '' AS peers,
    surname_key AS pile,
    count(DISTINCT home_key) AS homes
FROM met
WHERE surname_key IS NOT NULL
GROUP BY user_id, team, surname_key
UNION ALL
SELECT
    user_id,
    team,
    'street' AS trait,
    coalesce(team, '') AS peers,
    postcode_key AS pile,
    count(DISTINCT home_key) AS homes
FROM met
WHERE postcode_key IS NOT NULL
GROUP BY user_id, team, postcode_key
