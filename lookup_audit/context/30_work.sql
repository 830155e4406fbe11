-- What the explanations add up to, per lookup: the strongest link, the strongest that is about the subject
-- (a desk function is not), and whether it is explained, or without any link.
SELECT
    night.lookup_nr,
    coalesce(max(night_links.strength), 0) AS work_strength,
    coalesce(max(CASE WHEN night_links.explanation <> 'desk_function' THEN night_links.strength END), 0)
        AS subject_link_strength,
    coalesce(max(night_links.strength), 0) >= 0.5 AS is_explained,
    coalesce(max(night_links.strength), 0) < 0.3 AS is_unlinked
FROM night
LEFT JOIN night_links ON night_links.lookup_nr = night.lookup_nr
GROUP BY night.lookup_nr
