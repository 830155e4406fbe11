-- What is written for all kinds of work says nothing about this one: "controle" is written by everyone, "rijdt zonder
-- licht" by those on the road. With its share of all reasons given.
WITH given AS (
    SELECT
        sum(lookups) AS lookups,
        count(DISTINCT CASE WHEN reason <> '…' THEN function END) AS functions
    FROM reason_habits
    WHERE reason IS NOT NULL
)

SELECT habits.reason, sum(habits.lookups) / min(given.lookups) AS reason_share
FROM reason_habits AS habits
CROSS JOIN given
WHERE habits.reason IS NOT NULL
GROUP BY habits.reason
HAVING count(DISTINCT habits.function) >= 0.6 * min(given.functions) AND min(given.functions) >= 3
