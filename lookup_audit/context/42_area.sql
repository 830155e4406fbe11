-- How far outside the team's working area the subject is. The area is learned: the fewest cells that hold
-- nine tenths of the team's lookups in the history window (a highest-density region, Hyndman 1996), so a team
-- with two villages has two, and a national team the whole country. A team without enough past has none yet.
-- With it, how far away the farthest households are whose persons or addresses the user looked up that night: one
-- from elsewhere is an ordinary day, a rule can ask how far a second and a third were. Vehicles and public figures
-- come from anywhere, and are none of them.
-- And which share of the team's lookups would be so close to the subject by chance alone: nine in ten spread like
-- the team's (within 200 metres, which is 0.028 of a cell), one in ten of anyone in the register (a driver, a
-- visitor), of whom so many live in that street.
WITH cells AS (
    SELECT team, cell_lat, cell_lon, sum(lookups) AS lookups
    FROM team_place_days
    WHERE day < $day AND day >= $day - $history_days AND team IN (SELECT team FROM places)
    GROUP BY team, cell_lat, cell_lon
),

ranked AS (
    SELECT
        team,
        cell_lat,
        cell_lon,
        lookups,
        coalesce(sum(lookups) OVER (
            PARTITION BY team
            ORDER BY lookups DESC, cell_lat, cell_lon
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ), 0) AS lookups_before,
        sum(lookups) OVER (PARTITION BY team) AS team_lookups
    FROM cells
),

area AS (
    SELECT team, cell_lat, cell_lon, lookups
    FROM ranked
    WHERE lookups_before < $area_share * team_lookups AND team_lookups >= $area_lookups
),

centres AS (
    SELECT
        team,
        sum(lookups * cell_lat) / sum(lookups) AS lat,
        sum(lookups * cell_lon) / sum(lookups) AS lon
    FROM area
    GROUP BY team
),

-- the usual distance from the middle: what "far" is measured by
radii AS (
    SELECT
        area.team,
        greatest(
            sum(area.lookups * distance_m(area.cell_lat, area.cell_lon, centres.lat, centres.lon))
            / sum(area.lookups) / 1000.0,
            1.0
        ) AS area_radius_km
    FROM area
    INNER JOIN centres ON centres.team = area.team
    GROUP BY area.team
),

asked AS (
    SELECT DISTINCT team, lat, lon
    FROM unlinked
    WHERE is_unlinked AND lat IS NOT NULL AND lon IS NOT NULL
),

distances AS (
    SELECT
        asked.team,
        asked.lat,
        asked.lon,
        min(distance_m(asked.lat, asked.lon, area.cell_lat, area.cell_lon)) / 1000.0 AS area_distance_km
    FROM asked
    INNER JOIN area ON area.team = asked.team
    GROUP BY asked.team, asked.lat, asked.lon
),

placed AS (
    SELECT
        unlinked.lookup_nr,
        unlinked.user_nr,
        unlinked.circle_nr,
        unlinked.subject_type IN ('person', 'address') AND NOT unlinked.is_public_figure AS has_home,
        unlinked.team,
        unlinked.postcode_nr,
        round(floor(unlinked.lat / 0.02) * 0.02 + 0.01, 2) AS cell_lat,
        round(floor(unlinked.lon / 0.03) * 0.03 + 0.015, 3) AS cell_lon,
        distances.area_distance_km,
        radii.area_radius_km
    FROM unlinked
    INNER JOIN distances
        ON
            distances.team = unlinked.team
            AND distances.lat = unlinked.lat
            AND distances.lon = unlinked.lon
    INNER JOIN radii ON radii.team = unlinked.team
    WHERE unlinked.is_unlinked
),

shares AS (
    SELECT team, cell_lat, cell_lon, (lookups + 0.5) / (team_lookups + 1.0) AS share
    FROM ranked
),

register AS (
    SELECT count(*) AS persons FROM subjects WHERE subject_type = 'person'
),

streets AS (
    SELECT known.nr AS postcode_nr, count(*) AS persons
    FROM subjects
    INNER JOIN known ON known.text = subjects.postcode_key
    WHERE
        subjects.subject_type = 'person'
        AND known.nr IN (SELECT unlinked.postcode_nr FROM unlinked WHERE unlinked.postcode_nr IS NOT NULL)
    GROUP BY known.nr
),

team_totals AS (
    SELECT team, sum(lookups) AS lookups FROM cells GROUP BY team
),

households AS (
    SELECT user_nr, circle_nr, max(area_distance_km) AS area_distance_km
    FROM placed
    WHERE has_home
    GROUP BY user_nr, circle_nr
),

farthest AS (
    SELECT
        user_nr,
        area_distance_km,
        row_number() OVER (PARTITION BY user_nr ORDER BY area_distance_km DESC, circle_nr) AS place
    FROM households
),

far AS (
    SELECT
        user_nr,
        max(CASE WHEN place = 2 THEN area_distance_km END) AS second_far_km,
        max(CASE WHEN place = 3 THEN area_distance_km END) AS third_far_km
    FROM farthest
    GROUP BY user_nr
)

SELECT
    placed.lookup_nr,
    round(placed.area_distance_km, 3) AS area_distance_km,
    round(placed.area_radius_km, 3) AS area_radius_km,
    round(far.second_far_km, 3) AS second_far_km,
    round(far.third_far_km, 3) AS third_far_km,
    0.9 * 0.028 * coalesce(shares.share, 0.5 / (team_totals.lookups + 1.0))
    + 0.1 * coalesce(streets.persons, 1) / greatest(register.persons, 1000.0) AS place_share
FROM placed
INNER JOIN team_totals ON team_totals.team = placed.team
CROSS JOIN register
LEFT JOIN streets ON streets.postcode_nr = placed.postcode_nr
LEFT JOIN shares
    ON shares.team = placed.team AND shares.cell_lat = placed.cell_lat AND shares.cell_lon = placed.cell_lon
LEFT JOIN far ON far.user_nr = placed.user_nr
