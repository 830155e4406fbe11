-- The persons whom each user looked up tonight without a work link to them, with what they may have in common.
SELECT DISTINCT
    user_nr,
    team_nr,
    focus_nr,
    surname_nr,
    postcode_nr,
    coalesce(address_nr, focus_nr) AS home_nr,
    sex_nr
FROM unlinked
WHERE person_nr IS NOT NULL
