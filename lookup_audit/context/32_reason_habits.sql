-- The reasons given in the history window and tonight, by system and function.
SELECT system, function, reason, lookups FROM reasons
UNION ALL
SELECT system, function, reason, lookups
FROM reason_days
WHERE day < $day AND day >= $day - $history_days
