-- How many persons each user met in the last weeks without a work link, by sex: each person once a day, so that what
-- all do can be counted cheaply every night. Of them, with how many a surname and a street are known.
-- A table of its own, so that its true size is known when it is joined.
WITH met AS NOT MATERIALIZED (
    SELECT user_nr, team_nr, sex_nr, surname_nr, postcode_nr FROM interests
    UNION ALL
    SELECT user_nr, team_nr, sex_nr, surname_nr, postcode_nr
    FROM numbered_interest_days
    WHERE day < $day AND day >= $day - $interest_days
)

SELECT
    user_nr,
    coalesce(team_nr, 0) AS team_nr,
    sex_nr,
    count(*) AS meetings,
    count(surname_nr) AS with_surname,
    count(postcode_nr) AS with_street
FROM met
GROUP BY user_nr, team_nr, sex_nr
