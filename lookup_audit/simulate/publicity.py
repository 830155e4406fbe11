"""Who is in the news, when, and what draws the curious: celebrities, suspects, rumours."""

from dataclasses import dataclass

import numpy as np

from lookup_audit.simulate.clock import DAY, HOUR, Array
from lookup_audit.simulate.force import PATROL, Force
from lookup_audit.simulate.ground import Ground
from lookup_audit.simulate.population import CHILD, Population
from lookup_audit.simulate.randomness import starts_of

_OUTLETS = (
    "De Dagkrant",
    "Nieuws van de Streek",
    "Omroep Rivierland",
    "Showbode",
    "Landelijk Journaal",
    "De Ochtend",
)
_FIGURE_HEADLINES = (
    "{name} aangehouden na ruzie", "Politie bij woning van {name}", "{name} betrokken bij ongeval",
    "Aangifte tegen {name}", "{name} slachtoffer van inbraak", "Geruchten over {name} nemen toe",
    "{name} reageert op beschuldiging", "Wat weten we over {name}?",
)  # fmt: skip
_LOCAL_HEADLINES = (
    "Verdachte {name} vast voor schietpartij", "Buurt geschokt na arrestatie van {name}",
    "{name} voor de rechter", "Grote zoekactie naar {name}",
)  # fmt: skip
_SCANDAL = 2.5  # times as prominent as other news
_QUIET_HEADLINES = (
    "{name} wint prijs",
    "Interview met {name}",
    "{name} opent nieuwe zaak",
    "{name} op tournee",
)


@dataclass(frozen=True)
class Publicity:
    """Public figures; events that draw attention; and all news items.

    An event: `at` when it becomes known, `subject` who it is about, `prominence` about 1, `public` a
    celebrity (else a local suspect), `known` whether any item was published, `real` whether a team has
    a case on it, `team` which one, `place` the household where the incident was (-1 none). The event
    at position `scandal` is the one that everyone talks about.
    """

    figures: Array
    at: Array
    subject: Array
    prominence: Array
    public: Array
    known: Array
    real: Array
    team: Array
    place: Array
    scandal: int
    news_at: Array
    news_subject: Array
    headline: list[str]
    outlet: list[str]


def build_publicity(rng: np.random.Generator, ground: Ground) -> Publicity:
    """The public figures and events of the period; quiet news without consequence is among the items."""
    world, clock, people, force = ground.world, ground.clock, ground.people, ground.force
    grown = np.flatnonzero((people.age > 20) & (people.role != CHILD))
    grown = np.setdiff1d(grown, force.person)
    figures = np.sort(rng.choice(grown, int(np.clip(world.figures * force.users, 8, 400)), replace=False))
    logged = clock.days - clock.first
    events = max(round(world.news_a_week * logged / 7), 3)
    public = np.arange(events) % 4 != 3
    subject = np.where(
        public, rng.choice(figures, events, replace=events > len(figures)), rng.choice(grown, events)
    )
    at = clock.begin + np.sort(rng.random(events) * max(logged - 3, 1) * DAY).astype(np.int64)
    at = at // DAY * DAY + (7 * HOUR + rng.random(events) * 13 * HOUR).astype(np.int64)
    detectives = np.flatnonzero(force.teams.duty != PATROL)
    detectives = detectives[force.teams.duty[detectives] == force.teams.duty[detectives].min()]
    scandal = events // 2 if public[events // 2] else events // 2 - 1
    known = (rng.random(events) >= world.news_unknown) | (np.arange(events) == scandal)
    rumoured = rng.random(events) < world.news_rumoured
    lead = np.where(rumoured, 2 * HOUR + rng.random(events) * 20 * HOUR, 0).astype(np.int64)
    real = ~public | (rng.random(events) < world.celebrity_case)
    real[scandal] = True
    drawn = _Items(rng, people)
    for number in np.flatnonzero(known):
        many = 1 + int(rng.poisson(3.0))
        delays = np.concatenate(([0], rng.exponential(20 * HOUR, many - 1))).astype(np.int64)
        texts = _FIGURE_HEADLINES if public[number] else _LOCAL_HEADLINES
        drawn.add(int(at[number] + lead[number]) + delays, int(subject[number]), texts)
    for day in np.flatnonzero(rng.random(logged) < 0.3):
        drawn.add(
            clock.begin + np.array([int(day) * DAY + 10 * HOUR]), int(rng.choice(figures)), _QUIET_HEADLINES
        )
    order = np.argsort(np.array(drawn.at), kind="stable")
    place = np.where(public & (rng.random(events) < 0.5), -1, people.household[subject])
    return Publicity(
        figures=figures,
        at=at,
        subject=subject,
        prominence=np.exp(rng.normal(0, 0.5, events)) * np.where(np.arange(events) == scandal, _SCANDAL, 1),
        public=public,
        known=known,
        real=real,
        team=rng.choice(detectives, events),
        place=place,
        scandal=scandal,
        news_at=np.array(drawn.at)[order],
        news_subject=np.array(drawn.subject)[order],
        headline=[drawn.headline[at] for at in order],
        outlet=[drawn.outlet[at] for at in order],
    )


class _Items:
    """News items as they are written."""

    def __init__(self, rng: np.random.Generator, people: Population) -> None:
        self.rng = rng
        self.given, self.surname = people.given_names(), people.full_surname()
        self.at: list[int] = []
        self.subject: list[int] = []
        self.headline: list[str] = []
        self.outlet: list[str] = []

    def add(self, times: Array, subject: int, texts: tuple[str, ...]) -> None:
        """Items about one person at the times given."""
        name = f"{self.given[subject].as_py()} {self.surname[subject].as_py()}"
        for at in times:
            self.at.append(int(at))
            self.subject.append(subject)
            self.headline.append(str(self.rng.choice(texts)).format(name=name))
            self.outlet.append(str(self.rng.choice(_OUTLETS)))


def surge_users(force: Force, team: int) -> Array:
    """The users of the team that works on an event."""
    bounds = starts_of(force.teams.size)
    return np.arange(bounds[team], bounds[team + 1])
