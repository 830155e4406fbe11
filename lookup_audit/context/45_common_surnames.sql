-- The share of the Dutch population with a common surname (prefixes aside): Nederlandse Familienamenbank
-- (Meertens Instituut, CBG), counts of 2007 on 16.36 million people, rounded. A small subjects table cannot
-- tell that De Jong is common; this can.
SELECT surname_key, bearers / 16360000.0 AS share
FROM (VALUES
    ('jong', 86500), ('jansen', 75700), ('vries', 73200), ('berg', 60100), ('dijk', 57900), ('bakker', 56900),
    ('janssen', 55400), ('visser', 50900), ('smit', 43500), ('meijer', 41500), ('boer', 39600),
    ('mulder', 37200), ('groot', 37500), ('bos', 36700), ('vos', 31200), ('peters', 31100),
    ('hendriks', 29500), ('leeuwen', 29600), ('dekker', 28800), ('brouwer', 26200), ('wit', 25600),
    ('dijkstra', 24800), ('smits', 24500), ('graaf', 22300), ('meer', 22000), ('linden', 21600),
    ('kok', 21400), ('jacobs', 21000), ('haan', 20900), ('vermeulen', 20800), ('heuvel', 20400),
    ('veen', 20200), ('broek', 20100), ('bruin', 19900), ('bruijn', 19700), ('heijden', 19600),
    ('schouten', 19400), ('beek', 19200), ('willems', 18900), ('vliet', 18700), ('ven', 18600),
    ('hoekstra', 18500), ('maas', 18200), ('verhoeven', 18000), ('koster', 17900), ('dam', 17800),
    ('wal', 17000), ('prins', 16900), ('blom', 16800), ('huisman', 16500), ('peeters', 16400),
    ('kuipers', 16200), ('veenstra', 16000), ('postma', 15500), ('jonge', 15600), ('bosch', 15400),
    ('kramer', 15200), ('veld', 15100), ('wijk', 14900), ('post', 14800), ('kuiper', 14700),
    ('jansens', 14000), ('hermans', 14000), ('evers', 13800), ('koning', 13700), ('scholten', 13600),
    ('martens', 13500), ('hoek', 13300), ('bosman', 13200), ('kempen', 12900), ('molenaar', 12800),
    ('yilmaz', 11000), ('mohamed', 9500), ('ali', 9500), ('nguyen', 6500), ('singh', 6500), ('kaya', 6000),
    ('ahmed', 6000), ('demir', 5500), ('yildiz', 5500), ('chen', 5500), ('sahin', 5400), ('celik', 5300)
) AS counted (surname_key, bearers)
