"""The queries behind the counts of a prevention report: groups only, over the daily tables and `asked`."""

# One row a day, user and question; everything below counts in it.
ASKED = """
CREATE OR REPLACE TEMP TABLE asked AS
SELECT
    question_days.*,
    date_trunc('week', question_days.day)::DATE AS week,
    coalesce(users.unit, '') AS unit,
    coalesce(users.district, '') AS district,
    coalesce(users.team, '') AS team
FROM question_days
LEFT JOIN users ON users.user_id = question_days.user_id
WHERE question_days.day BETWEEN $since AND $last AND question_days.risk >= $minimum_risk
"""

THEMES = """
SELECT motive, theme, week, count(DISTINCT user_id) AS questions
FROM asked GROUP BY motive, theme, week ORDER BY motive, theme, week
"""

ASKED_USERS = """
SELECT coalesce(motive, '') AS motive, coalesce(theme, '') AS theme, count(DISTINCT user_id) AS users
FROM asked WHERE day >= $first
GROUP BY GROUPING SETS ((), (motive), (motive, theme))
ORDER BY ALL
"""

# One row a user and theme: whatever is summed over several themes is held to the same most by whoever sums it.
OF_ONE = """
SELECT unit, district, team, motive, theme, user_id, least(count(DISTINCT week), $most) AS questions
FROM asked WHERE day BETWEEN $first AND $last
GROUP BY unit, district, team, motive, theme, user_id
"""

# an empty theme is all of them together
TEAM_THEMES = f"""
SELECT unit, district, team, theme, sum(questions)::BIGINT AS questions
FROM (
    SELECT unit, district, team, coalesce(theme, '') AS theme, user_id, least(sum(questions), $most) AS questions
    FROM ({OF_ONE}) AS of_one
    GROUP BY GROUPING SETS ((unit, district, team, theme, user_id), (unit, district, team, user_id))
) AS held
GROUP BY unit, district, team, theme ORDER BY ALL
"""

PERIOD_THEMES = f"""
SELECT motive, theme, sum(questions)::BIGINT AS questions
FROM (
    SELECT
        coalesce(motive, '') AS motive, coalesce(theme, '') AS theme, user_id,
        least(sum(questions), $most) AS questions
    FROM ({OF_ONE}) AS of_one
    GROUP BY GROUPING SETS ((motive, theme, user_id), (motive, user_id), (user_id))
) AS held
GROUP BY motive, theme ORDER BY ALL
"""

PART_WEEKS = """
WITH volume AS (
    SELECT
        CASE cut WHEN 'hour' THEN 'time' ELSE cut END AS kind,
        CASE cut
            WHEN 'hour' THEN CAST(CAST(floor(TRY_CAST(part AS INTEGER) / $hours) AS INTEGER) AS VARCHAR)
            ELSE part
        END AS name,
        date_trunc('week', day)::DATE AS week,
        max(users) AS users,
        sum(lookups)::BIGINT AS lookups
    FROM volume_days
    WHERE cut IN ('system', 'hour') AND day BETWEEN $since AND $last
    GROUP BY ALL
),
questions AS (
    SELECT kind, name, week, count(*) AS questions
    FROM (
        SELECT DISTINCT 'system' AS kind, system AS name, week, user_id, theme FROM asked
        UNION ALL
        SELECT DISTINCT
            'time' AS kind, CAST(CAST(floor(hour / $hours) AS INTEGER) AS VARCHAR) AS name, week, user_id, theme
        FROM asked
    ) AS found
    GROUP BY kind, name, week
)
SELECT
    volume.kind, volume.name, volume.week, volume.users, volume.lookups, coalesce(questions.questions, 0) AS questions
FROM volume
LEFT JOIN questions
    ON questions.kind = volume.kind AND questions.name = volume.name AND questions.week = volume.week
ORDER BY ALL
"""

TEAM_WEEKS = """
SELECT unit, district, team, theme, week, count(DISTINCT user_id) AS questions
FROM asked GROUP BY unit, district, team, theme, week ORDER BY ALL
"""

TEAMS = """
SELECT
    coalesce(users.unit, '') AS unit,
    coalesce(users.district, '') AS district,
    coalesce(users.team, '') AS team,
    count(DISTINCT user_days.user_id) AS users,
    sum(user_days.lookups)::BIGINT AS lookups,
    md5(string_agg(DISTINCT user_days.user_id, chr(31) ORDER BY user_days.user_id)) AS members
FROM user_days
LEFT JOIN users ON users.user_id = user_days.user_id
WHERE user_days.day BETWEEN $first AND $last
GROUP BY ALL ORDER BY ALL
"""

