-- The reasons given tonight, by system and function. What is said fewer than three times is nobody's habit.
SELECT system, function, reason, count(*) AS lookups
FROM night
GROUP BY system, function, reason
HAVING count(*) >= 3 OR reason IS NULL
