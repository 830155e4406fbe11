-- How many of the user's lookups without a link would be so close to this subject by chance alone tonight; and,
-- where the subject lives in the user's own street, the same times the chance of as many earlier days with such a
-- lookup in the last weeks (Chernoff's bound on a Poisson tail, 1952): once is chance, four days are not, unless
-- colleagues of the team come to that street as often. Oneself and those one lives with are no neighbours.
WITH tonight AS (
    SELECT user_id, count(*) AS persons FROM interests GROUP BY user_id
),

at_home AS (
    SELECT DISTINCT night.user_id, night.team, users.own_subject_id, users.home_postcode_key, users.home_address_key
    FROM night
    INNER JOIN users ON users.user_id = night.user_id
    INNER JOIN home ON home.lookup_nr = night.lookup_nr
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
        interest_days.user_id,
        count(*) AS persons,
        count(DISTINCT CASE
            WHEN
                interest_days.postcode_key = at_home.home_postcode_key
                AND interest_days.focus_id IS DISTINCT FROM at_home.own_subject_id
                AND interest_days.home_key IS DISTINCT FROM households.address_key
                THEN interest_days.day
        END) AS home_days
    FROM interest_days
    INNER JOIN at_home ON at_home.user_id = interest_days.user_id
    LEFT JOIN households ON households.address_key = at_home.home_address_key
    WHERE interest_days.day < $day AND interest_days.day >= $day - $interest_days
    GROUP BY interest_days.user_id
),

team_past AS (
    SELECT team, count(*) AS persons
    FROM interest_days
    WHERE day < $day AND day >= $day - $interest_days AND team IN (SELECT team FROM at_home)
    GROUP BY team
),

street_past AS (
    SELECT team, postcode_key, user_id, count(*) AS persons
    FROM interest_days
    WHERE
        day < $day AND day >= $day - $interest_days
        AND team IN (SELECT team FROM at_home)
        AND postcode_key IN (SELECT home_postcode_key FROM at_home)
    GROUP BY team, postcode_key, user_id
),

in_street AS (
    SELECT
        at_home.user_id,
        sum(CASE WHEN street_past.user_id <> at_home.user_id THEN street_past.persons ELSE 0 END) AS persons
    FROM at_home
    INNER JOIN street_past
        ON street_past.team = at_home.team AND street_past.postcode_key = at_home.home_postcode_key
    GROUP BY at_home.user_id
),

colleagues AS (
    SELECT
        at_home.user_id,
        -- who changed teams brought lookups along that are not this team's
        greatest(team_past.persons - coalesce(past.persons, 0), 0) AS persons,
        coalesce(in_street.persons, 0) AS in_street
    FROM at_home
    INNER JOIN team_past ON team_past.team = at_home.team
    LEFT JOIN past ON past.user_id = at_home.user_id
    LEFT JOIN in_street ON in_street.user_id = at_home.user_id
),

-- where no area is known (no coordinates, a team that is new, a desk that works everywhere) one lookup in a
-- thousand is in any one street
asked AS (
    SELECT
        unlinked.lookup_nr,
        unlinked.user_id,
        coalesce(home.same_home_postcode, FALSE) AS in_own_street,
        coalesce(area.place_share, 0.001) AS place_share
    FROM unlinked
    LEFT JOIN home ON home.lookup_nr = unlinked.lookup_nr
    LEFT JOIN area ON area.lookup_nr = unlinked.lookup_nr
),

-- the street itself counts for as much as is known of it: 500 lookups of colleagues weigh as much as the area
shares AS (
    SELECT
        asked.lookup_nr,
        asked.user_id,
        asked.in_own_street,
        CASE
            WHEN asked.in_own_street
                THEN (coalesce(colleagues.in_street, 0) + 500 * asked.place_share)
                    / (coalesce(colleagues.persons, 0) + 500)
            ELSE asked.place_share
        END AS share
    FROM asked
    LEFT JOIN colleagues ON colleagues.user_id = asked.user_id
),

expected AS (
    SELECT
        shares.lookup_nr,
        coalesce(tonight.persons, 1) * shares.share AS tonight,
        CASE WHEN shares.in_own_street THEN coalesce(past.home_days, 0) ELSE 0 END AS days,
        coalesce(past.persons, 0) * shares.share AS lately
    FROM shares
    LEFT JOIN tonight ON tonight.user_id = shares.user_id
    LEFT JOIN past ON past.user_id = shares.user_id
)

SELECT
    lookup_nr,
    round(tonight, 7) AS place_by_chance,
    days + 1 AS home_days,
    round(
        tonight * CASE WHEN days > lately THEN exp(-(days * ln(days / lately) - days + lately)) ELSE 1.0 END, 9
    ) AS home_by_chance
FROM expected
