"""The queries behind a dossier; each asks about one user ($user) and the days from $first to $last."""

_MINE = "lookups.user_id = $user AND lookups.local_date BETWEEN $first AND $last"

# The same states as `11_duty.sql` gives a night, of which a lookup's local day has the bounds: a shift that starts
# on a later day is not read, and duty wins over leave where both are rostered.
LOOKUPS = f"""
WITH of_user AS (
    SELECT
        starts_at,
        ends_at,
        coalesce(kind, 'duty') AS kind,
        local_day(starts_at, $zone) AS first_day,
        local_day(ends_at, $zone) AS last_day
    FROM shifts
    WHERE user_id = $user
),

against_shifts AS (
    SELECT
        lookups.system,
        lookups.lookup_id,
        of_user.kind,
        lookups.occurred_at BETWEEN of_user.starts_at AND of_user.ends_at AS inside,
        of_user.last_day >= lookups.local_date - 1 AS is_near,
        of_user.last_day > lookups.local_date - CAST($roster_days AS INTEGER) AS is_recent,
        greatest(
            seconds_between(lookups.occurred_at, of_user.starts_at),
            seconds_between(of_user.ends_at, lookups.occurred_at),
            0
        ) / 60.0 AS minutes_outside
    FROM lookups
    INNER JOIN of_user
        ON of_user.first_day <= lookups.local_date
        AND of_user.last_day >= lookups.local_date - greatest(CAST($roster_days AS INTEGER), 1)
    WHERE {_MINE}
),

duty AS (
    SELECT
        system,
        lookup_id,
        CASE
            WHEN bool_or(inside AND kind = 'duty') THEN 'duty'
            WHEN bool_or(inside AND kind = 'standby') THEN 'standby'
            WHEN bool_or(is_near AND kind IN ('duty', 'standby') AND minutes_outside <= $grace) THEN 'overtime'
            WHEN bool_or(inside AND kind = 'leave') THEN 'leave'
            WHEN bool_or(inside AND kind = 'sick') THEN 'sick'
            WHEN bool_or(inside AND kind = 'training') THEN 'training'
            WHEN NOT bool_or(is_recent) THEN 'unknown'
            ELSE 'off'
        END AS duty
    FROM against_shifts
    GROUP BY system, lookup_id
),

team AS (
    SELECT others.user_id, others.team
    FROM users AS others
    INNER JOIN users AS own ON own.team = others.team
    WHERE own.user_id = $user
),

-- days on which the audit took the user for off duty: where no team has a roster, some have too few users to tell
-- that one is missing, or are free on that weekday, and a gap of the whole table names no team
taken_as_off AS (
    SELECT user_days.day
    FROM user_days
    INNER JOIN lookups ON lookups.local_date = user_days.day
    LEFT JOIN duty ON duty.system = lookups.system AND duty.lookup_id = lookups.lookup_id
    WHERE {_MINE} AND user_days.user_id = $user
    GROUP BY user_days.day, user_days.off_duty
    HAVING user_days.off_duty > count(*) FILTER (WHERE duty.duty IN ('leave', 'sick'))
),

-- days on which the roster of the team is missing, as `10_missing_rosters.sql` has it; or was when they were audited:
-- the shifts of the others, by which it could be told, may have been forgotten since
no_roster AS (
    SELECT missing.day
    FROM teams_without_roster(
        (
            SELECT list(DISTINCT lookups.local_date - before.days)
            FROM lookups
            CROSS JOIN (SELECT unnest([0, 1]) AS days) AS before
            WHERE {_MINE}
        ),
        (SELECT coalesce(min(team), '') FROM team),
        $zone
    ) AS missing
    CROSS JOIN team
    INNER JOIN user_days ON user_days.user_id = team.user_id AND user_days.day = missing.day
    GROUP BY missing.day
    HAVING count(*) > 1
    UNION
    SELECT gaps.day
    FROM gaps
    WHERE
        (gaps.kind = 'missing_roster' AND gaps.part IN (SELECT team FROM team))
        OR (
            gaps.kind = 'empty_table'
            AND gaps.part = 'shifts'
            AND gaps.day NOT IN (SELECT taken_as_off.day FROM taken_as_off)
        )
    EXCEPT
    SELECT local_day(shifts.starts_at, $zone)
    FROM shifts
    INNER JOIN team ON team.user_id = shifts.user_id
    WHERE is_rostered(shifts.kind)
),

-- without a roster of the day, or until noon of the day before, who was off is not known
known AS (
    SELECT
        lookups.system,
        lookups.lookup_id,
        lookups.local_date,
        lookups.occurred_at,
        CASE
            WHEN duty.duty <> 'off' THEN duty.duty
            WHEN lookups.local_date IN (SELECT day FROM no_roster) THEN 'unknown'
            WHEN lookups.local_hour < 12 AND lookups.local_date - 1 IN (SELECT day FROM no_roster) THEN 'unknown'
            ELSE 'off'
        END AS duty
    FROM lookups
    INNER JOIN duty ON duty.system = lookups.system AND duty.lookup_id = lookups.lookup_id
    WHERE {_MINE}
),

-- a shift's worth of lookups on a free day: the roster missed it
unrostered AS (
    SELECT local_date
    FROM known
    WHERE duty = 'off'
    GROUP BY local_date
    HAVING
        count(*) >= $unrostered_lookups
        AND seconds_between(min(occurred_at), max(occurred_at)) >= $unrostered_hours * 3600
)

SELECT
    lookups.system,
    lookups.lookup_id,
    lookups.occurred_at,
    lookups.action,
    lookups.channel,
    lookups.workstation,
    coalesce(lookups.subject_id, lookup_risk.subject_id) AS subject_id,
    coalesce(subjects.subject_type, lookups.subject_type) AS subject_type,
    coalesce(subjects.surname, subjects.plate) AS subject_name,
    lookups.query_text,
    lookups.case_id,
    lookups.justification,
    CASE
        WHEN known.duty = 'off' AND unrostered.local_date IS NOT NULL THEN 'unrostered'
        ELSE coalesce(known.duty, 'unknown')
    END AS duty,
    lookup_risk.risk,
    lookup_risk.alert_id,
    lookup_risk.sum_shown
FROM lookups
LEFT JOIN known ON known.system = lookups.system AND known.lookup_id = lookups.lookup_id
LEFT JOIN unrostered ON unrostered.local_date = lookups.local_date
LEFT JOIN lookup_risk ON lookup_risk.system = lookups.system AND lookup_risk.lookup_id = lookups.lookup_id
LEFT JOIN subjects ON subjects.subject_id = coalesce(lookups.subject_id, lookup_risk.subject_id)
WHERE {_MINE}
ORDER BY lookups.occurred_at, lookups.system, lookups.lookup_id
"""

