-- Attention for an incident: users without a work link who looked up anyone involved in it in the last days,
-- against what nearly every incident draws (two standard deviations above the mean of tonight's) and what these
-- persons usually draw. Of a subject with several incidents the one that draws most counts.
WITH lookers AS (
    SELECT subject_incidents.incident_id, night.user_id
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    INNER JOIN subject_incidents ON subject_incidents.subject_id = night.subject_id
    WHERE work.is_unlinked AND night.occurred_at >= subject_incidents.occurred_at
    UNION
    SELECT subject_incidents.incident_id, history.user_id
    FROM user_subject_days AS history
    INNER JOIN subject_incidents ON subject_incidents.subject_id = history.subject_id
    WHERE
        history.day < $day
        AND history.day > $day - $burst_days
        AND history.day >= CAST(subject_incidents.occurred_at AS DATE)
        AND history.unlinked > 0
),

attention AS (
    SELECT
        lookers.incident_id,
        count(DISTINCT lookers.user_id) AS incident_users,
        count(DISTINCT users.team) AS incident_teams
    FROM lookers
    LEFT JOIN users ON users.user_id = lookers.user_id
    GROUP BY lookers.incident_id
),

usual AS (
    SELECT avg(incident_users) + 2 * stddev_pop(incident_users) AS users FROM attention
),

known AS (
    SELECT involved.incident_id, sum(bursts.burst_expected) AS users
    FROM (
        SELECT DISTINCT subject_incidents.incident_id, night_subjects.focus_id
        FROM subject_incidents
        INNER JOIN night_subjects ON night_subjects.subject_id = subject_incidents.subject_id
    ) AS involved
    INNER JOIN bursts ON bursts.focus_id = involved.focus_id
    GROUP BY involved.incident_id
),

measured AS (
    SELECT
        attention.incident_id,
        attention.incident_users,
        attention.incident_teams,
        2 * (sqrt(attention.incident_users + 0.375) - sqrt(greatest(usual.users, coalesce(known.users, 0)) + 0.375))
            AS incident_excess
    FROM attention
    CROSS JOIN usual
    LEFT JOIN known ON known.incident_id = attention.incident_id
)

SELECT
    subject_incidents.subject_id,
    arg_max(measured.incident_users, (measured.incident_excess, measured.incident_id)) AS incident_users,
    arg_max(measured.incident_teams, (measured.incident_excess, measured.incident_id)) AS incident_teams,
    round(max(measured.incident_excess), 3) AS incident_excess
FROM subject_incidents
INNER JOIN measured ON measured.incident_id = subject_incidents.incident_id
GROUP BY subject_incidents.subject_id
