-- How close to the user's home the looked-up subject is, or an incident that it was part of this week.
WITH incident_distance AS (
    SELECT
        night.lookup_nr,
        min(distance_m(users.home_lat, users.home_lon, subject_incidents.lat, subject_incidents.lon))
            AS incident_distance_m
    FROM night
    INNER JOIN everyone AS users ON users.user_nr = night.user_nr
    INNER JOIN subject_incidents ON subject_incidents.subject_nr = night.subject_nr
    GROUP BY night.lookup_nr
)

SELECT
    night.lookup_nr,
    round(distance_m(users.home_lat, users.home_lon, night_subjects.lat, night_subjects.lon))
        AS home_distance_m,
    coalesce(night_subjects.postcode_nr = users.home_postcode_nr, FALSE) AS same_home_postcode,
    coalesce(night_subjects.address_nr = users.home_address_nr, FALSE) AS same_home_address,
    round(incident_distance.incident_distance_m) AS incident_home_distance_m
FROM night
LEFT JOIN everyone AS users ON users.user_nr = night.user_nr
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
LEFT JOIN incident_distance ON incident_distance.lookup_nr = night.lookup_nr
