-- Attention for an incident: users without a work link who looked up anyone involved in it since it happened, in the
-- last days, against what nearly every other incident draws (two standard deviations above the mean of tonight's) and
-- what these persons usually draw. Of several incidents of a subject the one that draws most counts.
-- An incident is no yardstick of itself, and one other that everyone talks about is none either, so both are left
-- out. Where few others are left there is no yardstick to learn: twenty incidents are added that draw one user each,
-- as counts by chance do (Poisson, of mean and variance one): a helper who was not entered. Alone they make three
-- users usual, so that eight stand out; what a unit's own incidents draw outweighs them on a busy night.
WITH reached AS (
    SELECT DISTINCT night.lookup_nr, night.user_nr, subject_incidents.incident_id
    FROM night
    INNER JOIN unlinked ON unlinked.lookup_nr = night.lookup_nr
    INNER JOIN subject_incidents ON subject_incidents.subject_nr = night.subject_nr
    WHERE unlinked.is_unlinked AND night.occurred_at >= subject_incidents.occurred_at
),

lookers AS (
    SELECT incident_id, user_nr FROM reached
    UNION
    SELECT subject_incidents.incident_id, history.user_nr
    FROM numbered_user_subject_days AS history
    INNER JOIN subject_incidents ON subject_incidents.subject_nr = history.subject_nr
    WHERE
        history.day < $day
        AND history.day > $day - $burst_days
        AND history.day >= subject_incidents.local_date
        AND history.unlinked > 0
),

attention AS (
    SELECT
        lookers.incident_id,
        count(DISTINCT lookers.user_nr) AS incident_users,
        count(DISTINCT everyone.team_nr) AS incident_teams
    FROM lookers
    LEFT JOIN everyone ON everyone.user_nr = lookers.user_nr
    GROUP BY lookers.incident_id
),

ranked AS (
    SELECT
        incident_id,
        incident_users,
        incident_teams,
        row_number() OVER (ORDER BY incident_users DESC, incident_id) AS place
    FROM attention
),

every AS (
    SELECT
        count(*) AS incidents,
        sum(incident_users) AS users,
        sum(incident_users * incident_users) AS squares,
        max(CASE WHEN place = 1 THEN incident_users END) AS most,
        coalesce(max(CASE WHEN place = 2 THEN incident_users END), 0) AS second
    FROM ranked
),

without AS (
    SELECT
        ranked.incident_id,
        ranked.incident_users,
        ranked.incident_teams,
        every.incidents,
        every.users,
        every.squares,
        CASE WHEN ranked.place = 1 THEN every.second ELSE every.most END AS most
    FROM ranked
    CROSS JOIN every
),

others AS (
    SELECT
        incident_id,
        incident_users,
        incident_teams,
        (users - incident_users - most + 20.0) / (greatest(incidents - 2, 0) + 20.0) AS mean_users,
        (squares - incident_users * incident_users - most * most + 40.0) / (greatest(incidents - 2, 0) + 20.0)
            AS mean_square
    FROM without
),

usual AS (
    SELECT
        incident_id,
        incident_users,
        incident_teams,
        mean_users + 2 * sqrt(greatest(mean_square - mean_users * mean_users, 0.0)) AS users
    FROM others
),

known AS (
    SELECT involved.incident_id, sum(bursts.burst_expected) AS users
    FROM (
        SELECT DISTINCT subject_incidents.incident_id, night_subjects.focus_nr
        FROM subject_incidents
        INNER JOIN night_subjects ON night_subjects.subject_nr = subject_incidents.subject_nr
    ) AS involved
    INNER JOIN bursts ON bursts.focus_nr = involved.focus_nr
    GROUP BY involved.incident_id
),

measured AS (
    SELECT
        usual.incident_id,
        usual.incident_users,
        usual.incident_teams,
        2 * (sqrt(usual.incident_users + 0.375) - sqrt(greatest(usual.users, coalesce(known.users, 0)) + 0.375))
            AS incident_excess
    FROM usual
    LEFT JOIN known ON known.incident_id = usual.incident_id
)

SELECT
    reached.lookup_nr,
    arg_max(measured.incident_users, (measured.incident_excess, measured.incident_id)) AS incident_users,
    arg_max(measured.incident_teams, (measured.incident_excess, measured.incident_id)) AS incident_teams,
    round(max(measured.incident_excess), 3) AS incident_excess
FROM reached
INNER JOIN measured ON measured.incident_id = reached.incident_id
GROUP BY reached.lookup_nr
