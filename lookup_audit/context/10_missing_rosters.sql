-- Teams whose roster of the night, or of the day before, is missing: two or more of their users look up, and no rostered
-- shift begins, where some usually do. Who of them was free is not known.
SELECT missing.team, missing.day, missing.usual
FROM teams_without_roster([$day::DATE - 1, $day::DATE], NULL, $zone) AS missing
INNER JOIN users ON users.team = missing.team
INNER JOIN lookups ON lookups.user_id = users.user_id AND lookups.local_date = missing.day
WHERE lookups.local_date >= $day::DATE - 1 AND lookups.local_date <= $day::DATE
GROUP BY missing.team, missing.day, missing.usual
HAVING count(DISTINCT lookups.user_id) > 1
