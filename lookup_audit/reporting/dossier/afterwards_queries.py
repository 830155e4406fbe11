"""The queries behind what became known later; each asks about the lookups with a question of one user."""

from lookup_audit.reporting.dossier.asked import ASKED, PLACED, RELATED

# Every case of the user or the user's team, or named in the lookup, that is about the subject or one hop away.
CASES = f"""
WITH {RELATED},
mine AS (
    SELECT case_id, 'user' AS tie, valid_from, valid_until, file_id FROM case_members WHERE user_id = $user
    UNION ALL
    SELECT case_members.case_id, 'team', case_members.valid_from, case_members.valid_until, case_members.file_id
    FROM case_members
    INNER JOIN me ON me.team = case_members.team
    WHERE case_members.user_id IS NULL
    UNION ALL
    SELECT cases.case_id, 'owned', NULL, NULL, cases.file_id FROM cases INNER JOIN me ON me.team = cases.team
)

SELECT
    asked.system,
    asked.lookup_id,
    asked.occurred_at,
    case_subjects.case_id,
    related.via,
    coalesce(mine.tie, 'named') AS tie,
    cases.kind,
    cases.opened_at,
    cases.closed_at,
    case_subjects.linked_at,
    mine.valid_from,
    mine.valid_until,
    greatest(link_files.loaded_at, member_files.loaded_at) AS loaded_at
FROM asked
INNER JOIN related ON related.subject_id = asked.subject_id
INNER JOIN case_subjects ON case_subjects.subject_id = related.reached_id
LEFT JOIN cases ON cases.case_id = case_subjects.case_id
LEFT JOIN mine ON mine.case_id = case_subjects.case_id
LEFT JOIN input_files AS link_files ON link_files.file_id = case_subjects.file_id
LEFT JOIN input_files AS member_files ON member_files.file_id = mine.file_id
WHERE
    mine.case_id IS NOT NULL
    OR (case_subjects.case_id = asked.named_case_id AND related.via = 'itself')
ORDER BY asked.occurred_at, asked.system, asked.lookup_id, case_subjects.case_id, via, tie, valid_from, linked_at
"""

# Every incident of the user or team with the subject, or where it lives, within $around days of a lookup.
INCIDENTS = f"""
WITH {RELATED},
about AS (
    SELECT related.subject_id, incident_subjects.incident_id, related.via, incident_subjects.file_id
    FROM related
    INNER JOIN incident_subjects ON incident_subjects.subject_id = related.reached_id
    UNION ALL
    SELECT placed.subject_id, incidents.incident_id, 'address', incidents.file_id
    FROM placed
    INNER JOIN incidents ON incidents.address_key = placed.address_key
),
sent AS (
    SELECT
        incidents.incident_id,
        CASE WHEN dispatches.user_id = $user THEN 'user' ELSE 'team' END AS tie,
        coalesce(dispatches.dispatched_at, incidents.occurred_at) AS starts_at,
        dispatches.cleared_at AS ends_at,
        dispatches.file_id
    FROM incidents
    INNER JOIN dispatches ON dispatches.incident_id = incidents.incident_id
    WHERE
        dispatches.user_id = $user
        OR (dispatches.user_id IS NULL AND dispatches.team = (SELECT team FROM me))
    UNION ALL
    SELECT incidents.incident_id, 'team', incidents.occurred_at, NULL, incidents.file_id
    FROM incidents
    WHERE
        incidents.team = (SELECT team FROM me)
        AND incidents.incident_id NOT IN (SELECT incident_id FROM dispatches)
)

SELECT
    asked.system,
    asked.lookup_id,
    asked.occurred_at,
    about.subject_id,
    about.incident_id,
    about.via,
    incidents.kind,
    sent.tie,
    sent.starts_at,
    coalesce(sent.ends_at, sent.starts_at + to_hours(4)) AS ends_at,
    greatest(about_files.loaded_at, sent_files.loaded_at) AS loaded_at
FROM asked
INNER JOIN about ON about.subject_id = asked.subject_id
INNER JOIN sent ON sent.incident_id = about.incident_id
INNER JOIN incidents ON incidents.incident_id = about.incident_id
LEFT JOIN input_files AS about_files ON about_files.file_id = about.file_id
LEFT JOIN input_files AS sent_files ON sent_files.file_id = sent.file_id
WHERE
    sent.starts_at <= asked.occurred_at + to_days($around)
    AND sent.starts_at >= asked.occurred_at - to_days($around)
ORDER BY asked.occurred_at, asked.system, asked.lookup_id, sent.starts_at, about.incident_id, sent.tie DESC, about.via
"""

