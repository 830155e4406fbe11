"""Private ties of users: partner, children, parents, siblings, former partners, friends."""

from dataclasses import dataclass

import numpy as np

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.force import Force
from lookup_audit.simulate.population import CHILD, HEAD, PARTNER, Population
from lookup_audit.simulate.randomness import pick

TIE_NAMES = (
    "partner",
    "parent",
    "child",
    "sibling",
    "household",
    "ex_partner",
    "in_law",
    "friend",
    "new_partner_of_ex",
)
_DECLARED_MORE = np.array([1.6, 0.6, 0.9, 0.5, 0.8, 0.4, 0.2, 0.15, 0.0])


@dataclass(frozen=True)
class Ties:
    """One row for each tie, in order of user: `kind` is a position in `TIE_NAMES`."""

    user: Array
    person: Array
    kind: Array
    start: Array

    def of(self, user: int) -> slice:
        """Where the ties of a user are."""
        return slice(int(self.start[user]), int(self.start[user + 1]))


def build_ties(rng: np.random.Generator, people: Population, force: Force) -> Ties:
    """The ties of every user with persons of the population."""
    rows: list[tuple[Array, Array, Array]] = []
    user = np.arange(force.users)
    me = force.person
    rows.append(_household(people, user, me))
    rows += _parents(people, user, me, "parent")
    partner = np.where(people.role[me] == HEAD, me + 1, me - 1)
    in_pair = (
        (people.role[me] == PARTNER) | (people.role[np.minimum(me + 1, people.persons - 1)] == PARTNER)
    ) & (np.isin(people.role[me], (HEAD, PARTNER)))
    partner = np.where(in_pair, partner, 0)
    rows += _parents(people, user[in_pair], partner[in_pair], "in_law")
    rows.append(_siblings(rng, people, user, me))
    rows += _former(rng, people, user, me)
    friends = np.repeat(user, 3)
    found = _peer(rng, people, me[friends], same_sex=0.6)
    rows.append((friends[found >= 0], found[found >= 0], _kind("friend", int((found >= 0).sum()))))
    users, persons, kinds = (np.concatenate([row[at] for row in rows]) for at in range(3))
    _, first = np.unique(users * people.persons + persons, return_index=True)
    users, persons, kinds = users[first], persons[first], kinds[first]
    other = persons != me[users]
    users, persons, kinds = users[other], persons[other], kinds[other]
    return Ties(users, persons, kinds, np.searchsorted(users, np.arange(force.users + 1)))


def declared(rng: np.random.Generator, ties: Ties, share: float) -> Array:
    """The positions of the ties that were declared: partners more often than friends."""
    return np.flatnonzero(rng.random(len(ties.user)) < share * _DECLARED_MORE[ties.kind])


def _kind(name: str, size: int) -> Array:
    return np.full(size, TIE_NAMES.index(name))


def _household(people: Population, user: Array, me: Array) -> tuple[Array, Array, Array]:
    """Those who live with the user."""
    home = people.household[me]
    size = people.household_start[home + 1] - people.household_start[home]
    rows = np.repeat(np.arange(len(user)), size)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(size) - size, size)
    person = people.household_start[home[rows]] + place
    pair = np.isin(people.role[person], (HEAD, PARTNER)) & np.isin(people.role[me[rows]], (HEAD, PARTNER))
    young = people.role[person] == CHILD
    kind = np.select(
        [pair, young], [TIE_NAMES.index("partner"), TIE_NAMES.index("child")], TIE_NAMES.index("household")
    )
    return user[rows], person, kind


def _parents(people: Population, user: Array, me: Array, name: str) -> list[tuple[Array, Array, Array]]:
    """The head of the parents' household, and that head's partner."""
    home = people.parents[me]
    known = home >= 0
    head = people.household_start[home[known]]
    spouse = np.minimum(head + 1, people.persons - 1)
    pair = people.role[spouse] == PARTNER
    return [
        (user[known], head, _kind(name, len(head))),
        (user[known][pair], spouse[pair], _kind(name, int(pair.sum()))),
    ]


def _siblings(
    rng: np.random.Generator, people: Population, user: Array, me: Array
) -> tuple[Array, Array, Array]:
    """Another grown child of the same parents, where there is one."""
    grown = np.flatnonzero(people.parents >= 0)
    grown = grown[np.argsort(people.parents[grown], kind="stable")]
    homes = people.parents[grown]
    begin, end = (
        np.searchsorted(homes, people.parents[me]),
        np.searchsorted(homes, people.parents[me], side="right"),
    )
    found = pick(rng, begin, np.where(people.parents[me] >= 0, end - begin, 0))
    some = found >= 0
    return user[some], grown[found[some]], _kind("sibling", int(some.sum()))


def _former(
    rng: np.random.Generator, people: Population, user: Array, me: Array
) -> list[tuple[Array, Array, Array]]:
    """A former partner of a third of the users, and whom that person lives with now."""
    some = rng.random(len(user)) < 0.35
    found = _peer(rng, people, me[some], same_sex=0.04)
    former, whose = found[found >= 0], user[some][found >= 0]
    now = people.housemate(rng, former)
    grown = (now != former) & (people.role[now] != CHILD)
    return [
        (whose, former, _kind("ex_partner", len(former))),
        (whose[grown], now[grown], _kind("new_partner_of_ex", int(grown.sum()))),
    ]


def _peer(rng: np.random.Generator, people: Population, me: Array, same_sex: float) -> Array:
    """A grown person of about the same age and mostly of the wanted sex, anywhere; -1 where none was found."""
    found = np.full(len(me), -1, dtype=np.int64)
    for _ in range(30):
        missing = np.flatnonzero(found < 0)
        drawn = rng.integers(0, people.persons, len(missing))
        alike = (people.sex[drawn] == people.sex[me[missing]]) == (rng.random(len(missing)) < same_sex)
        near = np.abs(people.age[drawn] - people.age[me[missing]]) < 8
        good = alike & near & (people.role[drawn] != CHILD)
        found[missing[good]] = drawn[good]
    return found
