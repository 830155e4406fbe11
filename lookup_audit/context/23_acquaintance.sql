-- On how many earlier days tonight's users looked up the same person, with and without a work link. A day on which
-- one record of the person was linked and another was not counts as both.
WITH days AS (
    SELECT user_nr, focus_nr, day, max(unlinked) > 0 AS is_unlinked, min(unlinked) = 0 AS is_linked
    FROM encounters
    WHERE is_same_person
    GROUP BY user_nr, focus_nr, day
)

SELECT
    user_nr,
    focus_nr,
    count(*) AS days,
    count(CASE WHEN is_unlinked THEN 1 END) AS unlinked_days,
    count(CASE WHEN is_linked THEN 1 END) AS linked_days,
    min(CASE WHEN is_unlinked THEN day END) AS first_unlinked_on
FROM days
GROUP BY user_nr, focus_nr
