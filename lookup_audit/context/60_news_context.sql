-- What was in the news about the person behind the lookup, as far as published by the end of the day.
SELECT
    night.lookup_nr,
    count(*) AS news_items,
    round(arg_min(
        seconds_between(news.published_at, night.occurred_at) / 3600.0,
        -- of two equally near the one before the lookup
        (
            abs(seconds_between(news.published_at, night.occurred_at)),
            seconds_between(night.occurred_at, news.published_at)
        )
    ), 1) AS hours_since_news
FROM night
INNER JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
INNER JOIN news ON news.subject_id = night_subjects.focus_id
WHERE
    news.published_at < $night_end
    AND news.published_at >= night.occurred_at - to_days($news_days)
GROUP BY night.lookup_nr
