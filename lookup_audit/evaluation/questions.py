"""What an evaluation asks the warehouse; all of it over the tables that `JUDGED` makes."""

# audited: every lookup of an audited day. judged: those with a risk or a label. untouched: how many others
# each user has; they have no label, and risk 0 like the labels that no detector touched. judged_alerts: each
# alert, with how many labelled lookups it holds.
# A label of a subject that no rule touched belongs to the circle that other lookups of the pair have.
JUDGED = """
CREATE OR REPLACE TEMP TABLE audited AS
SELECT lookups.system, lookups.lookup_id, lookups.user_id, lookups.subject_id, lookups.local_date
FROM lookups SEMI JOIN runs ON runs.audit_date = lookups.local_date;

CREATE OR REPLACE TEMP TABLE judged AS
SELECT
    audited.system,
    audited.lookup_id,
    audited.user_id,
    coalesce(risks.subject_id, audited.subject_id) AS subject,
    coalesce(risks.risk, 0.0) AS risk,
    risks.lookup_id IS NOT NULL AS is_touched,
    alerts.alert_id,
    alerts.rank AS alert_rank,
    labels.motive,
    coalesce(labels.theme, 'none') AS theme,
    labels.lookup_id IS NOT NULL AS is_labelled,
    links.lookup_id IS NOT NULL AS is_explained,
    coalesce(
        risks.alert_about,
        max(risks.alert_about) FILTER (WHERE risks.alert_about <> 'behaviour')
            OVER (PARTITION BY audited.user_id, coalesce(risks.subject_id, audited.subject_id)),
        audited.subject_id,
        'behaviour'
    ) AS about
FROM audited
LEFT JOIN lookup_risk AS risks ON risks.system = audited.system AND risks.lookup_id = audited.lookup_id
LEFT JOIN labels ON labels.system = audited.system AND labels.lookup_id = audited.lookup_id
LEFT JOIN alerts ON alerts.alert_id = risks.alert_id
LEFT JOIN (
    SELECT DISTINCT system, lookup_id FROM work_links WHERE strength >= 0.5
) AS links ON links.system = audited.system AND links.lookup_id = audited.lookup_id
WHERE risks.lookup_id IS NOT NULL OR labels.lookup_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE untouched AS
SELECT user_id, count(*) AS lookups
FROM audited
ANTI JOIN judged ON judged.system = audited.system AND judged.lookup_id = audited.lookup_id
GROUP BY user_id;

CREATE OR REPLACE TEMP TABLE judged_alerts AS
SELECT
    alerts.alert_id,
    alerts.user_id,
    alerts.risk,
    alerts.rank,
    count(judged.lookup_id) FILTER (WHERE judged.is_labelled) AS labelled
FROM alerts
LEFT JOIN judged ON judged.alert_id = alerts.alert_id
GROUP BY alerts.alert_id, alerts.user_id, alerts.risk, alerts.rank
"""

FORGET = """
DROP TABLE IF EXISTS judged_alerts;
DROP TABLE IF EXISTS untouched;
DROP TABLE IF EXISTS judged;
DROP TABLE IF EXISTS audited
"""

TOTALS = """
SELECT
    (SELECT count(*) FROM audited) AS lookups,
    (SELECT count(*) FROM (SELECT user_id FROM users UNION SELECT user_id FROM audited)) AS users,
    (SELECT count(DISTINCT audit_date) FROM runs) AS days,
    (SELECT count(*) FROM user_days SEMI JOIN runs ON runs.audit_date = user_days.day) AS user_days,
    (SELECT count(*) FROM alerts) AS alerts,
    count(*) FILTER (WHERE is_labelled) AS labels,
    count(DISTINCT user_id) FILTER (WHERE is_labelled) AS labelled_users,
    count(*) FILTER (WHERE is_touched) AS touched,
    count(*) FILTER (WHERE is_touched AND is_explained) AS touched_explained,
    count(*) FILTER (WHERE is_labelled AND is_explained) AS labels_explained
FROM judged
"""

# A day that was audited twice counts as it was audited last.
EXPLAINED = """
SELECT
    coalesce(sum(lookups), 0)::BIGINT AS lookups,
    coalesce(sum(explained), 0)::BIGINT AS explained,
    coalesce(sum(first_lookups), 0)::BIGINT AS first_lookups,
    coalesce(sum(first_explained), 0)::BIGINT AS first_explained
FROM (
    SELECT *, row_number() OVER (PARTITION BY audit_date ORDER BY finished_at DESC, run_id) AS newest
    FROM runs
)
WHERE newest = 1
"""

BY_USER_AND_RISK = """
SELECT user_id, risk AS score, count(*) AS n, count(*) FILTER (WHERE is_labelled) AS hits
FROM judged GROUP BY user_id, risk
UNION ALL
SELECT user_id, 0.0 AS score, lookups AS n, 0 AS hits FROM untouched
ORDER BY user_id, score, n
"""

BY_RANK = """
SELECT user_id, -rank AS score, 1 AS n, (labelled > 0)::INTEGER AS hits FROM judged_alerts ORDER BY rank
"""

AT_CAPACITY = """
SELECT
    count(DISTINCT alert_rank) FILTER (WHERE alert_rank <= $alerts) AS read_alerts,
    count(DISTINCT alert_rank) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS right_alerts,
    count(*) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS found,
    count(DISTINCT (user_id, subject)) FILTER (WHERE alert_rank <= $alerts AND is_labelled) AS found_pairs,
    count(DISTINCT (user_id, subject)) FILTER (WHERE is_labelled) AS pairs,
    (
        SELECT coalesce(sum(n), 0)::BIGINT
        FROM (
            SELECT count(*) AS n FROM judged WHERE is_labelled
            GROUP BY user_id, about ORDER BY n DESC LIMIT $alerts
        )
    ) AS best
FROM judged
"""

DETECTORS = """
WITH made AS (
    SELECT
        findings.detector,
        count(*) AS findings,
        count(*) FILTER (WHERE judged.is_labelled) AS right_findings,
        count(DISTINCT (judged.system, judged.lookup_id)) FILTER (WHERE judged.is_labelled) AS found,
        count(DISTINCT (judged.system, judged.lookup_id))
            FILTER (WHERE judged.is_labelled AND judged.theme = findings.detector) AS found_of_theme
    FROM findings
    JOIN judged ON judged.system = findings.system AND judged.lookup_id = findings.lookup_id
    GROUP BY findings.detector
)
SELECT made.*, coalesce(themes.n, 0) AS of_theme
FROM made
LEFT JOIN (SELECT theme, count(*) AS n FROM judged WHERE is_labelled GROUP BY theme) AS themes
    ON themes.theme = made.detector
ORDER BY made.detector
"""

LABELS_BY = """
SELECT
    {column} AS name,
    count(*) AS n,
    count(*) FILTER (WHERE is_touched) AS touched,
    count(*) FILTER (WHERE alert_rank <= $alerts) AS in_top
FROM judged WHERE is_labelled GROUP BY {column} ORDER BY {column}
"""

CALIBRATION = """
SELECT
    least(floor(risk * 10), 9)::INTEGER AS band,
    count(*) AS n,
    count(*) FILTER (WHERE is_labelled) AS hits,
    round(avg(risk), 6) AS mean_risk
FROM judged WHERE is_touched GROUP BY band ORDER BY band
"""

BRIER = """
SELECT round(avg(pow(risk - is_labelled::INTEGER, 2)), 6) FROM judged WHERE is_touched
"""
