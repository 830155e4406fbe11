-- Who asked for whom tonight: each user and person once, however many lookups.
SELECT DISTINCT night.user_nr, night.team_nr, night_subjects.focus_nr
FROM night
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
