-- Whether a user's lookups without a work link pile up on one surname, one street or one sex, far beyond
-- chance. Households are counted, not persons: one family is one. What is expected comes from the register
-- and from what the user's peers look up. Evidence is minus the logarithm of the chance of so many (Chernoff's
-- bound on a Poisson or binomial tail, 1952), less the logarithm of how many such questions were asked tonight
-- (Bonferroni): 3 means that at most one night in twenty has any such pile by chance.
-- As in `piles`, users, teams, names and homes go by their hashes.
WITH tonight AS (
    SELECT user_id, hash(user_id) AS who, focus_id, 'surname' AS trait, hash(surname_key) AS pile
    FROM interests
    WHERE surname_key IS NOT NULL
    UNION ALL
    SELECT user_id, hash(user_id), focus_id, 'street', hash(postcode_key)
    FROM interests
    WHERE postcode_key IS NOT NULL
    UNION ALL
    SELECT user_id, hash(user_id), focus_id, 'sex', hash(sex)
    FROM interests
    WHERE sex IS NOT NULL
),

met AS NOT MATERIALIZED (
    SELECT hash(user_id) AS who, hash(team) AS team, hash(focus_id) AS focus, sex FROM interests WHERE sex IS NOT NULL
    UNION ALL
    SELECT hash(user_id), hash(team), hash(focus_id), sex
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days AND sex IS NOT NULL
),

all_homes AS (
    SELECT who, team, trait, peers, sum(homes) AS homes, count(*) AS piles
    FROM piles
    GROUP BY who, team, trait, peers
),

tests AS (
    SELECT greatest(coalesce(sum(piles), 0), 1) AS asked
    FROM all_homes
    WHERE who IN (SELECT hash(user_id) FROM interests)
),

sex_tests AS (
    SELECT greatest(count(DISTINCT user_id), 1) AS asked FROM interests
),

large AS (
    SELECT piles.who, piles.team, piles.trait, piles.peers, piles.pile, piles.homes
    FROM piles
    INNER JOIN (SELECT DISTINCT who, trait, pile FROM tonight) AS wanted
        ON wanted.who = piles.who AND wanted.trait = piles.trait AND wanted.pile = piles.pile
    WHERE piles.homes >= 4
),

peer_piles AS (
    SELECT trait, peers, pile, sum(homes) AS homes
    FROM piles
    WHERE pile IN (SELECT pile FROM large)
    GROUP BY trait, peers, pile
),

peer_homes AS (
    SELECT trait, peers, sum(homes) AS homes FROM all_homes GROUP BY trait, peers
),

register AS (
    SELECT 'surname' AS trait, hash(surname_key) AS pile, count(*) AS persons
    FROM subjects
    WHERE subject_type = 'person' AND hash(surname_key) IN (SELECT pile FROM large WHERE trait = 'surname')
    GROUP BY surname_key
    UNION ALL
    SELECT 'street' AS trait, hash(postcode_key) AS pile, count(*) AS persons
    FROM subjects
    WHERE subject_type = 'person' AND hash(postcode_key) IN (SELECT pile FROM large WHERE trait = 'street')
    GROUP BY postcode_key
),

persons AS (
    SELECT count(*) AS known FROM subjects WHERE subject_type = 'person'
),

expected AS (
    SELECT
        large.who,
        large.trait,
        large.pile,
        large.homes,
        all_homes.homes * greatest(
            coalesce(register.persons, 0) / greatest(persons.known, 1.0),
            (peer_piles.homes - large.homes + 0.5) / (peer_homes.homes - all_homes.homes + 100.0),
            CASE WHEN large.trait = 'surname' THEN coalesce(common.share, 0) ELSE 0 END
        ) AS by_chance
    FROM large
    CROSS JOIN persons
    INNER JOIN all_homes
        ON
            all_homes.who = large.who
            AND all_homes.team = large.team
            AND all_homes.trait = large.trait
    INNER JOIN peer_piles
        ON
            peer_piles.trait = large.trait
            AND peer_piles.pile = large.pile
            AND peer_piles.peers = large.peers
    INNER JOIN peer_homes
        ON
            peer_homes.trait = large.trait
            AND peer_homes.peers = large.peers
    LEFT JOIN register ON register.trait = large.trait AND register.pile = large.pile
    LEFT JOIN common_surnames AS common ON hash(common.surname_key) = large.pile
),

of_one_sex AS (
    SELECT who, team, hash(sex) AS pile, count(DISTINCT focus) AS persons
    FROM met
    GROUP BY who, team, sex
),

of_both AS (
    SELECT who, team, sum(persons) AS persons FROM of_one_sex GROUP BY who, team
),

peers_of_one AS (
    SELECT pile, sum(persons) AS persons FROM of_one_sex GROUP BY pile
),

peers_of_both AS (
    SELECT sum(persons) AS persons FROM of_one_sex
),

sexes AS (
    SELECT
        of_one_sex.who,
        of_one_sex.pile,
        of_one_sex.persons,
        of_both.persons AS of_all,
        of_one_sex.persons * 1.0 / of_both.persons AS share,
        least(
            (peers_of_one.persons - of_one_sex.persons + 5.0) / (peers_of_both.persons - of_both.persons + 10.0), 0.99
        ) AS usual
    FROM of_one_sex
    CROSS JOIN peers_of_both
    INNER JOIN of_both
        ON of_both.who = of_one_sex.who AND of_both.team = of_one_sex.team
    INNER JOIN peers_of_one ON peers_of_one.pile = of_one_sex.pile
    WHERE of_both.persons >= 10
),

surprises AS (
    SELECT
        who,
        pile,
        persons,
        of_all,
        share,
        usual,
        of_all * (share * ln(share / usual) + CASE WHEN share < 1 THEN (1 - share) * ln((1 - share) / (1 - usual)) ELSE 0 END)
            AS surprise
    FROM sexes
),

-- users differ in this for innocent reasons; where they do, the evidence of each is worth less
spread AS (
    SELECT greatest(avg(2 * surprise), 1.0) AS factor FROM surprises
),

judged AS (
    SELECT
        expected.who,
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
        surprises.who,
        'sex' AS trait,
        surprises.pile,
        surprises.persons,
        surprises.of_all * surprises.usual,
        surprises.surprise / spread.factor - ln(sex_tests.asked)
    FROM surprises
    CROSS JOIN spread
    CROSS JOIN sex_tests
    WHERE surprises.share > surprises.usual
)

SELECT
    tonight.user_id,
    tonight.focus_id,
    arg_max(judged.trait, (judged.evidence, judged.trait)) AS skew_trait,
    arg_max(judged.found, (judged.evidence, judged.trait)) AS skew_found,
    round(arg_max(judged.by_chance, (judged.evidence, judged.trait)), 2) AS skew_by_chance,
    round(max(judged.evidence), 2) AS skew_evidence
FROM tonight
INNER JOIN judged ON judged.who = tonight.who AND judged.trait = tonight.trait AND judged.pile = tonight.pile
WHERE judged.evidence > 0
GROUP BY tonight.user_id, tonight.focus_id
