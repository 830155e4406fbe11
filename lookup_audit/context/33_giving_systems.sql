-- In which share of each system's lookups a reason is given: where everyone gives one, none is a shortfall. A system
-- with fewer than a hundred lookups has no habit yet.
SELECT
    system,
    sum(CASE WHEN reason IS NOT NULL THEN lookups ELSE 0 END) / sum(lookups) AS given_share
FROM reason_habits
GROUP BY system
HAVING sum(lookups) >= 100
