-- How far outside the team's working area the subject is. The area is learned: the fewest cells that hold
-- nine tenths of the team's lookups in the history window (a highest-density region, Hyndman 1996), so a team
-- with two villages has two, and a national team the whole country. A team without enough past has none yet.
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
    SELECT DISTINCT night.team, night_subjects.lat, night_subjects.lon
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    WHERE work.is_unlinked AND night_subjects.lat IS NOT NULL AND night_subjects.lon IS NOT NULL
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
        night.lookup_nr,
        night.user_id,
        night_subjects.circle,
        distances.area_distance_km,
        radii.area_radius_km
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    INNER JOIN distances
        ON
            distances.team = night.team
            AND distances.lat = night_subjects.lat
            AND distances.lon = night_subjects.lon
    INNER JOIN radii ON radii.team = night.team
    WHERE work.is_unlinked
),

far AS (
    SELECT user_id, count(DISTINCT circle) AS circles
    FROM placed
    WHERE area_distance_km >= area_radius_km
    GROUP BY user_id
)

SELECT
    placed.lookup_nr,
    round(placed.area_distance_km, 1) AS area_distance_km,
    round(placed.area_radius_km, 1) AS area_radius_km,
    round(placed.area_distance_km / placed.area_radius_km, 2) AS area_ratio,
    coalesce(far.circles, 0) AS far_circles
FROM placed
LEFT JOIN far ON far.user_id = placed.user_id
