"""Misuse as it is planned: lookups in the guise of ordinary work, at times when the user can make them."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lookup_audit.simulate.clock import HOUR, Array
from lookup_audit.simulate.force import DESK, DETECTIVE, FRONT, PATROL
from lookup_audit.simulate.incidents import Planned
from lookup_audit.simulate.lookups import (
    BRIEFING,
    CASE,
    DESKWORK,
    INCIDENT,
    INTAKE,
    OVERVIEW,
    REPORT,
    Batch,
    batch,
)
from lookup_audit.simulate.roster import LEAVE, SICK
from lookup_audit.simulate.unit import Unit
from lookup_audit.simulate.worlds import THEMES


@dataclass
class Deeds:
    """Misuse as it is planned: the lookups, and the incidents that happen to provoke some of them."""

    unit: Unit
    rng: np.random.Generator
    lookups: list[Batch] = field(default_factory=list)
    planned: list[Planned] = field(default_factory=list)

    def add(self, theme: str, user: int, subject: Array | int, wished: Array, **how: Any) -> None:
        """Lookups at the wished times or in the next shift, in the guise of the user's ordinary work.

        `off` is the share done off duty if the time falls there (1.0 insists), `patience` the hours
        until a next shift in which it is still done; other options are columns of a lookup.
        """
        unit, rng = self.unit, self.rng
        off = how.pop("off", unit.world.off_duty_share)
        patience = how.pop("patience", 40.0)
        users = np.full(len(wished), user)
        at, done, away = unit.roster.settle(rng, users, wished, off, patience)
        case = np.full(len(wished), -1)
        cover = how.pop("cover", unit.world.false_case)
        if rng.random() < cover:
            case[:] = self._any_case(user)
        columns: dict[str, Any] = {
            "activity": self._guise(user, len(wished)),
            "home": away,
            "case": case,
            **how,
        }
        columns = {name: np.broadcast_to(value, at.shape)[done] for name, value in columns.items()}
        self.lookups.append(
            batch(
                at=at[done],
                user=users[done],
                subject=np.broadcast_to(subject, at.shape)[done],
                theme=THEMES.index(theme),
                **columns,
            )
        )

    def moment(self, user: int) -> int:
        """A time in one of the user's shifts in the logged period; any time where they have none."""
        roster, clock, rng = self.unit.roster, self.unit.clock, self.rng
        low, high = np.searchsorted(roster.user[roster.duty], [user, user + 1])
        mine = roster.duty[low:high]
        mine = mine[(roster.start[mine] >= clock.begin) & (roster.end[mine] <= clock.end)]
        if not len(mine):
            return int(rng.integers(clock.begin, clock.end))
        shift = mine[rng.integers(len(mine))]
        return int(rng.integers(roster.start[shift], roster.stayed[shift]))

    def evening(self, user: int) -> int:
        """A time between 19:00 and 01:00 of any day; for some, a day of leave or illness."""
        roster, clock, rng = self.unit.roster, self.unit.clock, self.rng
        day = int(rng.integers(clock.first, clock.days))
        low, high = np.searchsorted(roster.user, [user, user + 1])
        away = low + np.flatnonzero(np.isin(roster.kind[low:high], (LEAVE, SICK)))
        if len(away) and rng.random() < 0.4:
            day = int(
                np.clip(
                    clock.day_of(roster.start[away[rng.integers(len(away))]]), clock.first, clock.days - 1
                )
            )
        return int(clock.wall(np.array(day), np.array(int(rng.integers(19, 25)) * HOUR))) + int(
            rng.integers(HOUR)
        )

    def soon_after(self, at: int, many: int, minutes: float = 8) -> Array:
        """The time, and more lookups in the minutes after it."""
        gaps = self.rng.exponential(minutes * 60, many).astype(np.int64)
        gaps[0] = 0
        return at + np.cumsum(gaps)

    def _guise(self, user: int, size: int) -> Array:
        """An activity that the user's lookups usually have."""
        duty = self.unit.force.duty[user]
        if duty == PATROL:
            return self.rng.choice([INCIDENT, REPORT, BRIEFING], size, p=[0.35, 0.45, 0.2])
        return np.full(size, {DETECTIVE: CASE, DESK: DESKWORK, FRONT: INTAKE}.get(int(duty), OVERVIEW))

    def _any_case(self, user: int) -> int:
        """A case of the user's team that has nothing to do with it; -1 where the team has none."""
        cases = self.unit.cases
        found = np.flatnonzero(cases.team == self.unit.force.team[user])
        return int(self.rng.choice(found)) if len(found) else -1
