-- The piles of which the meetings alone would be far beyond chance: a pile has no more households than meetings, so of
-- no other need the households be counted, which takes long. With what is expected by chance.
-- What is expected comes from the register and from what the user's peers look up: a surname is compared with
-- everyone's, a street with the team's, for a beat has its own streets. It is reckoned in meetings, each person once a
-- day, because who is distinct among everyone's cannot be counted cheaply every night. A user's households are their
-- meetings times how many households everyone met tonight for each person, so who keeps coming back to the same ones
-- is expected to meet more than they did.
WITH together AS (
    -- households for each person, as everyone met them tonight
    SELECT count(*) * 1.0 / greatest(sum(persons), 1) AS homes
    FROM (SELECT user_nr, home_nr, count(*) AS persons FROM interests GROUP BY user_nr, home_nr) AS households
),

user_meetings AS (
    SELECT user_nr, team_nr, 'surname' AS trait, -1 AS peers, sum(with_surname) AS meetings
    FROM meetings
    GROUP BY user_nr, team_nr
    UNION ALL
    SELECT user_nr, team_nr, 'street' AS trait, team_nr AS peers, sum(with_street) AS meetings
    FROM meetings
    GROUP BY user_nr, team_nr
),

peer_meetings AS (
    SELECT trait, peers, sum(meetings) AS meetings FROM user_meetings GROUP BY trait, peers
),

tests AS (
    SELECT greatest(sum(user_meetings.meetings) * min(together.homes), 1.0) AS asked
    FROM user_meetings
    CROSS JOIN together
    WHERE user_meetings.user_nr IN (SELECT user_nr FROM interests)
),

met AS NOT MATERIALIZED (
    SELECT team_nr, surname_nr, postcode_nr FROM interests
    UNION ALL
    SELECT team_nr, surname_nr, postcode_nr
    FROM numbered_interest_days
    WHERE day < $day AND day >= $day - $interest_days
),

peer_piles AS (
    SELECT 'surname' AS trait, -1 AS peers, surname_nr AS pile, count(*) AS meetings
    FROM met
    WHERE surname_nr IS NOT NULL
    GROUP BY surname_nr
    UNION ALL
    SELECT 'street' AS trait, coalesce(team_nr, 0) AS peers, postcode_nr AS pile, count(*) AS meetings
    FROM met
    WHERE postcode_nr IS NOT NULL
    GROUP BY team_nr, postcode_nr
),

named AS (
    SELECT DISTINCT piles.trait, piles.pile, known.text
    FROM piles
    INNER JOIN known ON known.nr = piles.pile
),

register AS (
    SELECT named.trait, named.pile, count(*) AS persons
    FROM subjects
    INNER JOIN named ON named.trait = 'surname' AND named.text = subjects.surname_key
    WHERE subjects.subject_type = 'person'
    GROUP BY named.trait, named.pile
    UNION ALL
    SELECT named.trait, named.pile, count(*) AS persons
    FROM subjects
    INNER JOIN named ON named.trait = 'street' AND named.text = subjects.postcode_key
    WHERE subjects.subject_type = 'person'
    GROUP BY named.trait, named.pile
),

common AS (
    SELECT named.pile, common_surnames.share
    FROM named
    INNER JOIN common_surnames ON named.trait = 'surname' AND common_surnames.surname_key = named.text
),

persons AS (
    SELECT count(*) AS known FROM subjects WHERE subject_type = 'person'
),

expected AS (
    SELECT
        piles.user_nr,
        piles.team_nr,
        piles.trait,
        piles.pile,
        piles.meetings,
        user_meetings.meetings * together.homes * greatest(
            coalesce(register.persons, 0) / greatest(persons.known, 1.0),
            (peer_piles.meetings - piles.meetings + 0.5) / (peer_meetings.meetings - user_meetings.meetings + 100.0),
            coalesce(common.share, 0)
        ) AS by_chance
    FROM piles
    CROSS JOIN persons
    CROSS JOIN together
    INNER JOIN user_meetings
        ON
            user_meetings.user_nr = piles.user_nr
            AND user_meetings.team_nr = piles.team_nr
            AND user_meetings.trait = piles.trait
    INNER JOIN peer_meetings
        ON peer_meetings.trait = user_meetings.trait AND peer_meetings.peers = user_meetings.peers
    INNER JOIN peer_piles
        ON
            peer_piles.trait = piles.trait
            AND peer_piles.peers = user_meetings.peers
            AND peer_piles.pile = piles.pile
    LEFT JOIN register ON register.trait = piles.trait AND register.pile = piles.pile
    LEFT JOIN common ON piles.trait = 'surname' AND common.pile = piles.pile
)

SELECT
    expected.user_nr,
    expected.team_nr,
    expected.trait,
    expected.pile,
    expected.by_chance,
    tests.asked
FROM expected
CROSS JOIN tests
WHERE
    expected.meetings > expected.by_chance
    AND expected.meetings * ln(expected.meetings / expected.by_chance) - expected.meetings + expected.by_chance
    > ln(tests.asked)
