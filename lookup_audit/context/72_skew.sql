-- Whether a user's lookups without a work link pile up on one surname, one street or one sex, far beyond
-- chance. What is expected comes from the register and from what the user's peers look up: a surname is compared with
-- everyone's, a street with the team's, for a beat has its own streets. Evidence is minus the logarithm of the chance
-- of so many (Chernoff's bound on a Poisson or binomial tail, 1952), less the logarithm of how many such questions
-- could be asked tonight (Bonferroni): 3 means that at most one night in twenty has any such pile by chance.
-- What chance is reckoned from is counted in meetings, each person once a day, because who is distinct among everyone's
-- cannot be counted cheaply every night. A user's households are their meetings times how many households everyone
-- met tonight for each person, so who keeps coming back to the same ones is expected to meet more than they did.
WITH tonight AS (
    SELECT user_id, focus_id, 'surname' AS trait, surname_key AS pile FROM interests WHERE surname_key IS NOT NULL
    UNION ALL
    SELECT user_id, focus_id, 'street' AS trait, postcode_key AS pile FROM interests WHERE postcode_key IS NOT NULL
    UNION ALL
    SELECT user_id, focus_id, 'sex' AS trait, sex AS pile FROM interests WHERE sex IS NOT NULL
),

-- households for each person, as everyone met them tonight
together AS (
    SELECT count(*) * 1.0 / greatest(sum(persons), 1) AS homes
    FROM (SELECT user_id, home_key, count(*) AS persons FROM interests GROUP BY user_id, home_key) AS households
),

user_meetings AS (
    SELECT user_id, team, 'surname' AS trait, '' AS peers, sum(with_surname) AS meetings
    FROM meetings
    GROUP BY user_id, team
    UNION ALL
    SELECT user_id, team, 'street' AS trait, team AS peers, sum(with_street) AS meetings
    FROM meetings
    GROUP BY user_id, team
),

peer_meetings AS (
    SELECT trait, peers, sum(meetings) AS meetings FROM user_meetings GROUP BY trait, peers
),

tests AS (
    SELECT greatest(sum(user_meetings.meetings) * min(together.homes), 1.0) AS asked
    FROM user_meetings
    CROSS JOIN together
    WHERE user_meetings.user_id IN (SELECT user_id FROM interests)
),

met AS NOT MATERIALIZED (
    SELECT team, surname_key, postcode_key FROM interests
    UNION ALL
    SELECT team, surname_key, postcode_key
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days
),

peer_piles AS (
    SELECT 'surname' AS trait, '' AS peers, surname_key AS pile, count(*) AS meetings
    FROM met
    WHERE surname_key IN (SELECT pile FROM piles WHERE trait = 'surname')
    GROUP BY surname_key
    UNION ALL
    SELECT 'street' AS trait, coalesce(team, '') AS peers, postcode_key AS pile, count(*) AS meetings
    FROM met
    WHERE postcode_key IN (SELECT pile FROM piles WHERE trait = 'street')
    GROUP BY team, postcode_key
),

register AS (
    SELECT 'surname' AS trait, surname_key AS pile, count(*) AS persons
    FROM subjects
    WHERE subject_type = 'person' AND surname_key IN (SELECT pile FROM piles WHERE trait = 'surname')
    GROUP BY surname_key
    UNION ALL
    SELECT 'street' AS trait, postcode_key AS pile, count(*) AS persons
    FROM subjects
    WHERE subject_type = 'person' AND postcode_key IN (SELECT pile FROM piles WHERE trait = 'street')
    GROUP BY postcode_key
),

persons AS (
    SELECT count(*) AS known FROM subjects WHERE subject_type = 'person'
),

expected AS (
    SELECT
        piles.user_id,
        piles.trait,
        piles.pile,
        piles.homes,
        user_meetings.meetings * together.homes * greatest(
            coalesce(register.persons, 0) / greatest(persons.known, 1.0),
            (peer_piles.meetings - piles.meetings + 0.5) / (peer_meetings.meetings - user_meetings.meetings + 100.0),
            CASE WHEN piles.trait = 'surname' THEN coalesce(common.share, 0) ELSE 0 END
        ) AS by_chance
    FROM piles
    CROSS JOIN persons
    CROSS JOIN together
    INNER JOIN user_meetings
        ON
            user_meetings.user_id = piles.user_id
            AND user_meetings.team = piles.team
            AND user_meetings.trait = piles.trait
    INNER JOIN peer_meetings
        ON peer_meetings.trait = user_meetings.trait AND peer_meetings.peers = user_meetings.peers
    INNER JOIN peer_piles
        ON
            peer_piles.trait = piles.trait
            AND peer_piles.peers = user_meetings.peers
            AND peer_piles.pile = piles.pile
    LEFT JOIN register ON register.trait = piles.trait AND register.pile = piles.pile
    LEFT JOIN common_surnames AS common ON common.surname_key = piles.pile
),

-- of each sex: first in meetings of everyone, then person by person of those only who stand out by more than two
-- standard deviations (a surprise of 2)
of_one_sex AS (
    SELECT user_id, team, sex, meetings FROM meetings WHERE sex IS NOT NULL
),

of_both AS (
    SELECT user_id, team, sum(meetings) AS meetings FROM of_one_sex GROUP BY user_id, team
),

peers_of_one AS (
    SELECT sex, sum(meetings) AS meetings FROM of_one_sex GROUP BY sex
),

peers_of_both AS (
    SELECT sum(meetings) AS meetings FROM of_one_sex
),

shares AS (
    SELECT
        of_one_sex.user_id,
        of_one_sex.team,
        of_one_sex.sex,
        of_both.meetings AS of_all,
        of_one_sex.meetings * 1.0 / of_both.meetings AS share,
        least(
            (peers_of_one.meetings - of_one_sex.meetings + 5.0) / (peers_of_both.meetings - of_both.meetings + 10.0),
            0.99
        ) AS usual
    FROM of_one_sex
    CROSS JOIN peers_of_both
    INNER JOIN of_both
        ON of_both.user_id = of_one_sex.user_id AND of_both.team = of_one_sex.team
    INNER JOIN peers_of_one ON peers_of_one.sex = of_one_sex.sex
    WHERE of_both.meetings >= 10
),

differences AS (
    SELECT user_id, team, sex, share, usual, binomial_surprise(of_all, share, usual) AS surprise FROM shares
),

-- users differ in this for innocent reasons; where they do, the evidence of each is worth less
spread AS (
    SELECT greatest(avg(2 * surprise), 1.0) AS factor FROM differences
),

outstanding AS (
    SELECT user_id, team, sex, usual FROM differences WHERE share > usual AND surprise > 2
),

of_whom AS (
    SELECT DISTINCT user_id, team FROM outstanding
),

person_by_person AS (
    SELECT user_id, team, sex, count(*) AS persons
    FROM (
        SELECT interests.user_id, of_whom.team, interests.sex, interests.focus_id
        FROM interests
        INNER JOIN of_whom ON of_whom.user_id = interests.user_id AND of_whom.team = coalesce(interests.team, '')
        WHERE interests.sex IS NOT NULL
        UNION
        SELECT past.user_id, of_whom.team, past.sex, past.focus_id
        FROM interest_days AS past
        INNER JOIN of_whom ON of_whom.user_id = past.user_id AND of_whom.team = coalesce(past.team, '')
        WHERE past.day < $day AND past.day >= $day - $interest_days AND past.sex IS NOT NULL
    ) AS each_once
    GROUP BY user_id, team, sex
),

sexes AS (
    SELECT
        outstanding.user_id,
        outstanding.sex,
        outstanding.usual,
        sum(CASE WHEN known.sex = outstanding.sex THEN known.persons ELSE 0 END) AS persons,
        sum(known.persons) AS of_all
    FROM outstanding
    INNER JOIN person_by_person AS known
        ON known.user_id = outstanding.user_id AND known.team = outstanding.team
    GROUP BY outstanding.user_id, outstanding.team, outstanding.sex, outstanding.usual
),

sex_tests AS (
    SELECT greatest(count(DISTINCT user_id), 1) AS asked FROM interests
),

judged AS (
    SELECT
        expected.user_id,
        expected.trait,
        expected.pile,
        expected.homes AS found,
        expected.by_chance,
        expected.homes * ln(expected.homes / expected.by_chance) - expected.homes + expected.by_chance
        - ln(tests.asked) AS evidence
    FROM expected
    CROSS JOIN tests
    WHERE expected.homes > expected.by_chance
    UNION ALL
    SELECT
        sexes.user_id,
        'sex' AS trait,
        sexes.sex AS pile,
        sexes.persons AS found,
        sexes.of_all * sexes.usual AS by_chance,
        binomial_surprise(sexes.of_all, sexes.persons * 1.0 / sexes.of_all, sexes.usual) / spread.factor
        - ln(sex_tests.asked) AS evidence
    FROM sexes
    CROSS JOIN spread
    CROSS JOIN sex_tests
    WHERE sexes.of_all >= 10 AND sexes.persons > sexes.of_all * sexes.usual
)

SELECT
    tonight.user_id,
    tonight.focus_id,
    arg_max(judged.trait, (judged.evidence, judged.trait)) AS skew_trait,
    arg_max(judged.found, (judged.evidence, judged.trait)) AS skew_found,
    round(arg_max(judged.by_chance, (judged.evidence, judged.trait)), 2) AS skew_by_chance,
    round(max(judged.evidence), 2) AS skew_evidence
FROM tonight
INNER JOIN judged
    ON judged.user_id = tonight.user_id AND judged.trait = tonight.trait AND judged.pile = tonight.pile
WHERE judged.evidence > 0
GROUP BY tonight.user_id, tonight.focus_id
