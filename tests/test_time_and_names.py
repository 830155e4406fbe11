"""Times, distances and names compare as people mean them, whatever the spelling and the clock."""

import csv
import hashlib
import math
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

SHARED = Path(__file__).parents[1].parent / "shared" / "data"
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
Ask = Callable[..., Any]

# Base names that are different people, each in its plain form.
BASES = (
    "Jong", "Jansen", "Janssen", "Vries", "Berg", "Bergh", "Zwaluw", "Zwaluwen", "Otkamp", "Bakker", "Brouwer",
    "Hart", "Heuvel", "Boer", "Boerma", "Vermeer", "Terpstra", "Delden", "Denekamp", "Opstal", "Innemee",
    "Yilmaz", "Yildirim", "Nguyen", "Amrani", "Benali", "Aalbers", "Albers", "Dalen", "Daalen", "Laan", "Lans",
)  # fmt: skip
PREFIXES = (
    "van", "de", "den", "der", "ter", "ten", "te", "van de", "van den", "van der", "van 't", "'t", "in 't", "op de",
    "op den", "aan de", "uit den", "v.d.", "von", "el", "al", "ben", "da", "dos", "del", "la",
)  # fmt: skip
MARKS = {"a": "äáàâ", "e": "ëéèê", "i": "ïíî", "o": "öóô", "u": "üúû", "c": "ç", "n": "ñ"}


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """A function: what the warehouse makes of an expression, whose values are given by name."""
    with Warehouse(None, Settings(threads=1)) as warehouse:
        yield lambda sql, **values: warehouse.value(f"SELECT {sql}", values)


@st.composite
def spellings(draw: st.DrawFn, base: str) -> str:
    """One of the ways in which a register may write a surname."""
    marked = "".join(
        draw(st.sampled_from(MARKS[letter])) if letter in MARKS and draw(st.booleans()) else letter
        for letter in base
    )
    marked = unicodedata.normalize(draw(st.sampled_from(("NFC", "NFD"))), marked)
    prefix = draw(st.sampled_from(("", *PREFIXES)))
    gap = draw(st.sampled_from((" ", "  ", "\t")))
    name = marked
    if prefix:
        comma = draw(st.sampled_from((", ", ",", " , ")))
        name = draw(st.sampled_from((f"{prefix}{gap}{marked}", f"{marked}{comma}{prefix}")))
    name = draw(st.sampled_from(("", " "))) + name + draw(st.sampled_from(("", " ", "\t")))
    return draw(st.sampled_from((name, name.upper(), name.lower(), name.title())))


@st.composite
def pairs_of_spellings(draw: st.DrawFn) -> tuple[str, str, str, str]:
    first, second = draw(st.sampled_from(BASES)), draw(st.sampled_from(BASES))
    return first, draw(spellings(first)), second, draw(spellings(second))


@settings(max_examples=300, deadline=None)
@given(pairs_of_spellings())
def test_a_surname_is_the_same_in_every_spelling_and_never_another(
    ask: Ask, pair: tuple[str, str, str, str]
) -> None:
    first, first_written, second, second_written = pair
    assert ask("surname_key($name)", name=first_written) == first.lower()
    assert (
        ask("surname_key($name)", name=first_written) == ask("surname_key($name)", name=second_written)
    ) == (first == second)


@settings(max_examples=100, deadline=None)
@given(pairs_of_spellings(), st.sampled_from(("-", " - ", "- ", " -", "–", "‐")))
def test_a_double_name_keeps_both_of_its_parts(
    ask: Ask, pair: tuple[str, str, str, str], hyphen: str
) -> None:
    first, first_written, second, second_written = pair
    if "," in first_written + second_written:  # the comma form is of a whole name
        first_written, second_written = first, second
    key = ask("surname_key($name)", name=f"{first_written.strip()}{hyphen}{second_written.strip()}")
    assert key == f"{first.lower()}-{second.lower()}"


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("van der Zwaluw-Ötkamp", "zwaluw-otkamp"),
        ("Zwaluw-Ötkamp, van der", "zwaluw-otkamp"),
        ("ZWALUW - OTKAMP", "zwaluw-otkamp"),
        ("O’Brien", "obrien"),
        ("O'Brien", "obrien"),
        ("IJsselstein", "ijsselstein"),
        ("Nguyễn", "nguyen"),
        ("Şahin", "sahin"),
        ("", None),
        ("   ", None),
        ("?", None),
        (None, None),
    ],
)
def test_known_surnames(ask: Ask, written: str | None, key: str | None) -> None:
    assert ask("surname_key($name)", name=written) == key


@settings(max_examples=200, deadline=None)
@given(
    code=st.from_regex(r"\A[A-Z0-9]{1,8}\Z"),
    between=st.lists(st.sampled_from(("", " ", "-", ".", " - ", "/")), min_size=8, max_size=8),
    lower=st.booleans(),
)
def test_a_plate_or_postcode_is_the_same_with_any_separators(
    ask: Ask, code: str, between: list[str], lower: bool
) -> None:
    written = "".join(sign + letter for sign, letter in zip(between, code, strict=False))
    assert ask("code_key($code)", code=written.lower() if lower else written) == code


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=12))
def test_keys_take_any_text(ask: Ask, text: str) -> None:
    code, name = ask("code_key($text)", text=text), ask("surname_key($text)", text=text)
    assert code is None or code.isalnum()
    assert name is None or set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


