"""Lookups as rows of a log: systems, channels, query texts, case numbers, justifications, workstations.

Everything here is drawn the same way for every lookup, so that no column tells misuse from work.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lookup_audit.simulate.clock import Array
from lookup_audit.simulate.identifiers import Identifiers
from lookup_audit.simulate.lookups import Batch, chosen
from lookup_audit.simulate.population import TYPE_NAMES
from lookup_audit.simulate.unit import Unit
from lookup_audit.simulate.worlds import THEME_MOTIVES, THEMES

SYSTEMS = ("BVH", "BVI-IB", "Summ-IT", "MEOS", "RDW", "BRP")
_MOBILE = SYSTEMS.index("MEOS")
_ACTIONS = ("search", "view", "print", "export")
_CHANNELS = ("desktop", "mobile", "api")

# Shares of the systems above, by activity (in order of `lookups`), for persons and all else, and for vehicles.
_PERSON_SYSTEMS = (
    (0.28, 0.14, 0.0, 0.5, 0.0, 0.08), (0.62, 0.22, 0.0, 0.06, 0.0, 0.1), (0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    (0.5, 0.4, 0.0, 0.1, 0.0, 0.0), (0.2, 0.32, 0.36, 0.0, 0.0, 0.12), (0.3, 0.45, 0.0, 0.0, 0.0, 0.25),
    (0.6, 0.15, 0.0, 0.0, 0.0, 0.25), (0.6, 0.4, 0.0, 0.0, 0.0, 0.0),
)  # fmt: skip
_VEHICLE_SYSTEMS = (
    (0.1, 0.08, 0.0, 0.64, 0.18, 0.0), (0.35, 0.15, 0.0, 0.1, 0.4, 0.0), (0.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    (0.4, 0.5, 0.0, 0.1, 0.0, 0.0), (0.15, 0.3, 0.25, 0.0, 0.3, 0.0), (0.1, 0.35, 0.0, 0.0, 0.55, 0.0),
    (0.4, 0.1, 0.0, 0.0, 0.5, 0.0), (0.6, 0.2, 0.0, 0.0, 0.2, 0.0),
)  # fmt: skip
_SYSTEM_BOUNDS = np.cumsum(np.array([_PERSON_SYSTEMS, _VEHICLE_SYSTEMS]), axis=2)[:, :, :-1]
_ACTION_BOUNDS = np.cumsum(
    np.array([
        (0.55, 0.44, 0.008, 0.002), (0.4, 0.56, 0.03, 0.01), (0.8, 0.2, 0.0, 0.0), (0.3, 0.66, 0.035, 0.005),
        (0.34, 0.57, 0.05, 0.04), (0.62, 0.36, 0.01, 0.01), (0.5, 0.45, 0.045, 0.005), (0.35, 0.5, 0.08, 0.07),
    ]), axis=1,
)[:, :-1]  # fmt: skip
# No justification at all, and then one that says nothing; the rest say something.
_NO_REASON = np.array([0.82, 0.68, 0.86, 0.8, 0.36, 0.5, 0.45, 0.4])
_EMPTY_REASON = np.array([0.12, 0.18, 0.1, 0.14, 0.3, 0.2, 0.2, 0.3])
_BOILERPLATE = (
    "onderzoek",
    "politietaak",
    "controle",
    "werk",
    ".",
    "x",
    "nvt",
    "info",
    "ivm dienst",
    "-",
    "check",
)
_REASONS = (
    ("melding via OC", "ter plaatse, partijen identificeren", "veiligheid collega's", "assistentie collega"),
    (
        "opmaken mutatie",
        "pv van bevindingen",
        "incident afronden",
        "aanvullen aangifte",
        "overdracht vorige dienst",
    ),
    ("verkeerscontrole", "rijdt zonder licht", "APK en verzekering", "opvallend rijgedrag"),
    ("briefing", "aandachtspersoon team", "gebiedsgebonden aandacht", "PGA-lijst"),
    (
        "tactisch onderzoek",
        "netwerk in kaart",
        "voorbereiding verhoor",
        "vordering OvJ",
        "antecedenten verdachte",
    ),
    (
        "bevraging namens eenheid op straat",
        "ondersteuning GMS-melding",
        "verzoek OC",
        "actueel beeld incident",
    ),
    (
        "aangifte diefstal fiets",
        "aangifte oplichting",
        "verlies rijbewijs",
        "vernieling auto",
        "melder aan balie",
    ),
    (
        "kwaliteitscontrole registraties",
        "screening sollicitant",
        "vergunningaanvraag",
        "steekproef juistheid",
    ),
)
_TEXTS = [*_BOILERPLATE, *(reason for group in _REASONS for reason in group)]
_FIRST_REASON = np.cumsum([len(_BOILERPLATE), *(len(group) for group in _REASONS)])


class Log:
    """Writes lookups of day after day as rows; keeps count of the numbers given out by each system."""

    def __init__(self, unit: Unit, names: Identifiers) -> None:
        self.unit = unit
        self.names = names
        self._given = np.zeros(len(SYSTEMS), dtype=np.int64)

    def rows(self, rng: np.random.Generator, made: Batch) -> tuple[dict[str, pa.Array], dict[str, pa.Array]]:
        """Columns of `lookups`, in order of time, and of `labels`, for the lookups of one day."""
        size = len(made["at"])
        made = chosen(made, rng.permutation(size))
        made = chosen(made, np.argsort(made["at"], kind="stable"))
        kind = self.unit.people.kind(made["subject"])
        system, channel = self._systems(rng, made, kind)
        lookup_id = self._numbers(system, made["at"])
        lat, lon = self._places(rng, made, channel)
        typed, unnamed = self._queries(rng, made)
        untyped = unnamed & (rng.random(size) < 0.3)
        columns = {
            "lookup_id": lookup_id,
            "occurred_at": pa.array(made["at"] * 1_000_000).cast(pa.timestamp("us", "UTC")),
            "user_id": self.names.users.take(pa.array(made["user"])),
            "system": _taken(SYSTEMS, system),
            "action": _taken(_ACTIONS, self._actions(rng, made)),
            "channel": _taken(_CHANNELS, channel),
            "subject_type": _blanked(_taken(TYPE_NAMES, kind), untyped),
            "subject_id": _blanked(self.names.subjects.take(pa.array(made["subject"])), unnamed),
            "query_text": typed,
            "case_id": self._case_numbers(rng, made),
            "justification": self._justifications(rng, made, system),
            "workstation": self._workstations(made, channel),
            "lat": pa.array(lat, from_pandas=True),
            "lon": pa.array(lon, from_pandas=True),
        }
        labelled = np.flatnonzero(made["theme"] >= 0)
        theme = made["theme"][labelled].astype(np.int64)
        labels = {
            "system": columns["system"].take(pa.array(labelled)),
            "lookup_id": lookup_id.take(pa.array(labelled)),
            "motive": _taken(tuple(THEME_MOTIVES.values()), theme),
            "theme": _taken(THEMES, theme),
        }
        return columns, labels

    def _systems(self, rng: np.random.Generator, made: Batch, kind: Array) -> tuple[Array, Array]:
        """System and channel of each lookup."""
        size = len(kind)
        bounds = _SYSTEM_BOUNDS[(kind == TYPE_NAMES.index("vehicle")).astype(int), made["activity"]]
        system = np.minimum((rng.random(size)[:, None] > bounds).sum(axis=1), len(SYSTEMS) - 1)
        system = np.where(made["mobile"], _MOBILE, system)
        asked = (made["activity"] == 5) & (rng.random(size) < 0.05)
        return system, np.where(system == _MOBILE, 1, np.where(asked, 2, 0))

    def _actions(self, rng: np.random.Generator, made: Batch) -> Array:
        size = len(made["at"])
        action = (rng.random(size)[:, None] > _ACTION_BOUNDS[made["activity"]]).sum(axis=1)
        return np.where(made["copied"], np.where(rng.random(size) < 0.6, 2, 3), action)

    def _numbers(self, system: Array, at: Array) -> pa.Array:
        """Lookup ids: each system counts on, in order of time, so that an id says nothing else."""
        number = np.empty(len(system), dtype=np.int64)
        for one in range(len(SYSTEMS)):
            rows = np.flatnonzero(system == one)
            number[rows] = self._given[one] + 1 + np.arange(len(rows))
            self._given[one] += len(rows)
        short = _taken(tuple(name[:3].upper() for name in SYSTEMS), system)
        digits = pc.utf8_lpad(pa.array(number).cast(pa.string()), 9, "0")
        return pc.binary_join_element_wise(short, digits, "-")

    def _places(self, rng: np.random.Generator, made: Batch, channel: Array) -> tuple[Array, Array]:
        """Where mobile devices were; NaN for others, and for a few that did not say."""
        unit, user = self.unit, made["user"]
        team = unit.force.team[user]
        area = unit.force.teams.area[team]
        first = np.searchsorted(unit.force.area_district, unit.force.teams.district[team])
        beat = unit.centres[np.where(area >= 0, area, first)]
        noise = rng.normal(0, 1, (2, len(user))) * np.where(made["home"], 0.0004, 0.012)
        home = unit.people.household[unit.force.person[user]]
        shown = (channel == 1) & (rng.random(len(user)) > 0.05)
        found = []
        for given, centre, own, shift in (
            (made["lat"], beat[:, 0], unit.people.lat[home], noise[0]),
            (made["lon"], beat[:, 1], unit.people.lon[home], noise[1]),
        ):
            guess = np.where(made["home"], own, centre) + shift
            found.append(np.round(np.where(shown, np.where(np.isnan(given), guess, given), np.nan), 5))
        return found[0], found[1]

    def _queries(self, rng: np.random.Generator, made: Batch) -> tuple[pa.Array, Array]:
        """What was typed (null for most), and whether the log holds nothing but that."""
        size = len(made["at"])
        unnamed = rng.random(size) < self.unit.world.text_only
        typed = unnamed | (rng.random(size) < 0.22)
        way = np.where(rng.random(size) < 0.6, 0, self.unit.people.first[-1])
        return _blanked(self.names.queries.take(pa.array(made["subject"] + way)), ~typed), unnamed

    def _case_numbers(self, rng: np.random.Generator, made: Batch) -> pa.Array:
        """The case named: missing for many, another one or a typing error for some."""
        size = len(made["at"])
        case = made["case"]
        shown = (case >= 0) & (rng.random(size) >= self.unit.world.case_number_missing)
        wrong = shown & (rng.random(size) < self.unit.world.case_number_wrong)
        other = rng.integers(0, len(self.names.cases), size)
        number = np.where(shown, np.where(wrong, other, case), 0)
        texts = self.names.cases.take(pa.array(number))
        typo = wrong & (rng.random(size) < 0.5)
        texts = pc.if_else(pa.array(typo), pc.utf8_replace_slice(texts, 7, 9, "O"), texts)
        return _blanked(texts, ~shown)

    def _justifications(self, rng: np.random.Generator, made: Batch, system: Array) -> pa.Array:
        activity = made["activity"].astype(np.int64)
        size = len(activity)
        missing = _NO_REASON[activity] * np.where(system == SYSTEMS.index("Summ-IT"), 0.25, 1.0)
        chance = rng.random(size)
        empty = made["pretext"] | (chance < missing + _EMPTY_REASON[activity])
        low, high = _FIRST_REASON[activity], _FIRST_REASON[activity + 1]
        says = low + np.floor(rng.random(size) * (high - low)).astype(np.int64)
        text = np.where(empty, rng.integers(0, len(_BOILERPLATE), size), says)
        return _blanked(
            _taken(tuple(_TEXTS), text), (chance < missing) & ~(made["pretext"] & (chance > 0.25))
        )

    def _workstations(self, made: Batch, channel: Array) -> pa.Array:
        """A desk of the team, a line from home, or a device."""
        user = made["user"]
        desks, users = len(self.names.desks), self.unit.force.users
        desk = self.unit.force.team[user] * 12 + (user * 31 + made["at"] // 28_800) % 12
        line, device = desks + user, desks + users + user
        return self.names.stations.take(
            pa.array(np.where(channel == 1, device, np.where(made["home"], line, desk)))
        )


def _taken(texts: tuple[str, ...], at: Array) -> pa.Array:
    """Texts by position."""
    return pa.array(texts, pa.string()).take(pa.array(at))


def _blanked(texts: pa.Array, where: Array) -> pa.Array:
    """The texts, null where the mask says so."""
    return pc.if_else(pa.array(where), pa.scalar(None, pa.string()), texts)
