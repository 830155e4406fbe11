-- The cases that the night's subjects are part of, themselves or by one hop, and from when that is registered.
SELECT
    reach.subject_nr,
    case_subjects.case_id,
    cases.team AS case_team,
    cases.opened_at,
    cases.closed_at,
    case_subjects.linked_at,
    reach.carries
FROM reach
INNER JOIN case_subjects ON case_subjects.subject_id = reach.reached_id
LEFT JOIN cases ON cases.case_id = case_subjects.case_id
WHERE
    coalesce(case_subjects.linked_at, $night_end) <= $night_end + to_days($link_grace_days)
    AND coalesce(cases.opened_at, $night_end) <= $night_end + to_days($link_grace_days)
