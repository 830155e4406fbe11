-- Who asked for whom tonight: each user and person once, however many lookups and records.
SELECT DISTINCT user_nr, team_nr, focus_nr FROM user_subjects
