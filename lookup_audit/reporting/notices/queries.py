"""The queries that choose who gets a notice, and that see what came after."""

from lookup_audit.triage.control import CONTROL
from lookup_audit.triage.suppressions import HIDDEN

# Every lookup of the days asked for that raised a question, and why it gets no notice: the first reason that holds.
# A lookup is of a low-risk kind when the question that added most to its risk is one of the themes, and every
# other question is one too, or one without a motive.
TOUCHED = f"""
CREATE OR REPLACE TEMP TABLE notice_lookups AS
WITH risk AS (
    SELECT system, lookup_id, occurred_at, user_id, subject_id, risk, detectors, sum_shown, alert_id, audit_date
    FROM lookup_risk
    WHERE audit_date BETWEEN $first AND $last
),

terms AS (
    SELECT
        system,
        lookup_id,
        detectors,
        unnest(from_json(sum_shown, '[{{"term": "VARCHAR", "log_odds": "DOUBLE"}}]')) AS shown
    FROM risk
),

strongest AS (
    SELECT system, lookup_id, (list(shown['term'] ORDER BY shown['log_odds'] DESC, shown['term']))[1] AS detector
    FROM terms
    WHERE list_contains(detectors, shown['term'])
    GROUP BY system, lookup_id
),

kinds AS (
    SELECT system, lookup_id, bool_and(motive IS NULL OR list_contains($themes, detector)) AS is_low
    FROM findings
    WHERE audit_date BETWEEN $first AND $last
    GROUP BY system, lookup_id
),

links AS (
    SELECT DISTINCT work_links.system, work_links.lookup_id
    FROM work_links
    WHERE work_links.audit_date BETWEEN $first AND $last AND work_links.strength >= 0.5
),

desk_days AS (
    SELECT DISTINCT lookups.user_id, lookups.local_date
    FROM work_links
    INNER JOIN lookups ON lookups.system = work_links.system AND lookups.lookup_id = work_links.lookup_id
    WHERE
        work_links.audit_date BETWEEN $first AND $last
        AND work_links.explanation = 'desk_function'
        AND work_links.strength >= 0.5
),

pending AS (SELECT DISTINCT day FROM pending_days),

hidden AS (SELECT DISTINCT alert_id FROM ({HIDDEN}) AS by_pattern),

asked AS (SELECT DISTINCT system, lookup_id FROM notices)

SELECT
    risk.system,
    risk.lookup_id,
    risk.occurred_at,
    risk.user_id,
    risk.subject_id,
    risk.audit_date AS looked_up_on,
    strongest.detector AS theme,
    CASE
        WHEN risk.audit_date < $oldest THEN 'too_old'
        WHEN risk.audit_date > $latest THEN 'too_recent'
        WHEN pending.day IS NOT NULL THEN 'pending'
        WHEN desk_days.user_id IS NOT NULL THEN 'desk'
        WHEN links.lookup_id IS NOT NULL THEN 'explained'
        WHEN
            NOT coalesce(kinds.is_low, FALSE)
            OR NOT list_contains($themes, coalesce(strongest.detector, '')) THEN 'other_kind'
        WHEN risk.risk < $minimum_risk THEN 'low_risk'
        WHEN risk.risk >= $maximum_risk THEN 'high_risk'
        WHEN alerts.status IN ('explained', 'dismissed') THEN 'judged'
        WHEN hidden.alert_id IS NOT NULL THEN 'suppressed'
        WHEN asked.lookup_id IS NOT NULL THEN 'asked_before'
        ELSE 'asked'
    END AS outcome
FROM risk
LEFT JOIN strongest ON strongest.system = risk.system AND strongest.lookup_id = risk.lookup_id
LEFT JOIN kinds ON kinds.system = risk.system AND kinds.lookup_id = risk.lookup_id
LEFT JOIN links ON links.system = risk.system AND links.lookup_id = risk.lookup_id
LEFT JOIN desk_days ON desk_days.user_id = risk.user_id AND desk_days.local_date = risk.audit_date
LEFT JOIN pending ON pending.day = risk.audit_date
LEFT JOIN alerts ON alerts.alert_id = risk.alert_id
LEFT JOIN hidden ON hidden.alert_id = risk.alert_id
LEFT JOIN asked ON asked.system = risk.system AND asked.lookup_id = risk.lookup_id
"""

