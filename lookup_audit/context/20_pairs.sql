-- Who asked for whom tonight: each user and person once, however many lookups.
SELECT DISTINCT night.user_id, night.team, night_subjects.focus_id
FROM night
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
