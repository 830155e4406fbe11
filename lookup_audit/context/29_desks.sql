-- Users whose function is to look up for others: any part of the function's name is on the configured list.
SELECT DISTINCT users.user_id
FROM users
INNER JOIN (SELECT unnest($desk_functions) AS part) AS desk
    ON contains(plain_text(users.function), plain_text(desk.part))
