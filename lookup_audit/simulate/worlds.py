"""Worlds: the habits of a synthetic police unit, as plain numbers that one can read and change."""

from dataclasses import dataclass, replace
from typing import Literal

from lookup_audit.errors import UsageError
from lookup_audit.simulate.randomness import generator

THEME_MOTIVES = {
    "news_spike": "curiosity",
    "public_figure": "curiosity",
    "high_profile_incident": "curiosity",
    "neighbour": "personal_involvement",
    "family": "personal_involvement",
    "self_lookup": "personal_involvement",
    "colleague": "personal_involvement",
    "vehicle_at_door": "personal_involvement",
    "fixation": "personal_involvement",
    "skewed_interest": "personal_involvement",
    "bulk_extraction": "personal_benefit",
    "probe_subject": "personal_benefit",
    "off_duty": "personal_benefit",
    "out_of_area": "personal_benefit",
    "weak_justification": "personal_benefit",
}
THEMES = tuple(THEME_MOTIVES)


@dataclass(frozen=True)
class World:
    """Habits. Shares are 0 to 1; volumes are means per shift; `misuse_users` is per 90 days."""

    name: str = "regional"
    # the people and the place
    persons_per_user: float = 40.0
    persons_least: int = 5_000
    persons_most: int = 1_200_000
    districts_per_unit: int = 5
    units: int = 1
    lives_in_area: float = 0.25
    # the force
    function_shares: tuple[float, float, float, float, float] = (0.55, 0.22, 0.04, 0.07, 0.12)
    team_size: tuple[int, int] = (12, 26)
    roster: Literal["two shifts", "three shifts"] = "three shifts"
    overtime: float = 0.12
    works_from_home: float = 0.12
    shifts_missing: float = 0.003
    shifts_wrong: float = 0.004
    shifts_late: float = 0.015
    # the work
    incidents: float = 1.15
    per_dispatch: float = 4.0
    reports: float = 2.2
    handovers: float = 0.7
    traffic_checks: float = 1.7
    briefing: float = 0.9
    team_cases: float = 2.0
    detective: float = 19.0
    desk: float = 125.0
    front_office: float = 36.0
    staff: float = 3.0
    case_number_missing: float = 0.40
    case_number_wrong: float = 0.02
    link_late: float = 0.09
    link_never: float = 0.04
    case_handed_over: float = 0.06
    involvement_unregistered: float = 0.06
    text_only: float = 0.035
    long_interest: float = 0.02
    # publicity
    figures: float = 0.03
    news_a_week: float = 1.3
    news_unknown: float = 0.15
    news_rumoured: float = 0.3
    celebrity_case: float = 0.35
    curious: float = 0.009
    # misuse
    misuse_users: float = 0.06
    serial: float = 0.3
    off_duty_share: float = 0.2
    false_case: float = 0.08
    long_series: float = 1.0
    relation_declared: float = 0.4
    theme_weights: tuple[tuple[str, float], ...] = (
        ("neighbour", 0.17),
        ("family", 0.20),
        ("self_lookup", 0.11),
        ("colleague", 0.12),
        ("vehicle_at_door", 0.10),
        ("fixation", 0.12),
        ("skewed_interest", 0.07),
        ("bulk_extraction", 0.08),
        ("off_duty", 0.06),
        ("out_of_area", 0.04),
        ("weak_justification", 0.05),
        ("public_figure", 0.05),
    )
    probes: bool = False
    # prevention; without a theme there is none. `*_at` are shares of the logged period: the day from which on
    session_theme: str = ""
    session_teams: float = 0.5
    session_effect: float = 0.0
    session_at: float = 0.5
    campaign_theme: str = ""
    campaign_at: float = 0.35
    rising_theme: str = ""
    rising_factor: float = 1.0
    rising_at: float = 0.5
    # what is written; empty means every table
    tables: tuple[str, ...] = ()


_REGIONAL = World()

