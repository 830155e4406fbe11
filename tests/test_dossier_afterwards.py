"""What explains or softens a lookup though it was found only later: each case as a lawyer would read it.

Eva of team Noord looks up Piet on Tuesday 10 March 2026 at 14:00, and a question is raised.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from lookup_audit.reporting.dossier.afterwards import Fact, nameless, read_afterwards
from lookup_audit.reporting.dossier.afterwards_words import may_soften, say
from lookup_audit.reporting.dossier.behind import read_behind
from lookup_audit.reporting.dossier.labels import Labels, prose_by_detector, prose_by_explanation
from lookup_audit.reporting.dossier.network import read_network
from lookup_audit.reporting.dossier.numbers import Period, read_alerts, read_lookups
from lookup_audit.reporting.dossier.unknown import read_unknown
from lookup_audit.reporting.dossier.unknown_words import say_gap, together
from lookup_audit.reporting.language import words_of
from lookup_audit.settings import Language
from tests.conftest import World

PERIOD = Period(date(2026, 3, 1), date(2026, 3, 31))
PIET_IN_CASE = {"case_id": "C-1", "subject_id": "piet"}
EVA_ON_CASE = {"case_id": "C-1", "user_id": "eva"}
CASE = {"case_id": "C-1", "kind": "woninginbraak"}


@pytest.fixture
def world(make_world: Callable[[], World]) -> World:
    """Eva's lookup of Piet, with a question; Bram is of her team, and Piet has a car and a wife."""
    world = make_world()
    world.insert(
        {
            "users": [{"user_id": name, "team": "Noord", "function": "noodhulp"} for name in ("eva", "bram")],
            "subjects": [
                {"subject_id": "piet", "subject_type": "person", "postcode": "9711AA", "house_number": "12"},
                {"subject_id": "petra", "subject_type": "person", "postcode": "9711AA", "house_number": "12"},
                {"subject_id": "car", "subject_type": "vehicle", "owner_subject_id": "piet"},
                {"subject_id": "stranger", "subject_type": "person"},
            ],
        }
    )
    look_up(world, "L1", "2026-03-10 14:00")
    return world


def look_up(
    world: World, name: str, at: str, user: str = "eva", subject: str = "piet", asked: bool = True
) -> None:
    world.insert(
        {
            "lookups": [
                {
                    "lookup_id": name,
                    "system": "BVH",
                    "occurred_at": at,
                    "user_id": user,
                    "subject_id": subject,
                }
            ]
        }
    )
    if asked:
        world.warehouse.run(
            "INSERT INTO findings SELECT 'f-' || lookup_id, 'r', local_date, 'off_duty', NULL, system, lookup_id, "
            'user_id, subject_id, occurred_at, 0.5, \'{"duty_state": "unknown"}\' FROM lookups '
            "WHERE lookup_id = $name",
            {"name": name},
        )
        world.warehouse.run(
            "INSERT INTO lookup_risk SELECT system, lookup_id, occurred_at, user_id, subject_id, 0.4, 'curiosity', "
            "['off_duty'], [], NULL, '[]', 'x', local_date FROM lookups WHERE lookup_id = $name",
            {"name": name},
        )


def facts(world: World, kind: str | None = None) -> list[Fact]:
    lookups = read_lookups(world.warehouse, "eva", PERIOD)
    found = read_afterwards(world.warehouse, "eva", PERIOD, lookups)
    return [fact for fact in found if kind is None or fact.kind == kind]


def said(world: World, fact: Fact, language: Language = "en") -> str:
    lookups = read_lookups(world.warehouse, "eva", PERIOD)
    labels = Labels(words_of(language), prose_by_detector(), prose_by_explanation())
    return say(fact, {(one.system, one.lookup_id): one for one in lookups}, labels)


def test_without_anything_registered_nothing_is_found(world: World) -> None:
    assert facts(world) == []


def test_a_subject_put_on_eva_s_case_ten_days_later_beyond_the_grace(world: World) -> None:
    world.insert(
        {"cases": [CASE], "case_members": [EVA_ON_CASE],
         "case_subjects": [{**PIET_IN_CASE, "linked_at": "2026-03-20 14:00"}]}
    )  # fmt: skip
    (fact,) = facts(world)
    assert (fact.kind, fact.counted, fact.lookups) == ("later_case", False, (("BVH", "L1"),))
    assert may_soften(fact)
    sentence = said(world, fact)
    assert "C-1 (woninginbraak)" in sentence
    assert "the subject was registered in it on 20 Mar 2026, 14:00; the user works on it." in sentence
    assert "So it explains from 20 Mar 2026, 14:00 on, 10 days after the lookup." in sentence
    assert "10 dagen na de bevraging" in said(world, fact, "nl")


