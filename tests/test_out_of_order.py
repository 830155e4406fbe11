"""The order of delivery does not matter: once all is in, the same is said, whatever came late or was put right."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from benchmarks.out_of_order import FIRST, Outcome, deliver, differences, in_order, orders, split
from lookup_audit.settings import Settings

DAYS = 4


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """A small unit, delivered in every order, with an audit after each delivery."""
    folder = tmp_path_factory.mktemp("unit")
    people, parts = split(folder, users=25, days=DAYS, seed=3)
    assert {part.day for part in parts if part.table == "lookups"} == {
        FIRST.replace(day=FIRST.day + after) for after in range(DAYS)
    }
    every_order = orders(parts, random.Random(3), every=1, most_late=3)
    del every_order["in order"]
    first = [part for part in parts if part.table == "lookups" and part.day == FIRST]
    others = [part for part in parts if part not in first]
    every_order["first lookups last"] = [*in_order(others, every=1), [part.path for part in first]]
    # so small a unit has a model of its user-days all the same
    settings = Settings.model_validate({"threads": 1, "forest": {"trees": 10, "minimum_user_days": 50}})
    return {
        order: deliver(order, people, deliveries, settings, folder)
        for order, deliveries in every_order.items()
    }


def test_a_unit_raises_questions_and_its_late_files_have_days_done_again(
    outcomes: dict[str, Outcome],
) -> None:
    whole = outcomes["all at once"]
    assert whole.again == 0 and whole.audits == DAYS
    assert len(whole.tables["lookup_risk"]) > 20 and len(whole.tables["alerts"]) > 10
    assert {"shifts", "case_subjects", "incidents"} <= set(outcomes["shuffled"].reasons)
    assert outcomes["a third late"].again
    last = outcomes["first lookups last"]
    assert last.reasons["history_changed"] >= DAYS - 1  # nothing else has them done again


@pytest.mark.parametrize("order", ["shuffled", "a third late", "first lookups last"])
def test_the_order_of_delivery_changes_no_risk_no_finding_and_no_alert(
    outcomes: dict[str, Outcome], order: str
) -> None:
    assert differences(outcomes["all at once"], outcomes[order]) == {}


@pytest.mark.parametrize("first", [0, 1])
def test_of_two_answers_that_weigh_the_same_the_same_one_is_taken(
    make_world: Callable[[], Any], first: int
) -> None:
    """Of relations of two kinds to one person, and of news as long before a lookup as after it."""
    world = make_world()
    kinds = ["partner", "ex_partner"]
    moments = ["2026-03-03 10:00", "2026-03-03 14:00"]
    world.insert(
        {
            "users": [{"user_id": "anna", "team": "A"}],
            "subjects": [{"subject_id": "man", "subject_type": "person"}],
            "relations": [
                {"user_id": "anna", "subject_id": "man", "kind": kinds[number]}
                for number in (first, 1 - first)
            ],
            "news": [
                {"news_id": f"n{number}", "published_at": moments[number], "subject_id": "man"}
                for number in (first, 1 - first)
            ],
            "lookups": [
                {
                    "lookup_id": "1",
                    "system": "BVH",
                    "occurred_at": "2026-03-03 12:00",
                    "user_id": "anna",
                    "subject_id": "man",
                }
            ],
        }
    )
    world.audit()
    assert world.warehouse.rows("SELECT relation_kind, hours_since_news FROM lookup_context") == [
        {"relation_kind": "partner", "hours_since_news": 2.0}
    ]
