-- Teams whose roster of the night is missing: two or more of their users look up, and no shift of duty begins, where one
-- usually does. Who of them was free is not known.
WITH tonight AS (
    SELECT DISTINCT user_id FROM lookups WHERE local_date = $day
)

SELECT missing.team, missing.usual
FROM teams_without_roster([$day::DATE], NULL, $zone) AS missing
INNER JOIN users ON users.team = missing.team
INNER JOIN tonight ON tonight.user_id = users.user_id
GROUP BY missing.team, missing.usual
HAVING count(*) > 1
