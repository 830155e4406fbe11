"""Rosters: who is on duty when, and what the duty roster says of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lookup_audit.simulate.clock import HOUR, Array, Clock
from lookup_audit.simulate.force import DESK, DETECTIVE, FRONT, PATROL, STAFF, Force
from lookup_audit.simulate.randomness import weighted
from lookup_audit.simulate.worlds import World

DUTY, STANDBY, TRAINING, LEAVE, SICK = range(5)
KIND_NAMES = ("duty", "standby", "training", "leave", "sick")
_OFF, _EARLY, _LATE, _NIGHT, _OFFICE, _AFTERNOON, _LONG_DAY, _LONG_NIGHT = range(8)
_STARTS = np.array([0, 7, 15, 23, 8.5, 12.5, 7, 19]) * HOUR
_ENDS = np.array([0, 15, 23, 31, 17, 21, 19, 31]) * HOUR
_CYCLES = {
    "three shifts": (_EARLY, _EARLY, _LATE, _LATE, _NIGHT, _NIGHT, _OFF, _OFF, _OFF, _OFF),
    "two shifts": (_LONG_DAY, _LONG_DAY, _LONG_NIGHT, _LONG_NIGHT, _OFF, _OFF, _OFF, _OFF),
}
_MONTHLY = {LEAVE: 0.33, SICK: 0.07}  # users who begin leave, or fall ill, in the first half of a month
_KEY = 1 << 34  # seconds fit below it, so that user and time sort as one number


@dataclass(frozen=True)
class Roster:
    """Shifts in order of user and start; `registered` says what the roster system holds of each.

    `registered` is 0 as it was, 1 late, 2 missing, 3 wrong (`wrong_start`, `wrong_end`). `stayed` is
    when the user really stopped: overtime. `duty_*` are positions of the duty shifts alone.
    """

    user: Array
    start: Array
    end: Array
    kind: Array
    stayed: Array
    at_home: Array
    registered: Array
    wrong_start: Array
    duty: Array
    duty_keys: Array
    day_order: Array
    day_bounds: Array

    def on_day(self, day: int) -> Array:
        """The duty shifts that start on a day, as positions, in order of user."""
        return self.day_order[self.day_bounds[day] : self.day_bounds[day + 1]]

    def settle(
        self, rng: np.random.Generator, user: Array, wished: Array, off_duty: float, patience: float = 40.0
    ) -> tuple[Array, Array, Array]:
        """When the users can do what they wished to do at a time: then if on duty, else in the next shift.

        Returns times, whether it happens at all (a next shift within `patience` hours, or off duty after
        all, with the share given), and whether that is off duty, from elsewhere.
        """
        found = np.searchsorted(self.duty_keys, user * _KEY + wished, side="right") - 1
        here = self.duty[np.maximum(found, 0)]
        working = (found >= 0) & (self.user[here] == user) & (wished < self.stayed[here])
        following = self.duty[np.minimum(found + 1, len(self.duty) - 1)]
        soon = (self.user[following] == user) & (self.start[following] - wished < patience * HOUR)
        soon &= self.start[following] >= wished
        inside = rng.random(len(user)) * (self.end[following] - self.start[following])
        later = self.start[following] + inside.astype(np.int64)
        away = ~working & (rng.random(len(user)) < off_duty)
        at = np.where(working | away, wished, later)
        return at, working | away | soon, away


def build_roster(rng: np.random.Generator, world: World, clock: Clock, force: Force) -> Roster:
    """The shifts of all users over the whole period, with leave, illness, training and part-time."""
    states = _states(rng, world, clock, force)
    breaks = [(*_breaks(rng, force, clock, LEAVE), LEAVE), (*_breaks(rng, force, clock, SICK), SICK)]
    for who, first, last, _ in breaks:
        for length in range(int((last - first).max(initial=0))):
            gone = first + length
            inside = (gone < last) & (gone < clock.days)
            states[who[inside], gone[inside]] = _OFF
    user, day = np.nonzero(states)
    code = states[user, day]
    training = rng.random(len(user)) < 0.02
    code = np.where(training, _OFFICE, code)
    start, end = clock.wall(day, _STARTS[code]), clock.wall(day, _ENDS[code])
    plan = np.where(training, TRAINING, DUTY)
    guard = np.flatnonzero(force.duty == DETECTIVE)
    watch_user, watch_day = np.nonzero(rng.random((len(guard), clock.days)) < 0.02)
    watch_start = clock.wall(watch_day, np.full(len(watch_day), 17 * HOUR))
    parts: list[tuple[Array, Array, Array, Any]] = [
        (user, start, end, plan),
        (guard[watch_user], watch_start, watch_start + 15 * HOUR, STANDBY),
    ]
    parts += [
        (one, clock.wall(first, first * 0), clock.wall(last, last * 0), what)
        for one, first, last, what in breaks
    ]
    user, start, end = (np.concatenate([part[at] for part in parts]) for at in range(3))
    kind = np.concatenate([np.broadcast_to(np.asarray(part[3]), len(part[0])) for part in parts])
    return _finish(rng, world, clock, force, (user, start, end, kind))


def _states(rng: np.random.Generator, world: World, clock: Clock, force: Force) -> Array:
    """The shift code of every user and day, (users, days) int8."""
    days = np.arange(clock.days)
    cycle = np.array(_CYCLES[world.roster])
    group = rng.integers(0, len(cycle), force.users)
    round_clock = cycle[(days[None, :] + group[:, None]) % len(cycle)]
    weekday = clock.weekday(days)
    working = np.broadcast_to(weekday < 5, round_clock.shape)
    chance = rng.random(round_clock.shape)
    office = np.where(working, np.where(chance < 0.06, _AFTERNOON, _OFFICE), _OFF)
    counter = np.where(weekday < 6, np.where(chance < 0.4, _AFTERNOON, _OFFICE), _OFF)
    counter = np.where(rng.random(round_clock.shape) < 0.85, counter, _OFF)
    evenings = np.where(working | (chance < 0.15), np.where(chance < 0.3, _LATE, _EARLY), _OFF)
    duty = force.duty[:, None]
    beat = (force.function == "wijkagent")[:, None]
    states: Array = np.select(
        [(duty == PATROL) & ~beat, duty == PATROL, duty == DESK, duty == FRONT, duty == STAFF],
        [round_clock, evenings, round_clock, counter, office],
        office,
    ).astype(np.int8)
    part = np.select([force.hours == 32, force.hours == 24, force.hours == 36], [0.15, 0.36, 0.05], 0.0)
    states[rng.random(states.shape) < part[:, None]] = _OFF
    served = (days[None, :] - clock.first >= force.hired[:, None]) & (
        days[None, :] - clock.first < force.left[:, None]
    )
    states[~served] = _OFF
    return states


def _breaks(rng: np.random.Generator, force: Force, clock: Clock, kind: int) -> tuple[Array, Array, Array]:
    """Leave or illness: user, first day, day after the last; no two of a user overlap."""
    months = clock.days // 30 + 1
    rows, month = np.nonzero(rng.random((force.users, months)) < _MONTHLY[kind])
    first = month * 30 + rng.integers(0, 16, len(rows))
    typical = 1 + rng.geometric(0.35, len(rows)) if kind == SICK else rng.choice([1, 2, 5, 7, 14], len(rows))
    keep = first < clock.days
    return rows[keep], first[keep], (first + np.minimum(typical, 14))[keep]


def _finish(
    rng: np.random.Generator,
    world: World,
    clock: Clock,
    force: Force,
    rows: tuple[Array, Array, Array, Array],
) -> Roster:
    """The shifts in order, with overtime and with what the roster system got wrong."""
    user, start, end, kind = rows
    order = np.lexsort((kind, start, user))
    user, start, end, kind = user[order], start[order], end[order], kind[order]
    size = len(user)
    late = rng.random(size) < world.overtime
    more = np.minimum(rng.exponential(0.9 * HOUR, size), 4 * HOUR).astype(np.int64)
    planned = kind == DUTY
    shares = np.array([world.shifts_late, world.shifts_missing, world.shifts_wrong])
    slip = weighted(rng, np.concatenate(([1 - shares.sum()], shares)), size)
    shift = rng.choice([-8, -4, 4, 8, 24], size) * HOUR
    office = np.isin(force.duty[user], (DETECTIVE, STAFF)) & planned
    duty = np.flatnonzero(planned)
    day = clock.day_of(start[duty])
    by_day = np.argsort(day, kind="stable")
    return Roster(
        user=user,
        start=start,
        end=end,
        kind=kind,
        stayed=np.where(planned & late, end + more, end),
        at_home=office & (rng.random(size) < world.works_from_home),
        registered=np.where(planned, slip, np.where(slip == 3, 0, slip)),
        wrong_start=start + shift,
        duty=duty,
        duty_keys=user[duty] * _KEY + start[duty],
        day_order=duty[by_day],
        day_bounds=np.searchsorted(day[by_day], np.arange(clock.days + 1)),
    )
