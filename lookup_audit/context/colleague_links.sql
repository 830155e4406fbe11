-- Who had a work link to whom, today or yesterday, and from when until when: what a colleague of the same team may have
-- handed over. Only whom another of the team asked for tonight is looked for: to nobody else can it have been handed
-- over. Moments of one stretch lie no further apart than a hand-over lasts, so between the first and the last of them
-- there is always one to hand over, and the stretch stands for all of them.
WITH wanted AS MATERIALIZED (
    SELECT team_nr, focus_nr, min(user_nr) AS first_user, max(user_nr) AS last_user
    FROM pairs
    WHERE team_nr IS NOT NULL
    GROUP BY team_nr, focus_nr
),

tonight AS MATERIALIZED (
    SELECT night.lookup_nr, night.user_nr, night.team_nr, night_subjects.focus_nr, night.occurred_at
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
    INNER JOIN wanted ON wanted.team_nr = night.team_nr AND wanted.focus_nr = night_subjects.focus_nr
    WHERE wanted.first_user <> wanted.last_user
),

yesterday AS MATERIALIZED (
    SELECT everyone.user_id, history.user_nr, everyone.team_nr, numbers.text AS subject_id, history.focus_nr
    FROM numbered_user_subject_days AS history
    INNER JOIN everyone ON everyone.user_nr = history.user_nr
    INNER JOIN wanted ON wanted.team_nr = everyone.team_nr AND wanted.focus_nr = history.focus_nr
    INNER JOIN numbers ON numbers.nr = history.subject_nr
    WHERE
        history.day = $day - 1
        AND (wanted.first_user <> history.user_nr OR wanted.last_user <> history.user_nr)
),

linked AS (
    SELECT user_nr, team_nr, focus_nr, occurred_at
    FROM tonight
    WHERE
        lookup_nr IN (
            SELECT lookup_nr FROM night_links WHERE strength >= 0.5 AND explanation <> 'desk_function'
        )
    UNION ALL
    SELECT yesterday.user_nr, yesterday.team_nr, yesterday.focus_nr, lookups.occurred_at
    FROM lookups
    INNER JOIN yesterday ON yesterday.user_id = lookups.user_id AND yesterday.subject_id = lookups.subject_id
    INNER JOIN work_links
        ON work_links.system = lookups.system AND work_links.lookup_id = lookups.lookup_id
    WHERE
        lookups.local_date = $day - 1
        AND work_links.audit_date = $day - 1
        AND work_links.strength >= 0.5
        AND work_links.explanation NOT IN ('desk_function', 'handover')
)

SELECT user_nr, team_nr, focus_nr, min(occurred_at) AS first_at, max(occurred_at) AS last_at
FROM linked
GROUP BY
    user_nr,
    team_nr,
    focus_nr,
    -- a microsecond where nothing is handed over: no two moments of a log lie closer
    floor(seconds_between($night_start, occurred_at) / greatest($handover_hours * 3600.0, 0.000001))
