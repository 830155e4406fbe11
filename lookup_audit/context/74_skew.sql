-- Whether a user's lookups without a work link pile up on one surname, one street or one sex, far beyond
-- chance. Evidence is minus the logarithm of the chance of so many (Chernoff's bound on a Poisson or binomial tail,
-- 1952), less the logarithm of how many such questions could be asked tonight (Bonferroni): 3 means that at most one
-- night in twenty has any such pile by chance.
WITH tonight AS (
    SELECT user_nr, focus_nr, 'surname' AS trait, surname_nr AS pile FROM interests WHERE surname_nr IS NOT NULL
    UNION ALL
    SELECT user_nr, focus_nr, 'street' AS trait, postcode_nr AS pile FROM interests WHERE postcode_nr IS NOT NULL
    UNION ALL
    SELECT user_nr, focus_nr, 'sex' AS trait, sex_nr AS pile FROM interests WHERE sex_nr IS NOT NULL
),

met AS NOT MATERIALIZED (
    SELECT user_nr, coalesce(team_nr, 0) AS team_nr, surname_nr, postcode_nr, home_nr FROM interests
    UNION ALL
    SELECT user_nr, coalesce(team_nr, 0) AS team_nr, surname_nr, postcode_nr, home_nr
    FROM numbered_interest_days
    WHERE day < $day AND day >= $day - $interest_days
),

piled AS (
    SELECT piles.*, met.home_nr
    FROM unlikely_piles AS piles
    INNER JOIN met
        ON met.user_nr = piles.user_nr AND met.team_nr = piles.team_nr AND met.surname_nr = piles.pile
    WHERE piles.trait = 'surname'
    UNION ALL
    SELECT piles.*, met.home_nr
    FROM unlikely_piles AS piles
    INNER JOIN met
        ON met.user_nr = piles.user_nr AND met.team_nr = piles.team_nr AND met.postcode_nr = piles.pile
    WHERE piles.trait = 'street'
),

-- households, not persons: one family is one
homes AS (
    SELECT user_nr, team_nr, trait, pile, by_chance, asked, count(DISTINCT home_nr) AS homes
    FROM piled
    GROUP BY user_nr, team_nr, trait, pile, by_chance, asked
    HAVING count(DISTINCT home_nr) >= 4
),

-- of each sex: first in meetings of everyone, then person by person of those only who stand out by more than two
-- standard deviations (a surprise of 2)
of_one_sex AS (
    SELECT user_nr, team_nr, sex_nr, meetings FROM meetings WHERE sex_nr IS NOT NULL
),

of_both AS (
    SELECT user_nr, team_nr, sum(meetings) AS meetings FROM of_one_sex GROUP BY user_nr, team_nr
),

peers_of_one AS (
    SELECT sex_nr, sum(meetings) AS meetings FROM of_one_sex GROUP BY sex_nr
),

peers_of_both AS (
    SELECT sum(meetings) AS meetings FROM of_one_sex
),

shares AS (
    SELECT
        of_one_sex.user_nr,
        of_one_sex.team_nr,
        of_one_sex.sex_nr,
        of_both.meetings AS of_all,
        of_one_sex.meetings * 1.0 / of_both.meetings AS share,
        least(
            (peers_of_one.meetings - of_one_sex.meetings + 5.0) / (peers_of_both.meetings - of_both.meetings + 10.0),
            0.99
        ) AS usual
    FROM of_one_sex
    CROSS JOIN peers_of_both
    INNER JOIN of_both
        ON of_both.user_nr = of_one_sex.user_nr AND of_both.team_nr = of_one_sex.team_nr
    INNER JOIN peers_of_one ON peers_of_one.sex_nr = of_one_sex.sex_nr
    WHERE of_both.meetings >= 10
),

differences AS (
    SELECT user_nr, team_nr, sex_nr, share, usual, binomial_surprise(of_all, share, usual) AS surprise FROM shares
),

-- users differ in this for innocent reasons; where they do, the evidence of each is worth less
spread AS (
    SELECT greatest(avg(2 * surprise), 1.0) AS factor FROM differences
),

outstanding AS (
    SELECT user_nr, team_nr, sex_nr, usual FROM differences WHERE share > usual AND surprise > 2
),

of_whom AS (
    SELECT DISTINCT user_nr, team_nr FROM outstanding
),

person_by_person AS (
    SELECT user_nr, team_nr, sex_nr, count(*) AS persons
    FROM (
        SELECT interests.user_nr, of_whom.team_nr, interests.sex_nr, interests.focus_nr
        FROM interests
        INNER JOIN of_whom ON of_whom.user_nr = interests.user_nr AND of_whom.team_nr = coalesce(interests.team_nr, 0)
        WHERE interests.sex_nr IS NOT NULL
        UNION
        SELECT past.user_nr, of_whom.team_nr, past.sex_nr, past.focus_nr
        FROM numbered_interest_days AS past
        INNER JOIN of_whom ON of_whom.user_nr = past.user_nr AND of_whom.team_nr = coalesce(past.team_nr, 0)
        WHERE past.day < $day AND past.day >= $day - $interest_days AND past.sex_nr IS NOT NULL
    ) AS each_once
    GROUP BY user_nr, team_nr, sex_nr
),

sexes AS (
    SELECT
        outstanding.user_nr,
        outstanding.sex_nr,
        outstanding.usual,
        sum(CASE WHEN known.sex_nr = outstanding.sex_nr THEN known.persons ELSE 0 END) AS persons,
        sum(known.persons) AS of_all
    FROM outstanding
    INNER JOIN person_by_person AS known
        ON known.user_nr = outstanding.user_nr AND known.team_nr = outstanding.team_nr
    GROUP BY outstanding.user_nr, outstanding.team_nr, outstanding.sex_nr, outstanding.usual
),

sex_tests AS (
    SELECT greatest(count(DISTINCT user_nr), 1) AS asked FROM interests
),

judged AS (
    SELECT
        homes.user_nr,
        homes.trait,
        homes.pile,
        homes.homes AS found,
        homes.by_chance,
        homes.homes * ln(homes.homes / homes.by_chance) - homes.homes + homes.by_chance - ln(homes.asked) AS evidence
    FROM homes
    WHERE homes.homes > homes.by_chance
    UNION ALL
    SELECT
        sexes.user_nr,
        'sex' AS trait,
        sexes.sex_nr AS pile,
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
    tonight.user_nr,
    tonight.focus_nr,
    arg_max(judged.trait, (judged.evidence, judged.trait)) AS skew_trait,
    arg_max(judged.found, (judged.evidence, judged.trait)) AS skew_found,
    round(arg_max(judged.by_chance, (judged.evidence, judged.trait)), 2) AS skew_by_chance,
    round(max(judged.evidence), 2) AS skew_evidence
FROM tonight
INNER JOIN judged
    ON judged.user_nr = tonight.user_nr AND judged.trait = tonight.trait AND judged.pile = tonight.pile
WHERE judged.evidence > 0
GROUP BY tonight.user_nr, tonight.focus_nr
