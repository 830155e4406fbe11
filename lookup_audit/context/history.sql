DELETE FROM numbered_focus_days WHERE day = $day;

DELETE FROM numbered_user_subject_days WHERE day = $day;

DELETE FROM user_days WHERE day = $day;

DELETE FROM numbered_interest_days WHERE day = $day;

DELETE FROM team_place_days WHERE day = $day;

DELETE FROM reason_days WHERE day = $day;

INSERT INTO numbers
SELECT nr, text
FROM known
WHERE is_new
ORDER BY nr;

INSERT INTO numbered_interest_days
SELECT user_nr, $day, focus_nr, team_nr, surname_nr, postcode_nr, home_nr, sex_nr
FROM interests
ORDER BY user_nr, focus_nr;

INSERT INTO team_place_days
SELECT team, $day, cell_lat, cell_lon, lookups
FROM places
ORDER BY team, cell_lat, cell_lon;

INSERT INTO reason_days
SELECT system, function, reason, $day, lookups
FROM reasons
ORDER BY system, function, reason;

INSERT INTO numbered_user_subject_days
SELECT user_nr, subject_nr, focus_nr, $day, lookups, unlinked
FROM user_subject_day
ORDER BY user_nr, subject_nr;

INSERT INTO numbered_focus_days
SELECT focus_nr, $day, sum(lookups), count(*), count(*) FILTER (WHERE unlinked > 0)
FROM (
    SELECT user_nr, focus_nr, sum(lookups) AS lookups, sum(unlinked) AS unlinked
    FROM user_subject_day
    GROUP BY user_nr, focus_nr
) AS pairs
GROUP BY focus_nr
ORDER BY focus_nr;

INSERT INTO user_days BY NAME
WITH subject_counts AS (
    SELECT
        days.user_nr,
        count(*) AS subjects,
        max(days.lookups) AS most_repeated,
        count(*) FILTER (WHERE NOT firsts.met_before) AS first_subjects,
        sum(days.lookups) FILTER (WHERE home.home_distance_m < 300 OR home.same_home_postcode) AS near_home
    FROM user_subject_day AS days
    INNER JOIN firsts ON firsts.user_nr = days.user_nr AND firsts.subject_nr = days.subject_nr
    INNER JOIN home ON home.user_nr = days.user_nr AND home.subject_nr = days.subject_nr
    GROUP BY days.user_nr
),

hour_counts AS (
    SELECT user_nr, max(lookups) AS peak_hour
    FROM (SELECT user_nr, local_hour, count(*) AS lookups FROM night GROUP BY user_nr, local_hour) AS hours
    GROUP BY user_nr
),

system_counts AS (
    SELECT user_nr, count(*) AS systems
    FROM (SELECT user_nr, system FROM night GROUP BY user_nr, system) AS pairs
    GROUP BY user_nr
),

lookups_of AS (
    SELECT
        night.user_nr,
        count(*) AS lookups,
        count(*) FILTER (WHERE work.is_unlinked) AS unlinked,
        count(*) FILTER (WHERE night.duty_state IN ('off', 'leave', 'sick')) AS off_duty,
        count(*) FILTER (WHERE night.local_hour >= 22 OR night.local_hour < 6) AS night_hours,
        count(*) FILTER (WHERE coalesce(night_subjects.subject_type, night.subject_type) = 'person') AS persons,
        count(*) FILTER (WHERE coalesce(night_subjects.subject_type, night.subject_type) = 'vehicle') AS vehicles,
        count(*) FILTER (WHERE night.channel = 'mobile') AS mobile,
        count(*) FILTER (WHERE night.action IN ('print', 'export')) AS prints_exports,
        count(*) FILTER (WHERE night_subjects.is_public_figure) AS public_figures
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    LEFT JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
    GROUP BY night.user_nr
)

SELECT
    everyone.user_id,
    coalesce(everyone.function, 'unknown') || ' | ' || coalesce(everyone.team, 'unknown') AS peer_group,
    lookups_of.* EXCLUDE (user_nr),
    $day AS day,
    coalesce(subject_counts.subjects, 0) AS subjects,
    coalesce(subject_counts.first_subjects, 0) AS first_subjects,
    coalesce(subject_counts.near_home, 0) AS near_home,
    coalesce(subject_counts.most_repeated, 0) AS most_repeated,
    system_counts.systems,
    hour_counts.peak_hour
FROM lookups_of
INNER JOIN everyone ON everyone.user_nr = lookups_of.user_nr
INNER JOIN hour_counts ON hour_counts.user_nr = lookups_of.user_nr
INNER JOIN system_counts ON system_counts.user_nr = lookups_of.user_nr
LEFT JOIN subject_counts ON subject_counts.user_nr = lookups_of.user_nr
ORDER BY everyone.user_id;
