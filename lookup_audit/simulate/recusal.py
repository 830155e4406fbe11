"""What people leave to a colleague: work that touches themselves, their home, or a fellow officer."""

import numpy as np

from lookup_audit.simulate.lookups import Batch, chosen
from lookup_audit.simulate.unit import Unit

_LEFT_OWN_HOME = 0.95
"""Nobody takes down their own report; a dispatch to one's own home goes to another car."""

_LEFT_FELLOW_OFFICER = 0.85
"""Officers are seldom the subject of police work, and then mostly of a team that does not know them."""


def without_own_circle(rng: np.random.Generator, unit: Unit, work: Batch) -> Batch:
    """The legitimate lookups that remain; a few are not left to others, as in life."""
    people, force = unit.people, unit.force
    home = people.home_of(work["subject"])
    homes = people.household[force.person]
    own = home == homes[work["user"]]
    officer = np.isin(home, homes) & ~own
    chance = rng.random(len(home))
    left = (own & (chance < _LEFT_OWN_HOME)) | (officer & (chance < _LEFT_FELLOW_OFFICER))
    return chosen(work, ~left)
