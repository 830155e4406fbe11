-- Who asked for which subject tonight: each user and subject once, with how many lookups, and the first of them.
SELECT
    night.user_nr,
    night.team_nr,
    night.subject_nr,
    night_subjects.focus_nr,
    count(*) AS lookups,
    arg_min(night.lookup_nr, (night.occurred_at, night.system, night.lookup_id)) AS first_lookup_nr
FROM night
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
GROUP BY night.user_nr, night.team_nr, night.subject_nr, night_subjects.focus_nr
