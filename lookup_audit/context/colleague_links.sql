-- Who had a work link to whom, today or yesterday: what a colleague of the same team may have handed over.
SELECT night.user_id, night.team, night_subjects.focus_id, night.occurred_at
FROM night_links
INNER JOIN night ON night.lookup_nr = night_links.lookup_nr
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
WHERE night_links.strength >= 0.5 AND night_links.explanation <> 'desk_function' AND night.team IS NOT NULL
UNION
SELECT lookups.user_id, users.team, history.focus_id, lookups.occurred_at
FROM work_links
INNER JOIN lookups
    ON
        lookups.system = work_links.system
        AND lookups.lookup_id = work_links.lookup_id
        AND lookups.local_date = $day - 1
INNER JOIN users ON users.user_id = lookups.user_id
INNER JOIN user_subject_days AS history
    ON
        history.user_id = lookups.user_id
        AND history.subject_id = lookups.subject_id
        AND history.day = $day - 1
WHERE
    work_links.audit_date = $day - 1
    AND work_links.strength >= 0.5
    AND work_links.explanation NOT IN ('desk_function', 'handover')
    AND users.team IS NOT NULL