def test_for_how_long_a_closed_case_explains_is_as_configured(world: World) -> None:
    world.insert(
        {"cases": [{**CASE, "closed_at": "2026-02-28 14:00"}], "case_members": [EVA_ON_CASE],
         "case_subjects": [PIET_IN_CASE]}
    )  # fmt: skip
    (ended,) = facts(world)
    assert (ended.kind, str(ended.until)[:10]) == ("ended_case", "2026-03-07")
    rules = {"own_case": {"wrap_up_days": 30}}
    world.warehouse.settings = world.warehouse.settings.model_copy(update={"rules": rules})
    (missed,) = facts(world)
    assert missed.kind == "missed_case"


def test_eva_joins_a_case_later_and_a_case_moves_to_her_team_later(world: World) -> None:
    world.insert(
        {
            "cases": [CASE, {"case_id": "C-2"}],
            "case_subjects": [PIET_IN_CASE, {**PIET_IN_CASE, "case_id": "C-2"}],
        }
    )
    world.insert(
        {"case_members": [{**EVA_ON_CASE, "valid_from": "2026-03-12 14:00"},
                          {"case_id": "C-2", "team": "Noord", "valid_from": "2026-03-15 09:00"}]}
    )  # fmt: skip
    joined, moved = sorted(facts(world), key=lambda fact: str(fact.about))
    assert "the user was put on it on 12 Mar 2026, 14:00" in said(world, joined)
    assert "it came to the user's team on 15 Mar 2026, 09:00" in said(world, moved)


def test_within_the_grace_and_softening_already_it_is_said_that_the_risk_holds_it(world: World) -> None:
    world.insert(
        {"cases": [CASE], "case_members": [EVA_ON_CASE],
         "case_subjects": [{**PIET_IN_CASE, "linked_at": "2026-03-11 14:00"}]}
    )  # fmt: skip
    world.warehouse.run("INSERT INTO work_links VALUES ('BVH', 'L1', 'own_case', 0.4, DATE '2026-03-10')")
    (fact,) = facts(world)
    assert fact.counted
    assert "the risk already holds it" in said(world, fact)


def test_a_case_that_held_at_the_time_but_came_in_after_the_audit_was_missed(world: World) -> None:
    world.insert({"cases": [CASE], "case_members": [EVA_ON_CASE], "case_subjects": [PIET_IN_CASE]})
    (fact,) = facts(world)
    assert fact.kind == "missed_case"
    assert "the audit had not read it" in said(world, fact)
    world.warehouse.run("INSERT INTO work_links VALUES ('BVH', 'L1', 'own_case', 1.0, DATE '2026-03-10')")
    assert facts(world) == []  # it stands under the work links


def test_a_case_on_which_eva_no_longer_worked_is_told_of_with_its_end(world: World) -> None:
    world.insert(
        {"cases": [CASE], "case_subjects": [PIET_IN_CASE],
         "case_members": [{**EVA_ON_CASE, "valid_until": "2026-03-01 14:00"}]}
    )  # fmt: skip
    (fact,) = facts(world)
    assert "It explained until 1 Mar 2026, 14:00, 9 days before the lookup." in said(world, fact)


def test_a_case_of_piet_s_wife_reaches_piet_and_one_of_a_stranger_or_of_others_does_not(world: World) -> None:
    world.insert({"cases": [CASE], "case_members": [EVA_ON_CASE]})
    world.insert(
        {"case_subjects": [{"case_id": "C-1", "subject_id": "stranger", "linked_at": "2026-03-12 10:00"}]}
    )
    assert facts(world) == []
    world.insert(
        {"case_subjects": [{"case_id": "C-1", "subject_id": "petra", "linked_at": "2026-03-12 10:00"}]}
    )
    (fact,) = facts(world)
    assert fact.via == "household" and "same household" in said(world, fact)
    world.warehouse.run("UPDATE case_members SET user_id = 'carla'")
    assert facts(world) == []


