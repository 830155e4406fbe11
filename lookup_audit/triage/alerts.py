"""Alerts: the lookups with a finding that belong together, ranked, and lined up for a reviewer."""

from datetime import date

from lookup_audit.triage.carried import carry_verdicts
from lookup_audit.triage.queue import line_up
from lookup_audit.warehouse import Warehouse

REPEATED_DAY_LOG_ODDS = 0.85
"""What each doubling (in natural logarithms) of the days in an alert adds: serial lookups matter more."""


def remember_pairs(warehouse: Warehouse, day: date) -> None:
    """Keep which users and circles a day touches, before its rows are replaced and again after."""
    warehouse.run(
        "CREATE TEMP TABLE IF NOT EXISTS touched_pairs (user_id VARCHAR, alert_about VARCHAR, night DATE)"
    )
    warehouse.run("CREATE TEMP TABLE IF NOT EXISTS touched_nights (night DATE)")
    warehouse.run("INSERT INTO touched_nights VALUES ($day)", {"day": day})
    warehouse.run(
        "INSERT INTO touched_pairs "
        "SELECT DISTINCT user_id, alert_about, audit_date FROM lookup_risk WHERE audit_date = $day",
        {"day": day},
    )


def update_alerts(warehouse: Warehouse) -> None:
    """Rebuild the alerts of the remembered users and circles that a remembered night can change; all others stay.

    An alert is one user and one circle (a subject with household, car and address) or one user's behaviour,
    until the configured number of days passes without another lookup that carries a finding. So what ended that
    long before the night is as it was, and years of it are not read. The queue is made again of each remembered
    night, and of each other night whose alerts changed. Verdicts on an alert whose first lookup is another now go
    with it.
    """
    gap = {"gap_days": warehouse.settings.alerts.gap_days}
    warehouse.run(_EPISODES_BEFORE, gap)
    warehouse.run("DELETE FROM alert_episodes WHERE alert_id IN (SELECT alert_id FROM episodes_before)")
    warehouse.run(_MEMBERS, gap)
    warehouse.run(_DETECTORS)
    warehouse.run(_EPISODES, {"per_day": REPEATED_DAY_LOG_ODDS})
    carry_verdicts(warehouse)
    warehouse.run(
        """
        UPDATE lookup_risk
        SET alert_id = moved.alert_id
        FROM (SELECT * FROM alert_members WHERE alert_id IS DISTINCT FROM alert_before) AS moved
        WHERE
            lookup_risk.audit_date = moved.audit_date  -- so that other days are not read
            AND lookup_risk.system = moved.system
            AND lookup_risk.lookup_id = moved.lookup_id
        """
    )
    warehouse.run(_CHANGED_NIGHTS)
    line_up(warehouse)
    warehouse.run("DROP TABLE touched_pairs")
    warehouse.run("DROP TABLE touched_nights")


# The alerts that a touched night may have a part in, as they were; a night's first hours may be of the day before in
# UTC. What the order of a night's alerts depends on is compared with them: where it differs, the queue is made anew.
_EPISODES_BEFORE = """
CREATE OR REPLACE TEMP TABLE episodes_before AS
SELECT alert_id, user_id, alert_about, first_at, last_at, peak_on, risk, lookups, queued
FROM alert_episodes
INNER JOIN (
    SELECT user_id, alert_about, min(night) AS first_night FROM touched_pairs GROUP BY user_id, alert_about
) AS touched USING (user_id, alert_about)
WHERE last_at >= touched.first_night - to_days($gap_days + 1)
"""

_CHANGED_NIGHTS = """
INSERT INTO touched_nights
SELECT DISTINCT peak_on
FROM (
    SELECT alert_id, peak_on, risk, lookups, last_at FROM episodes_before
    UNION ALL
    SELECT alert_id, peak_on, risk, lookups, last_at
    FROM alert_episodes
    WHERE alert_id IN (SELECT alert_id FROM alert_members)
) AS before_and_after
GROUP BY alert_id, peak_on, risk, lookups, last_at
HAVING count(*) = 1
"""