# To test estimators of what prevention achieved, not to look like life: four in ten users misuse their access within
# half a year, and the themes at hand occur five to ten times as often as in a regional unit. Reckoned for 1,000
# users and 26 weeks: some 1,000 deeds, 36% of them about family, so 90 in each of four cells (teams with a
# session and others, before and after), and 36 in the one where the session lowered them. A difference in
# differences of logarithms then has a standard error of about sqrt(3 / 90 + 1 / 36) = 0.25, and 0.3 where two in
# three are found; the effect is log(1 - 0.6) = -0.92. `draw_world` draws weights around these, as in every world.
_MEASURES_WITHOUT = replace(
    _REGIONAL,
    name="measures-without",
    misuse_users=0.3,
    theme_weights=(
        ("family", 0.36),
        ("neighbour", 0.22),
        ("vehicle_at_door", 0.14),
        ("self_lookup", 0.06),
        ("colleague", 0.06),
        ("public_figure", 0.04),
        ("off_duty", 0.03),
        ("out_of_area", 0.03),
        ("weak_justification", 0.03),
        ("fixation", 0.01),
        ("skewed_interest", 0.01),
        ("bulk_extraction", 0.01),
    ),
    session_theme="family",
    campaign_theme="neighbour",
)
WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        _REGIONAL,
        replace(
            _REGIONAL,
            name="lookalikes",
            lives_in_area=0.6,
            link_late=0.2,
            link_never=0.1,
            case_number_missing=0.6,
            involvement_unregistered=0.15,
            shifts_missing=0.01,
            shifts_late=0.04,
            overtime=0.25,
            works_from_home=0.25,
            long_interest=0.06,
            news_a_week=2.5,
            celebrity_case=0.9,
            curious=0.0015,
            misuse_users=0.02,
            off_duty_share=0.05,
            false_case=0.25,
            serial=0.05,
            long_series=0.5,
        ),
        replace(_REGIONAL, name="clean", curious=0.0, misuse_users=0.0),
        replace(
            _REGIONAL, name="sparse", tables=("lookups", "users", "subjects", "news", "shifts", "labels")
        ),
        replace(_REGIONAL, name="national", units=11, news_a_week=4.0, figures=0.004, curious=0.002),
        replace(
            _MEASURES_WITHOUT,
            name="measures",
            session_effect=0.6,
            rising_theme="vehicle_at_door",
            rising_factor=3.0,
        ),
        _MEASURES_WITHOUT,
    )
}


def draw_world(name: str, seed: int) -> World:
    """The named world with some of its habits drawn from the seed: other seeds are other units.

    Raises `UsageError` for a name that is not one of `WORLDS`.
    """
    if name not in WORLDS:
        raise UsageError(f"no world named {name!r}; there are {', '.join(WORLDS)}")
    world = WORLDS[name]
    rng = generator(seed, "world")

    def around(value: float, spread: float) -> float:
        """The value, more or less, within a factor."""
        return round(value * float(rng.uniform(1 - spread, 1 + spread)), 6)

    smallest = int(rng.integers(8, 15))
    return replace(
        world,
        roster="two shifts" if rng.random() < 0.35 else "three shifts",
        team_size=(smallest, int(rng.integers(smallest + 6, 31))),
        incidents=around(world.incidents, 0.15),
        per_dispatch=around(world.per_dispatch, 0.15),
        traffic_checks=around(world.traffic_checks, 0.35),
        briefing=around(world.briefing, 0.5),
        detective=around(world.detective, 0.2),
        desk=around(world.desk, 0.25),
        front_office=around(world.front_office, 0.25),
        case_number_missing=around(world.case_number_missing, 0.4),
        link_late=around(world.link_late, 0.5),
        link_never=around(world.link_never, 0.5),
        overtime=around(world.overtime, 0.4),
        lives_in_area=around(world.lives_in_area, 0.3),
        works_from_home=around(world.works_from_home, 0.5),
        curious=around(world.curious, 0.4),
        misuse_users=around(world.misuse_users, 0.3),
        off_duty_share=around(world.off_duty_share, 0.4),
        theme_weights=tuple((theme, around(weight, 0.4)) for theme, weight in world.theme_weights),
    )
