"""Every rule and explanation does what its readable cases say, and a case that is wrong says so in words."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parent / "cases"


def test_case(case: Any, case_faults: Callable[[Any], list[str]]) -> None:
    found = case_faults(case)
    if found:
        pytest.fail(f"{case} ({case.kind})\n" + "\n".join(found), pytrace=False)


@pytest.fixture
def next_door(read_cases: Callable[[Path], list[Any]]) -> Any:
    """The case of the man next door."""
    return read_cases(CASES / "rules" / "neighbour.toml")[0]


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ([], "expected: neighbour says nothing\n  found: neighbour 0.5625"),
        (
            [{"lookup": "1", "at_least": 0.9}],
            "expected: neighbour asks, score at least 0.9\n  found: neighbour 0.5625",
        ),
        (
            [{"lookup": "1", "at_most": 0.1}],
            "expected: neighbour asks, score at most 0.1\n  found: neighbour 0.5625",
        ),
    ],
)
def test_a_wrong_case_says_in_words_what_was_expected_and_what_was_found(
    next_door: Any, case_faults: Callable[[Any], list[str]], expect: list[dict[str, Any]], words: str
) -> None:
    faults = case_faults(dataclasses.replace(next_door, expect=expect))
    assert faults == [f"lookup '1': eva looks up 'neighbour' at 2026-03-10 10:00:00\n  {words}"]


def test_a_case_must_speak_of_its_own_lookups(
    next_door: Any, case_faults: Callable[[Any], list[str]]
) -> None:
    with pytest.raises(ValueError, match="lookups that are not there"):
        case_faults(dataclasses.replace(next_door, expect=[{"lookup": "404"}]))


def test_a_case_cannot_redefine_the_base_world(
    next_door: Any, case_faults: Callable[[Any], list[str]]
) -> None:
    tables = {**next_door.tables, "users": [{"user_id": "eva"}]}
    with pytest.raises(ValueError, match="users that base"):
        case_faults(dataclasses.replace(next_door, tables=tables))


def test_a_case_must_give_what_its_rule_needs_to_run(
    read_cases: Callable[[Path], list[Any]], case_faults: Callable[[Any], list[str]]
) -> None:
    case = read_cases(CASES / "rules" / "vehicle_at_door.toml")[0]
    lookups = [{**lookup, "channel": None} for lookup in case.tables["lookups"]]
    with pytest.raises(ValueError, match="shows nothing, because it was skipped: vehicle_at_door: needs"):
        case_faults(dataclasses.replace(case, tables={"lookups": lookups}, expect=[]))
