"""One random generator for each part and day, so that parts and days do not disturb each other."""

import zlib

import numpy as np

from lookup_audit.simulate.clock import Array


def generator(seed: int, part: str, day: int = 0) -> np.random.Generator:
    """A generator that depends on the seed, the name of the part, and the day, and on nothing else."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(part.encode()), day]))


def pick(rng: np.random.Generator, offset: Array, count: Array) -> Array:
    """One random position in each run of `count` positions from `offset`; -1 where the run is empty."""
    chosen = offset + np.floor(rng.random(len(offset)) * count).astype(np.int64)
    return np.where(count > 0, chosen, -1)


def weighted(rng: np.random.Generator, weights: Array, size: int) -> Array:
    """Positions drawn with replacement by weight; faster than `Generator.choice` for many draws."""
    bounds = np.cumsum(weights, dtype=np.float64)
    found = np.searchsorted(bounds, rng.random(size) * bounds[-1], side="right")
    drawn: Array = np.minimum(found, len(bounds) - 1)
    return drawn


def starts_of(counts: Array) -> Array:
    """Where each run begins, and the total at the end: n + 1 values for n counts."""
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def positions(counts: Array) -> Array:
    """0, 1, … within each of the runs that `np.repeat(…, counts)` makes."""
    place: Array = np.arange(int(np.sum(counts))) - np.repeat(starts_of(counts)[:-1], counts)
    return place
