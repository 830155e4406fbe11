"""Dutch names, plates, and places: common where they are common, rare where they are rare.

`surnames.csv` holds approximate counts of the most common surnames among 16.3 million people, after the
Nederlandse Familienamenbank (counts of 2007); some are rounded. The rest is a long tail without counts.
"""

import csv
import re
from importlib.resources import files

import numpy as np
from faker.providers.person.nl_NL import Provider

from lookup_audit.simulate.clock import Array

PEOPLE = 16_300_000
_TAIL_FLATNESS = 800  # ranks; the first of the tail are then about as common as the last counted ones
_PREFIX = re.compile(r"^((?:van|de|den|der|ter|ten|te|het|da|el|'t|op|in|aan|la)\s+)+", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Z][a-z]{2,}")
_STEMS = (
    "Berk Wolf Oud Zand Elzen Hoek Brand Lin Haver Roos Dorn Heem Ruig Stein Vogel Wester Ooster "
    "Noorder Zuider Kers Appel Beuk Eiken Molen Meul Kerk Kapel Broek Veen Hei Gras Koren Riet Wilgen "
    "Doorn Bloem Rijn Maal Linge Schaap Lam Hazen Reiger Zwaan Valk Kraai Uil Haan Snoek Zalm Otter "
    "Bever Das Vos Ham Schoon Groot Klein Lange Korte Hoge Lage Witte Zwarte Rode Groene Blauwe Gelde "
    "Boeren Burg Graven "
)
_ENDINGS = (
    "veld man stra sma horst kamp inga huis berg beek dijk mans hof weg steeg brink bosch laar donk "
    "rade voort ink link hoven bergen ema huizen mond daal poort meijer bakker haar wold zee schot "
)
_LINKS = ("", "en", "s", "er")
_PREFIXES = ("van ", "de ", "van der ", "van de ", "van den ", "ter ", "op den ", "van 't ", "in 't ")
_TOWN_ENDINGS = "hoven dam wijk oord rode zijl drecht recht holt lo laren ambacht gast geest beemd waal "
_CONSONANTS = np.frombuffer(b"BDFGHJKLNPRSTVXZ", dtype=np.uint8)
_DIGITS = np.frombuffer(b"0123456789", dtype=np.uint8)
_PLATE_FORMS = ("LL-DDD-L", "L-DDD-LL", "DD-LLL-D", "D-LLL-DD", "LLL-DD-L", "DD-LL-LL")
GIVEN_NAMES = (
    tuple(dict.fromkeys(Provider.first_names_male)),
    tuple(dict.fromkeys(Provider.first_names_female)),
)


def surnames(rng: np.random.Generator, tail: int) -> tuple[list[str], Array]:
    """Surnames without repeats, and how many of `PEOPLE` bear each; `tail` names beyond the common ones."""
    with (files("lookup_audit.simulate") / "surnames.csv").open(encoding="utf-8") as lines:
        common = {row["name"]: float(row["count"]) for row in csv.DictReader(lines)}
    rare = [
        name for name in dict.fromkeys(Provider.last_names) if _PLAIN.fullmatch(name) and name not in common
    ]
    stems, endings = _STEMS.split(), _ENDINGS.split()
    plain = [stem + link + ending for link in _LINKS for stem in stems for ending in endings]
    prefixed = [prefix + str(name) for prefix in _PREFIXES for name in rng.choice(plain, 450, replace=False)]
    composed = list(dict.fromkeys(plain + prefixed))
    pool = np.array([*rare, *(name for name in composed if name not in common and name not in rare)])
    chosen = [str(name) for name in rng.permutation(pool)[:tail]]
    ranks = np.arange(1, len(chosen) + 1)
    weights = 1.0 / (ranks + _TAIL_FLATNESS)
    weights *= (PEOPLE - sum(common.values())) / weights.sum()
    return [*common, *chosen], np.concatenate((np.array(list(common.values())), weights))


def registered(name: str) -> str:
    """A surname as a person's own record spells it: 'Van den Berg'."""
    return name[0].upper() + name[1:] if name[0].isalpha() else name


def prefix_last(name: str) -> str:
    """A surname as an index spells it: 'Berg, van den'; without a prefix, unchanged."""
    found = _PREFIX.match(name)
    return name if found is None else f"{name[found.end() :]}, {found.group().strip().lower()}"


def plates(rng: np.random.Generator, size: int) -> Array:
    """Distinct number plates with hyphens, in the forms of Dutch sidecodes; fixed-width text."""
    wanted = size + size // 10 + 50
    signs = np.empty((wanted, 8), dtype=np.uint8)
    form = rng.integers(0, len(_PLATE_FORMS), wanted)
    for number, text in enumerate(_PLATE_FORMS):
        rows = np.flatnonzero(form == number)
        for place, sign in enumerate(text):
            if sign == "-":
                signs[rows, place] = ord("-")
            else:
                source = _CONSONANTS if sign == "L" else _DIGITS
                signs[rows, place] = source[rng.integers(0, len(source), len(rows))]
    distinct = np.unique(signs.view("S8").ravel())
    return rng.permutation(distinct)[:size].astype("U8")


def towns(rng: np.random.Generator, size: int) -> list[str]:
    """Distinct invented place names."""
    names = [stem + ending for stem in _STEMS.split() for ending in _TOWN_ENDINGS.split()]
    order = rng.permutation(len(names))
    return [
        names[order[at % len(names)]] + ("" if at < len(names) else f" {at // len(names) + 1}")
        for at in range(size)
    ]
