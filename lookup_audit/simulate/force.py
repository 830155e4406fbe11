"""The force: units, districts and teams, who serves in them, and where each lives."""

from dataclasses import dataclass

import numpy as np

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.names import towns
from lookup_audit.simulate.population import CHILD, Population
from lookup_audit.simulate.randomness import starts_of
from lookup_audit.simulate.worlds import World

PATROL, DETECTIVE, DESK, FRONT, STAFF = range(5)
_UNITS = (
    "Eenheid Midden-Rivierland", "Eenheid Noord-Hollandse Kust", "Eenheid Oosterdelta", "Eenheid Zuiderwaard",
    "Eenheid Westland-Haaglanden", "Eenheid Noorderpolder", "Eenheid Brabantse Wal", "Eenheid Limburgse Maas",
    "Eenheid IJsselstreek", "Eenheid Hoofdstad", "Landelijke Eenheid",
)  # fmt: skip
_FUNCTIONS = (
    (("noodhulp", 0.68), ("wijkagent", 0.32)),
    (("recherche", 1.0),),
    (("RTIC", 1.0),),
    (("front office", 0.5), ("intake", 0.5)),
    (("staf", 1.0),),
)
_TEAM_TITLES = ("Basisteam", "Districtsrecherche", "RTIC", "Intake & Service", "Staf")


@dataclass(frozen=True)
class Teams:
    """One entry for each team; `area` is the area a patrol team polices, else -1."""

    name: list[str]
    duty: Array
    district: Array
    unit: Array
    area: Array
    size: Array


@dataclass(frozen=True)
class Layout:
    """The teams on the map: `centres` is (areas, 2), the lat and lon of the middle of each area."""

    teams: Teams
    districts: list[str]
    area_district: Array
    centres: Array


@dataclass(frozen=True)
class Force:
    """The users in order of team; `person` is who each is, `team_start` where each team begins."""

    teams: Teams
    districts: list[str]
    area_district: Array
    area_unit: Array
    team: Array
    duty: Array
    function: Array
    person: Array
    hours: Array
    hired: Array
    left: Array
    team_start: Array

    @property
    def users(self) -> int:
        """How many users."""
        return len(self.team)

    def unit_of(self, user: Array) -> Array:
        """The unit of each user."""
        unit: Array = self.teams.unit[self.team[user]]
        return unit

    def colleague(self, rng: np.random.Generator, user: Array) -> Array:
        """Another user of the same team; the user where there is none."""
        begin = self.team_start[self.team[user]]
        size = self.team_start[self.team[user] + 1] - begin
        step = 1 + np.floor(rng.random(len(user)) * np.maximum(size - 1, 1)).astype(np.int64)
        other: Array = begin + (user - begin + step) % size
        return other


def plan_teams(rng: np.random.Generator, world: World, users: int) -> Layout:
    """Teams for so many users, and where each area and district lies."""
    size = sum(world.team_size) / 2
    wanted = np.array(world.function_shares) * users
    fields = max(round(wanted[PATROL] / size), 1)
    units = min(world.units, fields)
    districts = max(units, round(fields / 6), min(2, fields))
    area_district = np.sort(np.arange(fields) % districts)
    district_unit = np.sort(np.arange(districts) % units)
    names = towns(rng, fields + districts)
    duty, district, area, sizes, titles = [], [], [], [], []

    def add(kind: int, where: int, place: int, people: int, title: str) -> None:
        """One team more."""
        duty.append(kind)
        district.append(where)
        area.append(place)
        sizes.append(people)
        titles.append(f"{_TEAM_TITLES[kind]} {title}")

    for place, people in enumerate(_split(rng, int(wanted[PATROL]), fields)):
        add(PATROL, int(area_district[place]), place, people, names[place])
    for kind in (DETECTIVE, DESK, FRONT, STAFF):
        people = max(round(wanted[kind]), 2)
        many = max(1, round(people / (size if kind == DETECTIVE else size * 1.2)))
        for number, part in enumerate(_split(rng, people, many)):
            where = number * districts // many
            same = sum(1 for one, other in zip(duty, district, strict=True) if (one, other) == (kind, where))
            suffix = f" {same + 1}" if many > districts else ""
            add(kind, where, -1, part, names[fields + where] + suffix)
    sizes[0] += users - sum(sizes)
    where_at = np.array(district)
    return Layout(
        teams=Teams(
            titles, np.array(duty), where_at, district_unit[where_at], np.array(area), np.array(sizes)
        ),
        districts=[f"District {name}" for name in names[fields:]],
        area_district=area_district,
        centres=_centres(rng, area_district, district_unit),
    )


def unit_name(unit: int) -> str:
    """The name of a unit."""
    return _UNITS[unit % len(_UNITS)]