TEAM_VOLUME = """
SELECT
    coalesce(users.unit, '') AS unit,
    coalesce(users.district, '') AS district,
    coalesce(users.team, '') AS team,
    date_trunc('week', user_days.day)::DATE AS week,
    sum(user_days.lookups) AS lookups
FROM user_days
LEFT JOIN users ON users.user_id = user_days.user_id
WHERE user_days.day BETWEEN $since AND $last
GROUP BY ALL ORDER BY ALL
"""

WEEK_USERS = """
SELECT date_trunc('week', day)::DATE AS week, count(DISTINCT user_id) AS users
FROM user_days WHERE day BETWEEN $since AND $last
GROUP BY week ORDER BY week
"""

# Of a day that was audited more than once, the last run stands.
LATEST_RUNS = """
SELECT * FROM (
    SELECT *, row_number() OVER (PARTITION BY audit_date ORDER BY finished_at DESC, run_id) AS place FROM runs
) AS runs_by_place WHERE place = 1
"""

VOLUME = f"""
SELECT date_trunc('week', audit_date)::DATE AS week, sum(lookups) AS lookups, sum(explained) AS explained
FROM ({LATEST_RUNS}) AS latest WHERE audit_date BETWEEN $since AND $last
GROUP BY week ORDER BY week
"""

RUNS = f"""
SELECT
    audit_date, config_hash, code_version,
    lookups, explained, first_lookups, first_explained, skipped_detectors
FROM ({LATEST_RUNS}) AS latest WHERE audit_date BETWEEN $first AND $last
ORDER BY audit_date
"""

DAYS = """
SELECT
    count(DISTINCT runs.audit_date) AS audited,
    (
        SELECT count(DISTINCT day) FROM pending_days
        WHERE day BETWEEN $first AND $last AND day NOT IN (SELECT audit_date FROM runs)
    ) AS unaudited
FROM runs WHERE runs.audit_date BETWEEN $first AND $last
"""

BURSTS = """
WITH looked AS (
    SELECT DISTINCT findings.subject_id, findings.user_id, findings.audit_date AS day, users.unit
    FROM findings
    LEFT JOIN users ON users.user_id = findings.user_id
    WHERE findings.detector = 'news_spike' AND findings.audit_date BETWEEN $first AND $last
        AND findings.subject_id IS NOT NULL
),
by_day AS (
    SELECT subject_id, day, count(DISTINCT user_id) AS users FROM looked GROUP BY subject_id, day
),
peaks AS (
    SELECT subject_id, arg_max(day, (users, -epoch(day::TIMESTAMP))) - 2 AS first_day FROM by_day GROUP BY subject_id
),
around AS (
    SELECT looked.*, peaks.first_day, looked.day - peaks.first_day AS day_nr
    FROM looked INNER JOIN peaks ON peaks.subject_id = looked.subject_id
    WHERE looked.day BETWEEN peaks.first_day AND peaks.first_day + 13
),
curves AS (
    SELECT peaks.subject_id, list(coalesce(by_day.users, 0) ORDER BY days.day_nr) AS by_day
    FROM peaks
    CROSS JOIN (SELECT unnest(range(14)) AS day_nr) AS days
    LEFT JOIN by_day
        ON by_day.subject_id = peaks.subject_id AND by_day.day = peaks.first_day + CAST(days.day_nr AS INTEGER)
    GROUP BY peaks.subject_id
)
SELECT
    around.subject_id,
    min(around.first_day) AS first_day,
    count(DISTINCT around.user_id) AS users,
    (
        SELECT count(*) FROM (
            SELECT unit FROM around AS inside WHERE inside.subject_id = around.subject_id
            GROUP BY unit HAVING count(DISTINCT user_id) >= $fewest
        ) AS large
    ) AS units,
    any_value(curves.by_day) AS by_day
FROM around
INNER JOIN curves ON curves.subject_id = around.subject_id
GROUP BY around.subject_id
ORDER BY first_day, around.subject_id
"""

# Only when: whom an item is about is nothing that a page may hold.
NEWS = """
SELECT DISTINCT (published_at AT TIME ZONE 'UTC' AT TIME ZONE $zone)::DATE AS day FROM news
WHERE (published_at AT TIME ZONE 'UTC' AT TIME ZONE $zone)::DATE BETWEEN $first AND $last
ORDER BY day
"""

INTERVENTIONS = """
SELECT intervention_id, held_on, kind, theme, unit, team FROM interventions
WHERE held_on BETWEEN $since AND $last
ORDER BY held_on, intervention_id
"""
