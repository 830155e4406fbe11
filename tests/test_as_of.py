"""An audit of a day reads nothing that occurred after it, and says the same every time."""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

Row = dict[str, Any]
Tables = dict[str, list[Row]]

DAY = date(2026, 3, 12)
FIRST = datetime(2026, 3, 9)
MIDNIGHT = datetime(2026, 3, 13)  # where the day ends; what is at midnight is of the next day
OUTPUT = (
    "findings",
    "lookup_risk",
    "work_links",
    "alert_episodes",
    "control_sample",
    "user_days",
    "user_subject_days",
    "focus_days",
)


class Unit:
    """A small unit, drawn by lot: people, cars, cases, and what happens in a time span."""

    def __init__(self, seed: int) -> None:
        self.lot = random.Random(seed)
        self.users = [f"user {nr}" for nr in range(12)]
        self.persons = [f"person {nr}" for nr in range(30)]
        self.cars = [f"car of {person}" for person in self.persons]
        self.teams = ("Noord", "Zuid", "Oost")

    def people(self) -> Tables:
        lot = self.lot
        names = ("van der Zwaluw", "de Jong", "Kwikstaart", "Otkamp-Smit", "Smit")
        home = [
            {"postcode": "1234AB", "house_number": str(nr // 2), "lat": 52.2 + nr / 5000} for nr in range(30)
        ]
        return {
            "users": [
                {
                    "user_id": user,
                    "team": self.teams[nr % 3],
                    "function": "meldkamer" if nr == 0 else "noodhulp",
                    "surname": names[nr % 5],
                    "home_postcode": "1234 AB",
                    "home_house_number": str(nr // 2),
                    "home_lat": 52.2 + nr / 5000,
                    "home_lon": 5.1,
                    "own_subject_id": self.persons[nr] if nr < 6 else None,
                }
                for nr, user in enumerate(self.users)
            ],
            "subjects": [
                {
                    "subject_id": person,
                    "subject_type": "person",
                    "surname": lot.choice(names),
                    "lon": 5.1,
                    **home[nr],
                }
                | {"is_public_figure": nr % 10 == 9}
                for nr, person in enumerate(self.persons)
            ]
            + [
                {
                    "subject_id": car,
                    "subject_type": "vehicle",
                    "plate": f"AB-{nr}",
                    "owner_subject_id": person,
                }
                for nr, (car, person) in enumerate(zip(self.cars, self.persons, strict=True))
            ],
            "relations": [
                {
                    "user_id": user,
                    "subject_id": lot.choice(self.persons),
                    "kind": lot.choice(["partner", "friend"]),
                }
                for user in self.users[::3]
            ],
            "cases": [
                {"case_id": f"case {nr}", "opened_at": at(FIRST), "team": lot.choice(self.teams)}
                for nr in range(4)
            ],
            "case_subjects": [
                {
                    "case_id": f"case {nr % 4}",
                    "subject_id": subject,
                    "linked_at": at(FIRST + timedelta(hours=nr * 9)),
                }
                for nr, subject in enumerate(lot.sample(self.persons, 8))
            ],
            "case_members": [
                {"case_id": f"case {nr % 4}", "user_id": user}
                for nr, user in enumerate(lot.sample(self.users, 6))
            ],
        }

    def happenings(self, first: datetime, last: datetime, name: str) -> Tables:
        """Lookups, shifts, news, incidents and dispatches from `first` to before `last`, one at `first` itself."""
        lot, minutes = self.lot, int((last - first).total_seconds() // 60)

        def moment() -> datetime:
            return first + timedelta(minutes=lot.randrange(minutes))

        days = [first + timedelta(days=nr) for nr in range(max(minutes // 1440, 1))]
        incidents = [f"{name} incident {nr}" for nr in range(12)]
        moments = [first, *(moment() for _ in incidents[1:])]
        return {
            "lookups": [
                {
                    "lookup_id": f"{name} {nr}",
                    "system": lot.choice(["BVH", "MEOS"]),
                    "occurred_at": at(moment() if nr else first),
                    "user_id": lot.choice(self.users),
                    "subject_id": lot.choice(self.persons[:12] * 3 + self.persons + self.cars),
                    "action": lot.choice(["view", "print"]),
                    "channel": lot.choice(["desktop", "mobile"]),
                    "lat": 52.2,
                    "lon": 5.1,
                }
                for nr in range(90)
            ],
            "shifts": [
                {
                    "user_id": user,
                    "starts_at": at(start),
                    "ends_at": at(start + timedelta(hours=9)),
                    "kind": kind,
                }
                for day in days
                for user in self.users
                for start in [day + timedelta(hours=lot.choice([0, 7, 15, 22]))]
                for kind in [lot.choice(["duty", "duty", "standby", "leave", "sick", "training"])]
            ],
            "news": [
                {
                    "news_id": f"{name} news {nr}",
                    "published_at": at(moment() if nr else first),
                    "subject_id": subject,
                }
                for nr, subject in enumerate(lot.sample(self.persons[:12], 5))
            ],
            "incidents": [
                {
                    "incident_id": incident,
                    "occurred_at": at(moment),
                    "team": lot.choice(self.teams),
                    "postcode": "1234AB",
                    "house_number": str(lot.randrange(15)),
                    "lat": 52.2,
                    "lon": 5.1,
                }
                for incident, moment in zip(incidents, moments, strict=True)
            ],
            "incident_subjects": [
                {"incident_id": incident, "subject_id": subject}
                for incident, subject in zip(incidents, lot.choices(self.persons, k=12), strict=True)
            ],
            "dispatches": [
                {"incident_id": incident, "user_id": lot.choice(self.users), "dispatched_at": at(moment)}
                for incident, moment in zip(incidents[::2], moments[::2], strict=True)
            ],
        }


def at(moment: datetime) -> str:
    return moment.isoformat(" ")


def join(*all_tables: Tables) -> Tables:
    """The rows of these tables, one after the other."""
    names = {name for tables in all_tables for name in tables}
    return {name: [row for tables in all_tables for row in tables.get(name, [])] for name in sorted(names)}


def said(world: Any, day: date | None = None) -> dict[str, list[Row]]:
    """What the audit said, of one day or of all, in order of every column; wall clocks are not in it."""
    where = {"findings": "audit_date", "lookup_risk": "audit_date", "work_links": "audit_date"}
    where["control_sample"] = "audit_date"
    days = {**where, "user_days": "day", "user_subject_days": "day", "focus_days": "day"}
    return {
        table: world.warehouse.rows(
            f"SELECT * FROM {table}" + (f" WHERE {days[table]} = $day" if day else "") + " ORDER BY ALL",
            {"day": day} if day else {},
        )
        for table in (days if day else OUTPUT)
    }


@pytest.fixture(params=[1, 2])
def unit(request: pytest.FixtureRequest) -> Unit:
    return Unit(request.param)


def later_than(unit: Unit, tables: Tables) -> Tables:
    """What is registered of the next two days; some of it about incidents of before."""
    later = unit.happenings(MIDNIGHT, MIDNIGHT + timedelta(days=2), "later")
    later["dispatches"] += [
        {
            "incident_id": row["incident_id"],
            "user_id": unit.lot.choice(unit.users),
            "dispatched_at": at(MIDNIGHT),
        }
        for row in tables["incidents"][1::2]
    ]
    return later


def test_what_occurred_after_a_day_changes_nothing_of_it(unit: Unit, make_world: Callable[[], Any]) -> None:
    until_midnight = join(unit.people(), unit.happenings(FIRST, MIDNIGHT, "until"))
    later = later_than(unit, until_midnight)
    as_it_was, with_more = make_world(), make_world()
    as_it_was.insert(until_midnight)
    as_it_was.audit()
    expected = said(as_it_was, DAY)
    assert len({row["detector"] for row in expected["findings"]}) >= 5
    assert len({row["explanation"] for row in expected["work_links"]}) >= 3

    with_more.insert(join(until_midnight, later))
    with_more.audit(*[DAY - timedelta(days=back) for back in (3, 2, 1, 0)])
    assert said(with_more, DAY) == expected
    with_more.audit(DAY + timedelta(days=1), DAY + timedelta(days=2))
    assert said(with_more, DAY) == expected
    with_more.audit(DAY)
    assert said(with_more, DAY) == expected


def test_the_same_input_gives_the_same_rows_in_any_order(make_world: Callable[[], Any]) -> None:
    unit = Unit(3)
    tables = join(unit.people(), unit.happenings(FIRST, MIDNIGHT, "until"))
    first, shuffled = make_world(), make_world()
    first.insert(tables)
    first.audit()
    expected = said(first)
    assert expected["findings"] and expected["lookup_risk"] and expected["alert_episodes"]
    first.audit()
    assert said(first) == expected
    shuffled.insert({name: random.Random(7).sample(rows, len(rows)) for name, rows in tables.items()})
    shuffled.audit()
    assert said(shuffled) == expected