def build_force(
    rng: np.random.Generator, world: World, layout: Layout, people: Population, days: int
) -> Force:
    """The users of the teams, each a person of the population; a share lives in the area they police."""
    teams = layout.teams
    team = np.repeat(np.arange(len(teams.size)), teams.size)
    size = len(team)
    duty = teams.duty[team]
    chance = rng.random(size)
    share = np.array([choice[0][1] for choice in _FUNCTIONS])[duty]
    usual, other = (np.array([choice[at][0] for choice in _FUNCTIONS])[duty] for at in (0, -1))
    area_unit = np.array([teams.unit[at] for at in np.flatnonzero(teams.area >= 0)])
    wanted = _home_areas(rng, world, teams, team, area_unit)
    hired = -rng.integers(200, 12_000, size)
    hired = np.where(rng.random(size) < 0.02, rng.integers(0, max(days, 1), size), hired)
    left = np.where((rng.random(size) < 0.008) & (hired < 0), rng.integers(0, max(days, 1), size), 10**6)
    return Force(
        teams=teams,
        districts=layout.districts,
        area_district=layout.area_district,
        area_unit=area_unit,
        team=team,
        duty=duty,
        function=np.where(chance < share, usual, other),
        person=_inhabitants(rng, people, wanted),
        hours=rng.choice([40, 36, 32, 24], size, p=[0.35, 0.35, 0.2, 0.1]),
        hired=hired,
        left=left,
        team_start=starts_of(teams.size),
    )


def _split(rng: np.random.Generator, people: int, parts: int) -> list[int]:
    """The people over parts of about the same size."""
    bounds = np.round(np.cumsum(rng.uniform(0.7, 1.3, parts)), 6)
    ends = np.round(bounds / bounds[-1] * people).astype(int)
    return [int(one) for one in np.diff(np.concatenate(([0], ends)))]


def _centres(rng: np.random.Generator, area_district: Array, district_unit: Array) -> Array:
    """A plane of towns: areas 3 to 5 km apart in districts about 15 km apart in units 50 km apart."""
    many = int(district_unit[-1]) + 1
    column = np.arange(many)
    unit_lat = 51.65 + 0.45 * (column // 3) + rng.normal(0, 0.03, many)
    unit_lon = 4.75 + 0.72 * (column % 3) + rng.normal(0, 0.03, many)

    def ring(group: Array, spread: float) -> tuple[Array, Array]:
        """Places around the middle of their group."""
        begin = np.searchsorted(group, group)
        total = np.bincount(group)[group]
        turn = 2 * np.pi * (np.arange(len(group)) - begin) / total + rng.normal(0, 0.15, len(group))
        far = spread * np.sqrt(np.maximum(total, 3) / 5) * rng.uniform(0.6, 1.15, len(group))
        return far * np.sin(turn), far * np.cos(turn) * 1.6

    north, east = ring(district_unit, 0.15)
    district_lat, district_lon = unit_lat[district_unit] + north, unit_lon[district_unit] + east
    north, east = ring(area_district, 0.04)
    return np.column_stack((district_lat[area_district] + north, district_lon[area_district] + east))


def _home_areas(rng: np.random.Generator, world: World, teams: Teams, team: Array, area_unit: Array) -> Array:
    """The area where each user is to live: their own beat, or any in their unit."""
    bounds = np.searchsorted(area_unit, np.arange(int(area_unit[-1]) + 2))
    unit = np.minimum(teams.unit[team], area_unit[-1])
    low, high = bounds[unit], bounds[unit + 1]
    anywhere = low + np.floor(rng.random(len(team)) * (high - low)).astype(np.int64)
    own = teams.area[team]
    return np.where((own >= 0) & (rng.random(len(team)) < world.lives_in_area), own, anywhere)


def _inhabitants(rng: np.random.Generator, people: Population, wanted: Array) -> Array:
    """A different adult for each user, from the wanted area."""
    adults = np.flatnonzero((people.age >= 21) & (people.age < 65) & (people.role != CHILD))
    adults = rng.permutation(adults)
    adults = adults[np.argsort(people.area[people.household[adults]], kind="stable")]
    begin = np.searchsorted(people.area[people.household[adults]], np.arange(wanted.max() + 2))
    order = np.argsort(wanted, kind="stable")
    rank = np.empty(len(wanted), dtype=np.int64)
    rank[order] = np.arange(len(wanted)) - np.searchsorted(wanted[order], wanted[order])
    room = begin[wanted + 1] - begin[wanted]
    taken = begin[wanted] + rank
    spill = np.flatnonzero(rank >= room)
    used = np.zeros(len(adults), dtype=bool)
    used[taken[rank < room]] = True
    free = np.flatnonzero(~used)
    taken[spill] = rng.permutation(free)[: len(spill)]
    chosen: Array = adults[taken]
    return chosen
