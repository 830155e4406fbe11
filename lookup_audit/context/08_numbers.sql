-- Texts that no night met before, each with a number of its own from now on. In order of the alphabet, so that the
-- same nights in the same order end with the same numbers.
SELECT
    coalesce((SELECT max(numbers.nr) FROM numbers), 0) + row_number() OVER (ORDER BY texts.text) AS nr,
    texts.text
FROM texts
WHERE texts.text IS NOT NULL AND texts.text NOT IN (SELECT numbers.text FROM numbers)
