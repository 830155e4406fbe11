-- How many persons each user met in the last weeks without a work link, by sex: each person once a day, so that what
-- all do can be counted cheaply every night. Of them, with how many a surname and a street are known.
-- A table of its own, so that its true size is known when it is joined.
WITH met AS NOT MATERIALIZED (
    SELECT user_id, team, sex, surname_key, postcode_key FROM interests
    UNION ALL
    SELECT user_id, team, sex, surname_key, postcode_key
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days
)

SELECT
    user_id,
    coalesce(team, '') AS team,
    sex,
    count(*) AS meetings,
    count(surname_key) AS with_surname,
    count(postcode_key) AS with_street
FROM met
GROUP BY user_id, team, sex