# Every user with a lookup to ask about, and why there is no notice; a notice must not warn who is, or may come to
# be, investigated. The lookup asked about is the latest: it is remembered best.
USERS = f"""
WITH latest AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY user_id ORDER BY occurred_at DESC, system, lookup_id) AS place
    FROM notice_lookups
    WHERE outcome = 'asked'
),

mandated AS (
    SELECT DISTINCT user_id FROM mandates WHERE withdrawn_at IS NULL AND valid_until >= $today
),

reviewed AS (
    SELECT user_id FROM alerts WHERE status IN ('asked', 'unexplained', 'referred')
    UNION
    SELECT user_id FROM ({CONTROL}) AS control WHERE status IN ('asked', 'unexplained', 'referred')
),

grave AS (
    SELECT user_id FROM lookup_risk WHERE audit_date >= $since AND risk >= $maximum_risk
    UNION
    SELECT user_id FROM findings WHERE audit_date >= $since AND motive = 'personal_benefit'
    UNION
    SELECT user_id
    FROM alerts
    WHERE last_at >= $since AND (risk >= $maximum_risk OR motive = 'personal_benefit')
),

written_to AS (SELECT DISTINCT user_id FROM notices WHERE made_on > $quiet_since)

SELECT
    latest.user_id,
    latest.system,
    latest.lookup_id,
    latest.occurred_at,
    latest.looked_up_on,
    latest.theme,
    coalesce(lookups.subject_type, subjects.subject_type) AS subject_type,
    stable_id('n', [latest.system, latest.lookup_id]) AS notice_id,
    CASE
        WHEN users.user_id IS NULL THEN 'unknown'
        WHEN users.left_on < $today THEN 'left'
        WHEN mandated.user_id IS NOT NULL THEN 'mandate'
        WHEN reviewed.user_id IS NOT NULL THEN 'under_review'
        WHEN grave.user_id IS NOT NULL THEN 'grave'
        WHEN written_to.user_id IS NOT NULL THEN 'quiet'
        ELSE 'notice'
    END AS outcome
FROM latest
LEFT JOIN lookups ON lookups.system = latest.system AND lookups.lookup_id = latest.lookup_id
LEFT JOIN subjects ON subjects.subject_id = latest.subject_id
LEFT JOIN users ON users.user_id = latest.user_id
LEFT JOIN mandated ON mandated.user_id = latest.user_id
LEFT JOIN reviewed ON reviewed.user_id = latest.user_id
LEFT JOIN grave ON grave.user_id = latest.user_id
LEFT JOIN written_to ON written_to.user_id = latest.user_id
WHERE latest.place = 1
ORDER BY latest.user_id
"""

# Who was drawn, on the day of the draw, whether that was long enough ago, and the days until the next unexplained
# lookup with a question of one of the themes; null when there was none in time.
AFTERWARDS = """
WITH audited AS (SELECT min(audit_date) AS first, max(audit_date) AS last FROM runs),

drawn AS (
    SELECT DISTINCT arms.user_id, arms.held_out, arms.share, arms.drawn_on
    FROM notice_arms AS arms
    INNER JOIN notices ON notices.user_id = arms.user_id AND notices.made_on = arms.drawn_on
),

again AS (
    SELECT drawn.user_id, min(date_diff('day', drawn.drawn_on, risk.audit_date)) AS days
    FROM drawn
    INNER JOIN lookup_risk AS risk
        ON
            risk.user_id = drawn.user_id
            AND risk.audit_date > drawn.drawn_on
            AND risk.audit_date <= drawn.drawn_on + CAST($days AS INTEGER)
    LEFT JOIN work_links AS links
        ON links.system = risk.system AND links.lookup_id = risk.lookup_id AND links.strength >= 0.5
    WHERE
        risk.risk >= $minimum_risk
        AND links.lookup_id IS NULL
        AND list_has_any(risk.detectors, $themes)
    GROUP BY drawn.user_id
)

SELECT
    drawn.held_out,
    drawn.share,
    drawn.drawn_on,
    audited.first <= drawn.drawn_on + 1 AND audited.last >= drawn.drawn_on + CAST($days AS INTEGER) AS observed,
    again.days
FROM drawn
CROSS JOIN audited
LEFT JOIN again ON again.user_id = drawn.user_id
ORDER BY drawn.user_id
"""
