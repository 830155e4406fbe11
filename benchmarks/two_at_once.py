"""Two at once: python -m benchmarks.two_at_once [--times N] [--seed N] [--json]

A command is begun and, at a random moment while it works, a second one on the same warehouse: `ingest` against
`audit`, and `audit` against `audit`, the second with and without `--wait`, and two that both make a new warehouse.
The second must either do its work (it came before or after, or waited), or leave with 1 and say who is in the way.
When both are over, a plain run of both must end with the exports of an undisturbed one.
"""

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.forked import Running, answer, import_all, start
from benchmarks.kills import Kills, content
from benchmarks.measuring import note

IN_THE_WAY = "in use by process"


def main() -> int:
    """Measure and print; 0 when nothing was corrupt, and who was in the way was said each time."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.two_at_once", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    import_all()
    with tempfile.TemporaryDirectory(prefix="two-") as folder:
        measured = Pairs(Path(folder), options.seed).measure(options.times)
    print(json.dumps(measured, indent=2) if options.json else _table(measured))
    return int(measured["faults"] > 0)


class Pairs:
    """The bench of `kills`, with two commands at once instead of one that is killed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.bench = Kills(folder, seed)
        self.folder = folder

    def measure(self, times: int) -> dict[str, Any]:
        """So many pairs, and what came of them."""
        self.bench.prepare()
        late = self._late()
        drop, audit = ("ingest", str(self.bench.drop)), ("audit",)
        # the state of before, the two, and how the seconds of the first are reckoned
        pairs = (
            ("audit", ("audit",), ("ingest", str(late)), 0.8),
            ("audit", ("audit", "--from", "2026-01-01"), audit, 1.2),
            ("ingest", drop, drop, 0.8),
            ("audit", ("ingest", str(late)), audit, 0.3),
        )
        expected = {state: self._expected(state, late) for state in ("audit", "ingest")}
        outcomes: Counter[str] = Counter()
        faults = []
        for nr in range(times):
            state, first, second, seconds = pairs[nr % len(pairs)]
            waits = nr // len(pairs) % 2 == 1
            here = self.bench.copy(state)
            one = self._start(here, first, "one")
            two = self._start(
                here,
                (*second, *(("--wait", "120") if waits else ())),
                "two",
                after=self.chance.uniform(0, seconds),
            )
            codes = (one.wait(), two.wait())
            refused = [running for running in (one, two) if running.code == 1]
            name = f"{first[0]} and {second[0]}{', the second waits' if waits else ''}"
            how = "one was refused" if refused else "both did their work"
            outcomes[f"{name}: {how}{', after waiting' if 'waiting for it' in two.text() else ''}"] += 1
            found = [f"left with {code}" for code in codes if code not in {0, 1, 3}]
            found += [f"said: {one.text()}" for one in refused if IN_THE_WAY not in one.text()]
            found += ["the second waited in vain"] if waits and two.code == 1 else []
            found += ["both were refused"] if len(refused) > 1 else []
            found += ["a traceback"] if any("Traceback" in running.text() for running in (one, two)) else []
            try:
                found += self._faults(here, late, expected[state])
            except RuntimeError as error:
                found.append(str(error))
            faults += [f"{nr + 1}, {name}: {fault}" for fault in found]
            if (nr + 1) % 10 == 0:
                note(f"{nr + 1} pairs, {len(faults)} faults")
        return {
            "times": times,
            "outcomes": dict(sorted(outcomes.items())),
            "faults": len(faults),
            "first_faults": faults[:5],
        }

    def _late(self) -> Path:
        """The lookups of the last day, as a drop of their own."""
        late = self.folder / "late"
        last = max(self.bench.drop.glob("lookups-*"))
        shutil.copy(last, late / last.name)
        return late

    def _start(self, here: Path, words: tuple[str, ...], said: str, after: float = 0.0) -> Running:
        time.sleep(after)
        return start(
            [*words, "--warehouse", here / "w.duckdb", "--config", self.bench.config], self.folder / said
        )

    def _end(self, here: Path, late: Path) -> dict[str, Any]:
        for words in (("ingest", str(self.bench.drop)), ("ingest", str(late)), ("audit",), ("publish",)):
            self.bench.command(here, words)
        found: dict[str, Any] = answer(lambda: content(here), self.folder / "said")
        return found

    def _expected(self, state: str, late: Path) -> dict[str, Any]:
        return self._end(self.bench.copy(state), late)

    def _faults(self, here: Path, late: Path, expected: dict[str, Any]) -> list[str]:
        found = self._end(here, late)
        return [
            *found["faults"],
            *(f"{name} is another than undisturbed" for name in expected if found[name] != expected[name]),
        ]


def _table(measured: dict[str, Any]) -> str:
    outcomes = [f"{name}: {count}" for name, count in measured["outcomes"].items()]
    return "\n".join(
        [
            f"{measured['times']} times two at once",
            *outcomes,
            f"faults: {measured['faults']}",
            *measured["first_faults"],
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
