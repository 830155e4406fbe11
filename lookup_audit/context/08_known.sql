-- Tonight's texts, each with its number. One that no night met before gets a number of its own from now on, in order of
-- the alphabet, so that the same nights in the same order end with the same numbers.
WITH found AS MATERIALIZED (
    SELECT numbers.nr, texts.text
    FROM texts
    LEFT JOIN numbers ON numbers.text = texts.text
    WHERE texts.text IS NOT NULL
)

SELECT nr, text, FALSE AS is_new
FROM found
WHERE nr IS NOT NULL
UNION ALL
SELECT
    coalesce((SELECT max(numbers.nr) FROM numbers), 0) + row_number() OVER (ORDER BY found.text) AS nr,
    found.text,
    TRUE AS is_new
FROM found
WHERE found.nr IS NULL