@settings(max_examples=100, deadline=None)
@given(
    numbers=st.tuples(st.integers(1000, 9999), st.integers(1, 400)),
    letters=st.from_regex(r"\A[A-Z]{2}\Z"),
    addition=st.sampled_from(("", "A", "bis", "3")),
)
def test_an_address_is_the_same_in_every_spelling(
    ask: Ask, numbers: tuple[int, int], letters: str, addition: str
) -> None:
    digits, house = numbers
    plain = ask("address_key($code, $house)", code=f"{digits}{letters}", house=f"{house}{addition}")
    spaced = ask(
        "address_key($code, $house)",
        code=f"{digits} {letters.lower()} ",
        house=f" {house}-{addition.lower()}",
    )
    other = ask("address_key($code, $house)", code=f"{digits}{letters}", house=f"{house + 1}{addition}")
    assert plain == spaced == f"{digits}{letters} {house}{addition.upper()}"
    assert plain != other


@pytest.mark.parametrize(("postcode", "number"), [(None, "1"), ("1234AB", None), ("1234AB", ""), (" ", "1")])
def test_half_an_address_is_none(ask: Ask, postcode: str | None, number: str | None) -> None:
    assert ask("address_key($code, $house)", code=postcode, house=number) is None


def haversine_m(lat_a: float, lon_a: float, lat_b: float, lon_b: float) -> float:
    """Metres along the great circle on a sphere of 6,371,008.8 m (the mean radius of the IUGG)."""
    a, b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(math.sqrt(half))


DUTCH_POINT = st.tuples(st.floats(50.75, 53.6), st.floats(3.3, 7.3))


@settings(max_examples=300, deadline=None)
@given(DUTCH_POINT, DUTCH_POINT)
def test_distance_in_the_netherlands_is_within_half_a_percent(
    ask: Ask, a: tuple[float, float], b: tuple[float, float]
) -> None:
    distance = ask("distance_m($a, $b, $c, $d)", a=a[0], b=a[1], c=b[0], d=b[1])
    assert distance == pytest.approx(haversine_m(*a, *b), rel=0.005, abs=0.01)
    assert ask("distance_m($a, $b, $c, $d)", a=b[0], b=b[1], c=a[0], d=a[1]) == pytest.approx(distance)


@pytest.mark.parametrize("missing", ["a", "b", "c", "d"])
def test_distance_to_nowhere_is_not_known(ask: Ask, missing: str) -> None:
    values = {"a": 52.0, "b": 5.0, "c": 53.0, "d": 6.0, missing: None}
    assert ask("distance_m($a::DOUBLE, $b::DOUBLE, $c::DOUBLE, $d::DOUBLE)", **values) is None


def test_distances_between_real_postcodes_are_within_half_a_percent(ask: Ask) -> None:
    path = SHARED / "4pp.csv"
    if not path.exists():
        pytest.skip("the Dutch postcodes (4pp.csv) are not in ../shared/data beside this repository")
    with path.open(encoding="utf-8", newline="") as file:
        places = [
            (float(row["latitude"]), float(row["longitude"]))
            for row in csv.DictReader(file)
            if row["latitude"]
        ]
    places = [(lat, lon) for lat, lon in places if 50 < lat < 54 and 3 < lon < 8]
    assert len(places) > 4_000
    for a, b in zip(places[::45], places[7::45], strict=False):
        distance = ask("distance_m($a, $b, $c, $d)", a=a[0], b=a[1], c=b[0], d=b[1])
        assert distance == pytest.approx(haversine_m(*a, *b), rel=0.005, abs=0.01)


def utc(local: datetime) -> datetime:
    return local.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("day", "hours"),
    [((2026, 3, 28), 24), ((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2026, 10, 26), 24)],
)
def test_days_of_clock_changes_have_their_real_length(
    ask: Ask, day: tuple[int, int, int], hours: int
) -> None:
    midnight = datetime(*day, tzinfo=AMSTERDAM)
    seconds = ask("seconds_between($a, $b)", a=utc(midnight), b=utc(midnight + timedelta(days=1)))
    assert seconds == hours * 3600


@settings(max_examples=100, deadline=None)
@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(-(10**9), 10**9))
def test_seconds_between_are_elapsed_seconds(ask: Ask, start: datetime, microseconds: int) -> None:
    end = start + timedelta(microseconds=microseconds)
    assert ask("seconds_between($a, $b)", a=start, b=end) == pytest.approx(microseconds / 1e6, abs=1e-6)


@settings(max_examples=200, deadline=None)
@given(*[st.lists(st.text("ab\x1b\x1fenu", max_size=4) | st.none(), min_size=1, max_size=3)] * 2)
def test_ids_are_the_same_for_the_same_parts_and_for_no_others(ask: Ask, one, other):
    same = ask("stable_id('f', $one) = stable_id('f', $other)", one=one, other=other)
    assert same == (one == other)


def test_the_id_of_ordinary_parts_is_the_hash_of_them_joined(ask: Ask) -> None:
    joined = hashlib.sha256(b"fixation\x1fBVH\x1fL-1").hexdigest()[:16]
    assert ask("stable_id('f', ['fixation', 'BVH', 'L-1'])") == f"f-{joined}"


@pytest.mark.parametrize(
    ("one", "other"), [(["BVH\x1f1", "2"], ["BVH", "1\x1f2"]), (["a", None], ["a"]), (["a\x1bu"], ["a\x1f"])]
)
def test_ids_of_parts_that_hold_the_sign_between_them_differ(ask: Ask, one, other):
    assert ask("stable_id('f', $one) <> stable_id('f', $other)", one=one, other=other)
