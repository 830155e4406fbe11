-- In how many households each user met each surname and each street in the last weeks, without a work link. Whom a
-- pile is compared with: a surname with everyone's, a street with the team's, for a beat has its own streets.
-- Users, teams, names and homes are counted by their hashes of 64 bits, for grouping by texts takes twice as long:
-- that any two of ten million are the same happens once in 300,000 nights, and would move one count by one.
-- A table of its own, so that its true size is known when it is joined.
WITH met AS NOT MATERIALIZED (
    SELECT user_id, team, surname_key, postcode_key, home_key FROM interests
    UNION ALL
    SELECT user_id, team, surname_key, postcode_key, home_key
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days
),

surnames AS NOT MATERIALIZED (
    SELECT hash(user_id) AS who, hash(team) AS team, hash(surname_key) AS pile, hash(home_key) AS home
    FROM met
    WHERE surname_key IS NOT NULL
),

streets AS NOT MATERIALIZED (
    SELECT hash(user_id) AS who, hash(team) AS team, hash(postcode_key) AS pile, hash(home_key) AS home
    FROM met
    WHERE postcode_key IS NOT NULL
)

SELECT who, team, 'surname' AS trait, hash('') AS peers, pile, count(DISTINCT home) AS homes
FROM surnames
GROUP BY who, team, pile
UNION ALL
SELECT who, team, 'street' AS trait, team AS peers, pile, count(DISTINCT home) AS homes
FROM streets
GROUP BY who, team, pile
