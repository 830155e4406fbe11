-- The only place with functions of this one engine. Everything else calls these by name,
-- so that another engine needs these few lines again and nothing more.

-- text without case, diacritics and repeated spaces; letters that are no base letter with a mark are spelt out
CREATE MACRO plain_text(value) AS
    trim(regexp_replace(
        strip_accents(replace(replace(replace(translate(
            lower(value),
            'øłđðıĸ‘’ʼ`´‐‑–' || chr(160) || chr(8239),
            'olddik' || repeat(chr(39), 5) || '---  '
        ), 'ß', 'ss'), 'æ', 'ae'), 'ĳ', 'ij')),
        '\s+', ' ', 'g'));

-- 'Berg, van den' → 'van den berg': registers write the prefix after a comma
CREATE MACRO prefix_first(value) AS
    regexp_replace(plain_text(value), '^([^,]+),\s*(.+)$', '\2 \1');

-- a surname without case, diacritics, prefixes and spaces; the parts of a double name stay apart, by '-'
CREATE MACRO surname_key(value) AS
    nullif(
        regexp_replace(
            regexp_replace(
                replace(regexp_replace(prefix_first(value), '\bd''\s*', '', 'g'), 'v/d', 'van de'),
                '(^|[\s-])(?:(?:van|von|vom|zu|de|den|der|het|''t|''s|t|ter|ten|te|op|in|aan|bij|over|onder|uit|voor|la|le|les|du|des|da|das|do|dos|di|del|della|el|al|ben|bin|ibn|ould|v\.?d\.?|v\.)[\s-]+)+',
                '\1', 'g'),
            '[^a-z0-9-]+', '', 'g'),
        '');

-- letters and digits only, in capitals: for plates, postcodes and house numbers
CREATE MACRO code_key(value) AS
    nullif(regexp_replace(upper(strip_accents(value)), '[^A-Z0-9]+', '', 'g'), '');

-- postcode and house number as one key; null unless both are known
CREATE MACRO address_key(postcode, house_number) AS
    code_key(postcode) || ' ' || code_key(house_number);

-- metres between two points, on a plane that is flat enough for a country (error below 0.5% within 100 km)
CREATE MACRO distance_m(lat_a, lon_a, lat_b, lon_b) AS
    sqrt(
        pow((lat_a - lat_b) * 111320.0, 2)
        + pow((lon_a - lon_b) * 111320.0 * cos(radians((lat_a + lat_b) / 2.0)), 2)
    );

-- elapsed seconds from one time to another, as a number; negative when the second is earlier
CREATE MACRO seconds_between(earlier, later) AS
    (epoch_us(later) - epoch_us(earlier)) / 1000000.0;

-- the local day of an instant in UTC; in this direction the engine's zones are exact
CREATE MACRO local_day(instant, zone) AS
    CAST(timezone(zone, timezone('UTC', instant)) AS DATE);

-- whether a shift comes from a roster; leave and illness are entered elsewhere
CREATE MACRO is_rostered(kind) AS
    coalesce(kind, 'duty') NOT IN ('leave', 'sick');

-- teams of which a day's roster is missing, by the shifts alone: no rostered shift begins on the day, though on the same
-- weekday of the four weeks before two or more of its users had one, and four on most. Weeks at the beginning or the end
-- may lack them (the roster is new, or missing for longer), none between others: a team may work every second week, an
-- office is closed on Sundays, a small team is free together. `usual` is how many had one, in the median; `of_team` is
-- one team, or null for all.
CREATE MACRO teams_without_roster(days, of_team, zone) AS TABLE
    WITH asked AS (
        SELECT unnest(days) AS day
    ),
    compared AS (
        SELECT DISTINCT asked.day - CAST(7 * weeks.back AS INTEGER) AS day
        FROM asked
        CROSS JOIN range(5) AS weeks(back)
    ),
    begun AS (
        SELECT users.team, compared.day, count(DISTINCT shifts.user_id) AS rostered
        FROM compared
        INNER JOIN shifts
            ON
                shifts.starts_at >= CAST(compared.day AS TIMESTAMP) - to_days(1)
                AND shifts.starts_at < CAST(compared.day AS TIMESTAMP) + to_days(2)
                AND local_day(shifts.starts_at, zone) = compared.day
        INNER JOIN users ON users.user_id = shifts.user_id
        WHERE is_rostered(shifts.kind) AND (of_team IS NULL OR users.team = of_team)
        GROUP BY users.team, compared.day
    ),
    past AS (
        SELECT
            begun.team,
            asked.day,
            count(*) AS weeks,
            (max(begun.day) - min(begun.day)) // 7 + 1 AS of_weeks,
            min(begun.rostered) AS fewest,
            median(begun.rostered) AS usual
        FROM asked
        INNER JOIN begun
            ON begun.day < asked.day AND begun.day >= asked.day - 28 AND (asked.day - begun.day) % 7 = 0
        WHERE begun.team IS NOT NULL
        GROUP BY begun.team, asked.day
    )
    SELECT past.team, past.day, past.usual
    FROM past
    ANTI JOIN begun ON begun.team = past.team AND begun.day = past.day
    WHERE past.weeks = past.of_weeks AND past.weeks > 1 AND past.fewest > 1 AND past.usual >= 4;

-- minus the logarithm of Chernoff's bound (1952) on such a share of `tries`, where `usual` (below 1) is the chance of each
CREATE MACRO binomial_surprise(tries, share, usual) AS
    tries * (
        CASE WHEN share > 0 THEN share * ln(share / usual) ELSE 0 END
        + CASE WHEN share < 1 THEN (1 - share) * ln((1 - share) / (1 - usual)) ELSE 0 END
    );

-- a probability from log-odds
CREATE MACRO from_log_odds(log_odds) AS
    1.0 / (1.0 + exp(-log_odds));

-- a part of an id, or none, in a spelling without chr(31) that no other part has; an ordinary text is its own
CREATE MACRO id_part(value) AS
    coalesce(replace(replace(value, chr(27), chr(27) || 'e'), chr(31), chr(27) || 'u'), chr(27) || 'n');

-- a short id that is the same wherever the same parts are hashed, and only there: chr(31) keeps the parts apart
CREATE MACRO stable_id(prefix, parts) AS
    prefix || '-' || substr(sha256(array_to_string(list_transform(parts, lambda part: id_part(part)), chr(31))), 1, 16);

-- null when there is nothing to count
CREATE MACRO ratio(part, whole) AS
    part / nullif(whole, 0)::DOUBLE;
