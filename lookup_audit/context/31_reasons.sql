-- The reasons given tonight, by system and function. What is said fewer than three times is nobody's habit: such
-- reasons are kept as one, '…' (no reason is spelt like that), so that shares are of all lookups, not of the rest.
WITH counted AS (
    SELECT system, function, reason, count(*) AS lookups
    FROM night
    GROUP BY system, function, reason
),

named AS (
    SELECT system, function, CASE WHEN reason IS NULL OR lookups >= 3 THEN reason ELSE '…' END AS reason, lookups
    FROM counted
)

SELECT system, function, reason, sum(lookups) AS lookups
FROM named
GROUP BY system, function, reason
