-- How many users looked up tonight's persons in the history window, each counted once a day: all of them, those
-- without a work link, and of those the ones before the days in which a burst is sought.
SELECT
    focus_nr,
    sum(users) AS user_days,
    sum(unlinked_users) AS unlinked_user_days,
    sum(CASE WHEN day <= $day - $burst_days THEN unlinked_users ELSE 0 END) AS unlinked_before_burst
FROM numbered_focus_days
WHERE day < $day AND day >= $day - $history_days AND focus_nr IN (SELECT focus_nr FROM night_subjects)
GROUP BY focus_nr