LINKS = f"""
SELECT work_links.system, work_links.lookup_id, work_links.explanation, max(work_links.strength) AS strength
FROM work_links
INNER JOIN lookups ON lookups.system = work_links.system AND lookups.lookup_id = work_links.lookup_id
WHERE {_MINE}
GROUP BY work_links.system, work_links.lookup_id, work_links.explanation
ORDER BY strength DESC, work_links.explanation
"""

FINDINGS = f"""
SELECT findings.system, findings.lookup_id, findings.detector, findings.score, findings.evidence
FROM findings
INNER JOIN lookups ON lookups.system = findings.system AND lookups.lookup_id = findings.lookup_id
WHERE {_MINE}
ORDER BY findings.score DESC, findings.detector, findings.finding_id
"""

VERDICTS = """
SELECT
    verdicts.alert_id,
    verdicts.decided_at,
    verdicts.decided_by,
    verdicts.verdict,
    verdicts.note,
    verdicts.because,
    verdicts.answer
FROM verdicts
INNER JOIN alerts ON alerts.alert_id = verdicts.alert_id
WHERE alerts.user_id = $user
ORDER BY verdicts.decided_at, verdicts.verdict, verdicts.note
"""

# A vehicle's or phone's news is its owner's.
NEWS = """
SELECT DISTINCT news.news_id, news.published_at, news.subject_id, news.headline, news.outlet
FROM news
LEFT JOIN subjects ON subjects.owner_subject_id = news.subject_id
WHERE (news.subject_id IN (SELECT unnest($subjects)) OR subjects.subject_id IN (SELECT unnest($subjects)))
    AND news.published_at BETWEEN $first AND $last
ORDER BY news.published_at, news.news_id, news.subject_id
"""