_MEMBERS = """
CREATE OR REPLACE TEMP TABLE alert_members AS
WITH since AS (
    SELECT user_id, alert_about, min(from_at) AS from_at
    FROM (
        SELECT user_id, alert_about, night - to_days(1) AS from_at FROM touched_pairs
        UNION ALL
        SELECT user_id, alert_about, first_at FROM episodes_before
    ) AS parts
    GROUP BY user_id, alert_about
),

involved AS (
    SELECT
        lookup_risk.*,
        lag(occurred_at) OVER (
            PARTITION BY lookup_risk.user_id, lookup_risk.alert_about
            ORDER BY lookup_risk.occurred_at, lookup_risk.system, lookup_risk.lookup_id
        ) AS previous_at
    FROM lookup_risk
    INNER JOIN since
        ON
            since.user_id = lookup_risk.user_id
            AND since.alert_about = lookup_risk.alert_about
            AND since.from_at <= lookup_risk.occurred_at
    WHERE lookup_risk.occurred_at >= (SELECT min(from_at) FROM since)  -- so that the years before are not read
),

numbered AS (
    SELECT
        *,
        sum(CASE WHEN previous_at IS NULL OR occurred_at > previous_at + to_days($gap_days) THEN 1 ELSE 0 END)
            OVER (
                PARTITION BY user_id, alert_about
                ORDER BY occurred_at, system, lookup_id
                ROWS UNBOUNDED PRECEDING
            ) AS episode
    FROM involved
)

SELECT
    -- no user in it: whoever knows all users could try them one by one
    stable_id('a', [
        first_value(system) OVER from_the_first,
        first_value(lookup_id) OVER from_the_first
    ]) AS alert_id,
    numbered.alert_id AS alert_before,
    user_id,
    alert_about,
    system,
    lookup_id,
    subject_id,
    occurred_at,
    audit_date,
    motive,
    risk,
    detectors,
    sum_shown
FROM numbered
WINDOW from_the_first AS (PARTITION BY user_id, alert_about, episode ORDER BY occurred_at, system, lookup_id)
"""

# A detector is as strong in an alert as the most that it added to the sum of one of its lookups.
_DETECTORS = """
CREATE OR REPLACE TEMP TABLE alert_detectors AS
WITH terms AS (
    SELECT
        alert_id,
        detectors,
        unnest(from_json(sum_shown, '[{"term": "VARCHAR", "log_odds": "DOUBLE"}]')) AS shown
    FROM alert_members
),

strongest AS (
    SELECT alert_id, shown['term'] AS detector, max(shown['log_odds']) AS log_odds
    FROM terms
    WHERE list_contains(detectors, shown['term'])
    GROUP BY alert_id, shown['term']
)

SELECT alert_id, list(detector ORDER BY log_odds DESC, detector) AS detectors
FROM strongest
GROUP BY alert_id
"""

_EPISODES = """
INSERT INTO alert_episodes BY NAME
SELECT
    members.alert_id,
    members.user_id,
    CASE
        WHEN members.alert_about <> 'behaviour'
            THEN (list(subject_id ORDER BY members.risk DESC, subject_id) FILTER (WHERE subject_id IS NOT NULL))[1]
    END AS subject_id,
    members.alert_about,
    coalesce((list(motive ORDER BY members.risk DESC, motive) FILTER (WHERE motive IS NOT NULL))[1], 'curiosity')
        AS motive,
    min(occurred_at) AS first_at,
    max(occurred_at) AS last_at,
    count(*) AS lookups,
    round(
        from_log_odds(
            ln(greatest(max(members.risk), 1e-6) / greatest(1.0 - max(members.risk), 1e-6))
            -- a habit of working late stays a small question, however long it lasts
            + CASE WHEN count(motive) > 0 THEN $per_day ELSE 0.0 END * ln(count(DISTINCT audit_date))
        ),
        6
    ) AS risk,
    (list(audit_date ORDER BY members.risk DESC, occurred_at, system, lookup_id))[1] AS peak_on,
    min(alert_detectors.detectors) AS detectors,
    -- as it was, until the queue of its night is made again
    coalesce(min(episodes_before.queued), FALSE) AS queued
FROM alert_members AS members
LEFT JOIN alert_detectors ON alert_detectors.alert_id = members.alert_id
LEFT JOIN episodes_before ON episodes_before.alert_id = members.alert_id
GROUP BY members.alert_id, members.user_id, members.alert_about
ORDER BY members.alert_id
"""