def test_a_case_registered_more_than_a_quarter_later_is_another_matter(world: World) -> None:
    world.insert(
        {"cases": [CASE], "case_members": [EVA_ON_CASE],
         "case_subjects": [{**PIET_IN_CASE, "linked_at": "2026-06-20 14:00"}]}
    )  # fmt: skip
    assert facts(world) == []


@pytest.mark.parametrize(
    ("at", "kind"),
    [
        ("2026-03-13 14:00", "later_incident"),
        ("2026-03-10 12:00", "missed_incident"),
        ("2026-03-01 12:00", "earlier_incident"),
    ],
)
def test_an_incident_with_piet_to_which_eva_was_sent(world: World, at: str, kind: str) -> None:
    world.insert(
        {"incidents": [{"incident_id": "I-1", "occurred_at": at, "kind": "burenruzie"}],
         "incident_subjects": [{"incident_id": "I-1", "subject_id": "piet"}],
         "dispatches": [{"incident_id": "I-1", "user_id": "eva", "dispatched_at": at}]}
    )  # fmt: skip
    (fact,) = facts(world)
    assert (fact.kind, fact.tie, fact.via) == (kind, "user", "itself")
    assert "the user was sent to incident I-1 (burenruzie): the subject was involved." in said(world, fact)


def test_an_incident_at_piet_s_address_of_eva_s_team_and_one_of_another_team(world: World) -> None:
    here = {"occurred_at": "2026-03-13 14:00", "postcode": "9711 aa", "house_number": "12"}
    world.insert(
        {
            "incidents": [
                {**here, "incident_id": "I-1", "team": "Noord"},
                {**here, "incident_id": "I-2", "team": "Zuid"},
            ]
        }
    )
    (fact,) = facts(world)
    assert (fact.about, fact.tie, fact.via) == ("I-1", "team", "address")
    assert "3 days after the lookup, the team of the user had incident I-1" in said(world, fact)


def test_a_colleague_s_work_link_two_days_before_is_a_possible_handover_and_names_nobody(
    world: World,
) -> None:
    look_up(world, "B1", "2026-03-08 10:00", user="bram", subject="car", asked=False)
    assert facts(world, "handover") == []
    world.warehouse.run("INSERT INTO work_links VALUES ('BVH', 'B1', 'dispatch', 1.0, DATE '2026-03-08')")
    (fact,) = facts(world, "handover")
    assert (fact.users, fact.days) == (1, (date(2026, 3, 8),))
    assert "1 colleague of the same team" in said(world, fact) and "bram" not in said(world, fact)
    world.warehouse.run("UPDATE users SET team = 'Zuid' WHERE user_id = 'bram'")
    assert facts(world, "handover") == []


def test_a_roster_that_came_in_after_the_audit_of_the_day(world: World) -> None:
    world.insert(
        {"shifts": [{"user_id": "eva", "starts_at": "2026-03-10 07:00", "ends_at": "2026-03-10 15:30"}]},
        file="late",
    )
    world.warehouse.run(
        "INSERT INTO runs VALUES ('r', DATE '2026-03-10', '2026-03-11 01:00', '2026-03-11 01:05', 'done', 'c', 'v', "
        "1, 0, 1, 0, 1, [])"
    )
    world.warehouse.run(
        "INSERT INTO input_files VALUES ('late', 'shifts-late.csv', 'shifts', '2026-03-14 08:00', 1, 1, 0, 0, '{}')"
    )
    (late,) = facts(world, "late_roster")
    assert "was delivered after the audit of that day, on 14 Mar 2026, 09:00" in said(world, late)
    (differs,) = facts(world, "roster_differs")
    assert "the roster said: roster not known. As it is registered now, it says: on duty." in said(
        world, differs
    )
    assert may_soften(differs)


def test_others_who_looked_the_same_person_up_are_counted_and_named_neither_as_work_nor_as_curiosity(
    world: World,
) -> None:
    world.warehouse.run(
        "INSERT INTO numbers SELECT 900 + nr, text "
        "FROM (VALUES (1, 'bram'), (2, 'carla'), (3, 'piet')) AS named (nr, text) "
        "WHERE text NOT IN (SELECT text FROM numbers)"
    )
    world.warehouse.run(
        "INSERT INTO numbered_user_subject_days "
        "SELECT users.nr, piet.nr, piet.nr, DATE '2026-03-10', looked.lookups, looked.unlinked "
        "FROM (VALUES ('bram', 2, 0), ('carla', 1, 1)) AS looked (who, lookups, unlinked) "
        "INNER JOIN numbers AS users ON users.text = looked.who "
        "INNER JOIN numbers AS piet ON piet.text = 'piet'"
    )
    (team,) = facts(world, "team_matter")
    (day,) = facts(world, "same_day")
    assert (team.users, team.linked) == (1, 1) and (day.users, day.linked, day.peers) == (2, 1, 1)
    assert "shared work, or shared curiosity" in said(world, team)
    assert not may_soften(team) and not may_soften(day)


