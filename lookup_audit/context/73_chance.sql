-- How many of the user's lookups without a link would be so close to this subject by chance alone tonight; and,
-- where the subject lives in the user's own street, the same times the chance of as many earlier days with such a
-- lookup in the last weeks (Chernoff's bound on a Poisson tail, 1952): once is chance, four days are not, unless
-- colleagues of the team come to that street as often. Oneself and those one lives with are no neighbours.
WITH tonight AS (
    SELECT user_nr, count(*) AS persons FROM interests GROUP BY user_nr
),

at_home AS (
    SELECT DISTINCT
        everyone.user_nr,
        everyone.team_nr,
        everyone.own_subject_nr,
        everyone.home_postcode_nr,
        everyone.home_address_nr,
        everyone.home_address_key
    FROM home
    INNER JOIN everyone ON everyone.user_nr = home.user_nr
    WHERE home.same_home_postcode
),

-- an address with more residents than a household has is a flat or a home without numbers: neighbours live there
households AS (
    SELECT address_key
    FROM subjects
    WHERE subject_type = 'person' AND address_key IN (SELECT home_address_key FROM at_home)
    GROUP BY address_key
    HAVING count(*) <= 10
),

past AS (
    SELECT
        interest_days.user_nr,
        count(*) AS persons,
        count(DISTINCT CASE
            WHEN
                interest_days.postcode_nr = at_home.home_postcode_nr
                AND interest_days.focus_nr IS DISTINCT FROM at_home.own_subject_nr
                AND (households.address_key IS NULL OR interest_days.home_nr <> at_home.home_address_nr)
                THEN interest_days.day
        END) AS home_days
    FROM numbered_interest_days AS interest_days
    INNER JOIN at_home ON at_home.user_nr = interest_days.user_nr
    LEFT JOIN households ON households.address_key = at_home.home_address_key
    WHERE interest_days.day < $day AND interest_days.day >= $day - $interest_days
    GROUP BY interest_days.user_nr
),

team_past AS (
    SELECT team_nr, count(*) AS persons
    FROM numbered_interest_days
    WHERE day < $day AND day >= $day - $interest_days AND team_nr IN (SELECT team_nr FROM at_home)
    GROUP BY team_nr
),

street_past AS (
    SELECT team_nr, postcode_nr, user_nr, count(*) AS persons
    FROM numbered_interest_days
    WHERE
        day < $day AND day >= $day - $interest_days
        AND team_nr IN (SELECT team_nr FROM at_home)
        AND postcode_nr IN (SELECT home_postcode_nr FROM at_home)
    GROUP BY team_nr, postcode_nr, user_nr
),

in_street AS (
    SELECT
        at_home.user_nr,
        sum(CASE WHEN street_past.user_nr <> at_home.user_nr THEN street_past.persons ELSE 0 END) AS persons
    FROM at_home
    INNER JOIN street_past
        ON street_past.team_nr = at_home.team_nr AND street_past.postcode_nr = at_home.home_postcode_nr
    GROUP BY at_home.user_nr
),

colleagues AS (
    SELECT
        at_home.user_nr,
        -- who changed teams brought lookups along that are not this team's
        greatest(team_past.persons - coalesce(past.persons, 0), 0) AS persons,
        coalesce(in_street.persons, 0) AS in_street
    FROM at_home
    INNER JOIN team_past ON team_past.team_nr = at_home.team_nr
    LEFT JOIN past ON past.user_nr = at_home.user_nr
    LEFT JOIN in_street ON in_street.user_nr = at_home.user_nr
),

-- where no area is known (no coordinates, a team that is new, a desk that works everywhere) one lookup in a
-- thousand is in any one street
asked AS (
    SELECT
        unlinked.lookup_nr,
        unlinked.user_nr,
        coalesce(home.same_home_postcode, FALSE) AS in_own_street,
        coalesce(area.place_share, 0.001) AS place_share
    FROM unlinked
    LEFT JOIN home ON home.user_nr = unlinked.user_nr AND home.subject_nr = unlinked.subject_nr
    LEFT JOIN area ON area.lookup_nr = unlinked.lookup_nr
),

-- the street itself counts for as much as is known of it: 500 lookups of colleagues weigh as much as the area
shares AS (
    SELECT
        asked.lookup_nr,
        asked.user_nr,
        asked.in_own_street,
        CASE
            WHEN asked.in_own_street
                THEN (coalesce(colleagues.in_street, 0) + 500 * asked.place_share)
                    / (coalesce(colleagues.persons, 0) + 500)
            ELSE asked.place_share
        END AS share
    FROM asked
    LEFT JOIN colleagues ON colleagues.user_nr = asked.user_nr
),

expected AS (
    SELECT
        shares.lookup_nr,
        coalesce(tonight.persons, 1) * shares.share AS tonight,
        CASE WHEN shares.in_own_street THEN coalesce(past.home_days, 0) ELSE 0 END AS days,
        coalesce(past.persons, 0) * shares.share AS lately
    FROM shares
    LEFT JOIN tonight ON tonight.user_nr = shares.user_nr
    LEFT JOIN past ON past.user_nr = shares.user_nr
)

SELECT
    lookup_nr,
    round(tonight, 7) AS place_by_chance,
    days + 1 AS home_days,
    round(
        tonight * CASE WHEN days > lately THEN exp(-(days * ln(days / lately) - days + lately)) ELSE 1.0 END, 9
    ) AS home_by_chance
FROM expected
