-- Who had a work link to whom, today or yesterday: what a colleague of the same team may have handed over. Only
-- whom another of the team asked for tonight is looked for: to nobody else can it have been handed over.
WITH wanted AS MATERIALIZED (
    SELECT team, focus_id, min(user_id) AS first_user, max(user_id) AS last_user
    FROM pairs
    WHERE team IS NOT NULL
    GROUP BY team, focus_id
),

tonight AS MATERIALIZED (
    SELECT night.lookup_nr, night.user_id, night.team, night_subjects.focus_id, night.occurred_at
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    INNER JOIN wanted ON wanted.team = night.team AND wanted.focus_id = night_subjects.focus_id
    WHERE wanted.first_user <> wanted.last_user
),

yesterday AS MATERIALIZED (
    SELECT history.user_id, users.team, history.subject_id, history.focus_id
    FROM user_subject_days AS history
    INNER JOIN users ON users.user_id = history.user_id
    INNER JOIN wanted ON wanted.team = users.team AND wanted.focus_id = history.focus_id
    WHERE
        history.day = $day - 1
        AND (wanted.first_user <> history.user_id OR wanted.last_user <> history.user_id)
)

SELECT user_id, team, focus_id, occurred_at
FROM tonight
WHERE
    lookup_nr IN (
        SELECT lookup_nr FROM night_links WHERE strength >= 0.5 AND explanation <> 'desk_function'
    )
UNION
SELECT yesterday.user_id, yesterday.team, yesterday.focus_id, lookups.occurred_at
FROM lookups
INNER JOIN yesterday ON yesterday.user_id = lookups.user_id AND yesterday.subject_id = lookups.subject_id
INNER JOIN work_links
    ON work_links.system = lookups.system AND work_links.lookup_id = lookups.lookup_id
WHERE
    lookups.local_date = $day - 1
    AND work_links.audit_date = $day - 1
    AND work_links.strength >= 0.5
    AND work_links.explanation NOT IN ('desk_function', 'handover')