def test_two_lookups_with_the_same_fact_have_one_sentence_from_the_shortest_to_the_longest_gap(
    world: World,
) -> None:
    look_up(world, "L2", "2026-03-14 14:00")
    world.insert(
        {"cases": [CASE], "case_members": [EVA_ON_CASE],
         "case_subjects": [{**PIET_IN_CASE, "linked_at": "2026-03-20 14:00"}]}
    )  # fmt: skip
    (fact,) = facts(world)
    assert fact.lookups == (("BVH", "L1"), ("BVH", "L2"))
    assert "6 to 10 days after these lookups" in said(world, fact)
    assert "C-1" not in said(world, nameless(fact)) and "woninginbraak" not in said(world, nameless(fact))


def test_gaps_are_said_as_plainly_as_questions(world: World) -> None:
    lookups = read_lookups(world.warehouse, "eva", PERIOD)
    alerts = read_alerts(world.warehouse, "eva", lookups)
    (gaps,) = read_unknown(world.warehouse, PERIOD, alerts)
    by_kind: dict[str, Any] = {gap.kind: gap for gap in gaps}
    assert set(by_kind) == {
        "roster", "nothing_said", "not_justified", "channel", "workstation", "not_audited", "not_loaded",
    }  # fmt: skip
    labels = Labels(words_of("en"), prose_by_detector(), prose_by_explanation())
    sentence = say_gap(by_kind["roster"], 1, labels)
    assert sentence == "Roster not known for 1 of 1 lookups: whether they were made off duty cannot be said."
    world.warehouse.run("INSERT INTO reason_days VALUES ('BVH', 'noodhulp', NULL, DATE '2026-03-10', 500)")
    (again,) = read_unknown(world.warehouse, PERIOD, alerts)
    (never,) = (gap for gap in again if gap.kind == "never_justified")
    assert "says nothing about the officer" in say_gap(never, 1, labels)
    assert next(gap for gap in together([*gaps, *gaps]) if gap.kind == "roster").count == 2


def test_behind_a_lookup_stand_the_dispatch_of_that_moment_and_the_incident_with_the_subject(
    world: World,
) -> None:
    world.insert(
        {"incidents": [{"incident_id": name, "occurred_at": "2026-03-10 13:30"} for name in ("I-1", "I-2")],
         "incident_subjects": [{"incident_id": "I-1", "subject_id": "car"}],
         "dispatches": [{"incident_id": name, "user_id": "eva", "dispatched_at": "2026-03-10 13:40",
                         "cleared_at": "2026-03-10 14:30"} for name in ("I-1", "I-2")]}
    )  # fmt: skip
    alerts = read_alerts(world.warehouse, "eva", read_lookups(world.warehouse, "eva", PERIOD))
    behind = read_behind(world.warehouse, "eva", PERIOD, alerts)
    assert {(one.incident_id, one.via) for one in behind.incidents[0]} == {
        ("I-1", "owned"),
        ("I-2", "elsewhere"),
    }
    assert [stretch.label for stretch in behind.dispatches] == ["I-1", "I-2"]


def test_a_man_his_wife_and_his_car_are_one_group_and_a_stranger_stands_alone(world: World) -> None:
    look_up(world, "L2", "2026-03-12 09:00", subject="car")
    look_up(world, "L3", "2026-03-13 09:00", subject="stranger")
    network = read_network(world.warehouse, read_lookups(world.warehouse, "eva", PERIOD))
    (group,) = network.groups
    assert [member.subject_id for member in group.members] == ["car", "piet"]
    assert group.ties == ("owner",) and (group.lookups, group.questions, network.alone) == (2, 2, 1)
    look_up(world, "L4", "2026-03-14 09:00", subject="petra")
    (group,) = read_network(world.warehouse, read_lookups(world.warehouse, "eva", PERIOD)).groups
    assert len(group.members) == 3 and group.ties == ("household", "owner")
