-- How close to the user's home each subject is that they looked up, or an incident that it was part of this week.
WITH incident_distance AS (
    SELECT
        asked.user_nr,
        asked.subject_nr,
        min(distance_m(users.home_lat, users.home_lon, subject_incidents.lat, subject_incidents.lon))
            AS incident_distance_m
    FROM user_subjects AS asked
    INNER JOIN everyone AS users ON users.user_nr = asked.user_nr
    INNER JOIN subject_incidents ON subject_incidents.subject_nr = asked.subject_nr
    GROUP BY asked.user_nr, asked.subject_nr
)

SELECT
    asked.user_nr,
    asked.subject_nr,
    round(distance_m(users.home_lat, users.home_lon, night_subjects.lat, night_subjects.lon))
        AS home_distance_m,
    coalesce(night_subjects.postcode_nr = users.home_postcode_nr, FALSE) AS same_home_postcode,
    coalesce(night_subjects.address_nr = users.home_address_nr, FALSE) AS same_home_address,
    round(incident_distance.incident_distance_m) AS incident_home_distance_m
FROM user_subjects AS asked
INNER JOIN everyone AS users ON users.user_nr = asked.user_nr
INNER JOIN night_subjects ON night_subjects.subject_nr = asked.subject_nr
LEFT JOIN incident_distance
    ON incident_distance.user_nr = asked.user_nr AND incident_distance.subject_nr = asked.subject_nr