# Colleagues of the team who had a work link to the same person near a lookup, outside what counts as handed over.
HANDOVERS = f"""
WITH {RELATED},
theirs AS (
    SELECT DISTINCT others.user_id, others.subject_id, others.occurred_at, others.local_date
    FROM lookups AS others
    INNER JOIN users ON users.user_id = others.user_id
    INNER JOIN work_links ON work_links.system = others.system AND work_links.lookup_id = others.lookup_id
    WHERE
        users.team = (SELECT team FROM me)
        AND others.user_id <> $user
        AND others.local_date BETWEEN $first - $around AND $last + $around
        AND others.subject_id IN (SELECT reached_id FROM related WHERE via <> 'household')
        AND work_links.strength >= 0.5
        AND work_links.explanation NOT IN ('desk_function', 'handover')
)

SELECT
    asked.system,
    asked.lookup_id,
    asked.occurred_at,
    coalesce(placed.person_id, asked.subject_id) AS focus_id,
    theirs.user_id AS colleague,
    theirs.occurred_at AS linked_at
FROM asked
INNER JOIN placed ON placed.subject_id = asked.subject_id
INNER JOIN related ON related.subject_id = asked.subject_id AND related.via <> 'household'
INNER JOIN theirs ON theirs.subject_id = related.reached_id
WHERE
    abs(seconds_between(asked.occurred_at, theirs.occurred_at)) <= $around * 86400
    AND NOT (
        theirs.occurred_at <= asked.occurred_at
        AND theirs.occurred_at >= asked.occurred_at - to_hours($handover_hours)
    )
ORDER BY asked.occurred_at, asked.system, asked.lookup_id, theirs.occurred_at, theirs.user_id
"""

# Shifts around a lookup whose file came in after the audit of its day.
LATE_ROSTERS = f"""
WITH {ASKED},
audited AS (
    SELECT audit_date, max(finished_at) AS finished_at FROM runs GROUP BY audit_date
)

SELECT
    asked.system,
    asked.lookup_id,
    asked.occurred_at,
    shifts.starts_at,
    shifts.ends_at,
    coalesce(shifts.kind, 'duty') AS kind,
    input_files.loaded_at
FROM asked
INNER JOIN audited ON audited.audit_date = asked.local_date
INNER JOIN shifts
    ON
        shifts.user_id = $user
        AND shifts.starts_at <= asked.occurred_at + to_minutes($grace)
        AND shifts.ends_at >= asked.occurred_at - to_minutes($grace)
INNER JOIN input_files ON input_files.file_id = shifts.file_id AND input_files.loaded_at > audited.finished_at
ORDER BY asked.occurred_at, asked.system, asked.lookup_id, shifts.starts_at, kind
"""

# Others of the team who looked up the same person from $around days before the first lookup to as long after.
TEAM_MATTERS = f"""
WITH {ASKED},
{PLACED},
spans AS (
    SELECT
        coalesce(placed.person_id, asked.subject_id) AS focus_id,
        min(asked.local_date) AS first_day,
        max(asked.local_date) AS last_day
    FROM asked
    INNER JOIN placed ON placed.subject_id = asked.subject_id
    GROUP BY ALL
)

SELECT
    spans.focus_id,
    count(DISTINCT days.user_id) AS users,
    count(DISTINCT CASE WHEN days.unlinked < days.lookups THEN days.user_id END) AS linked,
    min(days.day) AS first_day,
    max(days.day) AS last_day
FROM spans
INNER JOIN user_subject_days AS days ON days.focus_id = spans.focus_id
INNER JOIN users ON users.user_id = days.user_id
WHERE
    users.team = (SELECT team FROM me)
    AND days.user_id <> $user
    AND days.day BETWEEN spans.first_day - $around AND spans.last_day + $around
GROUP BY spans.focus_id
ORDER BY spans.focus_id
"""

# The person behind each lookup with a question.
FOCUSES = f"""
WITH {ASKED},
{PLACED}

SELECT
    asked.system,
    asked.lookup_id,
    asked.local_date AS day,
    coalesce(placed.person_id, asked.subject_id) AS focus_id
FROM asked
INNER JOIN placed ON placed.subject_id = asked.subject_id
ORDER BY asked.occurred_at, asked.system, asked.lookup_id
"""

# Other users who looked up the same person on the same day, and how many of them had a work link.
SAME_DAYS = f"""
WITH {ASKED},
{PLACED},
wanted AS (
    SELECT DISTINCT asked.local_date AS day, coalesce(placed.person_id, asked.subject_id) AS focus_id
    FROM asked
    INNER JOIN placed ON placed.subject_id = asked.subject_id
)

SELECT
    wanted.focus_id,
    wanted.day,
    count(DISTINCT days.user_id) AS users,
    count(DISTINCT CASE WHEN days.unlinked < days.lookups THEN days.user_id END) AS linked,
    count(DISTINCT CASE WHEN users.function = (SELECT function FROM me) THEN days.user_id END) AS peers
FROM wanted
INNER JOIN user_subject_days AS days ON days.focus_id = wanted.focus_id AND days.day = wanted.day
LEFT JOIN users ON users.user_id = days.user_id
WHERE days.user_id <> $user
GROUP BY wanted.focus_id, wanted.day
ORDER BY wanted.focus_id, wanted.day
"""

# Peers (same function and team) with lookups on a day, and how many of them also looked something up off duty.
PEERS_AWAY = f"""
WITH {ASKED}

SELECT own.day, count(*) AS peers, count(*) FILTER (WHERE others.off_duty > 0) AS away
FROM user_days AS own
INNER JOIN user_days AS others
    ON others.day = own.day AND others.peer_group = own.peer_group AND others.user_id <> own.user_id
WHERE own.user_id = $user AND own.day IN (SELECT local_date FROM asked)
GROUP BY own.day
ORDER BY own.day
"""
