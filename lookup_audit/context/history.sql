DELETE FROM focus_days WHERE day = $day;

DELETE FROM user_subject_days WHERE day = $day;

DELETE FROM user_days WHERE day = $day;

DELETE FROM interest_days WHERE day = $day;

DELETE FROM team_place_days WHERE day = $day;

DELETE FROM reason_days WHERE day = $day;

INSERT INTO interest_days
SELECT user_id, $day, focus_id, team, surname_key, postcode_key, home_key, sex
FROM interests
ORDER BY user_id, focus_id;

INSERT INTO team_place_days
SELECT team, $day, cell_lat, cell_lon, lookups
FROM places
ORDER BY team, cell_lat, cell_lon;

INSERT INTO reason_days
SELECT system, function, reason, $day, lookups
FROM reasons
ORDER BY system, function, reason;

INSERT INTO user_subject_days
SELECT
    night.user_id,
    night.subject_id,
    min(night_subjects.focus_id),
    $day,
    count(*),
    count(*) FILTER (WHERE work.is_unlinked)
FROM night
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
INNER JOIN work ON work.lookup_nr = night.lookup_nr
GROUP BY night.user_id, night.subject_id
ORDER BY night.user_id, night.subject_id;

INSERT INTO focus_days
SELECT focus_id, $day, sum(lookups), count(*), count(*) FILTER (WHERE unlinked > 0)
FROM (
    SELECT user_id, focus_id, sum(lookups) AS lookups, sum(unlinked) AS unlinked
    FROM user_subject_days
    WHERE day = $day
    GROUP BY user_id, focus_id
) AS pairs
GROUP BY focus_id
ORDER BY focus_id;

INSERT INTO user_days BY NAME
WITH subject_counts AS (
    SELECT user_id, count(*) AS subjects, max(lookups) AS most_repeated
    FROM user_subject_days
    WHERE day = $day
    GROUP BY user_id
),

hour_counts AS (
    SELECT user_id, max(lookups) AS peak_hour
    FROM (SELECT user_id, local_hour, count(*) AS lookups FROM night GROUP BY user_id, local_hour) AS hours
    GROUP BY user_id
),

system_counts AS (
    SELECT user_id, count(*) AS systems
    FROM (SELECT user_id, system FROM night GROUP BY user_id, system) AS pairs
    GROUP BY user_id
),

lookups_of AS (
    SELECT
        night.user_id,
        coalesce(min(night.function), 'unknown') || ' | ' || coalesce(min(night.team), 'unknown') AS peer_group,
        count(*) AS lookups,
        count(*) FILTER (WHERE context.is_first) AS first_subjects,
        count(*) FILTER (WHERE context.is_unlinked) AS unlinked,
        count(*) FILTER (WHERE context.duty_state IN ('off', 'leave', 'sick')) AS off_duty,
        count(*) FILTER (WHERE context.local_hour >= 22 OR context.local_hour < 6) AS night_hours,
        count(*) FILTER (WHERE context.subject_type = 'person') AS persons,
        count(*) FILTER (WHERE context.subject_type = 'vehicle') AS vehicles,
        count(*) FILTER (WHERE context.channel = 'mobile') AS mobile,
        count(*) FILTER (WHERE context.action IN ('print', 'export')) AS prints_exports,
        count(*) FILTER (WHERE context.home_distance_m < 300 OR context.same_home_postcode) AS near_home,
        count(*) FILTER (WHERE context.is_public_figure) AS public_figures
    FROM night
    INNER JOIN lookup_context AS context ON context.lookup_nr = night.lookup_nr
    GROUP BY night.user_id
)

SELECT
    lookups_of.*,
    $day AS day,
    coalesce(subject_counts.subjects, 0) AS subjects,
    system_counts.systems,
    hour_counts.peak_hour,
    coalesce(subject_counts.most_repeated, 0) AS most_repeated
FROM lookups_of
INNER JOIN hour_counts ON hour_counts.user_id = lookups_of.user_id
INNER JOIN system_counts ON system_counts.user_id = lookups_of.user_id
LEFT JOIN subject_counts ON subject_counts.user_id = lookups_of.user_id
ORDER BY lookups_of.user_id;
