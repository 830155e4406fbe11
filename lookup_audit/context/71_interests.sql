-- The persons whom each user looked up tonight without a work link to them, with what they may have in common.
SELECT DISTINCT
    user_id,
    team,
    focus_id,
    surname_key,
    postcode_key,
    coalesce(address_key, focus_id) AS home_key,
    sex
FROM unlinked
WHERE person_id IS NOT NULL
