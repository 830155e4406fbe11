"""SQL files that carry their own prose, checked and signed off: what was read is what runs.

Each explanation and each rule is one file: a leading comment block in TOML, then one query. The lock,
`signed_off.toml`, holds the version and SHA-256 of every text; a file that differs does not run.
"""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from lookup_audit.errors import SettingsError, SignedSqlError
from lookup_audit.faults import Fault, did_you_mean
from lookup_audit.settings import Settings

Kind = Literal["explanation", "rule"]

_FOLDERS: dict[Kind, str] = {"explanation": "context/explanations", "rule": "detectors/rules"}
_MOST = 1e9  # no day, metre or count of a rule is more
# Parameters of one rule of which the second must be above the first: a score rises, or a question fades, between.
_RISING = (
    ("minimum_days", "strong_days"),
    ("minimum_evidence", "strong_evidence"),
    ("minimum_excess", "strong_excess"),
    ("rare_by_chance", "uncommon_by_chance"),
    ("rare_by_chance", "usual_by_chance"),
)
# And of which it may be the same, but not below.
_NOT_FALLING = (
    ("late_strength", "full_strength"),
    ("next_door_m", "near_m"),
    ("pair_score", "series_score"),
    ("single_score", "pair_score"),
    ("weak_score", "strong_score"),
)
# Parameters in these are parts of a whole: a score above one would say no more, and hide what others say.
_AT_MOST_ONE = {"score", "strength", "share", "factor"}
# Of one rule: what it may not be below, and why.
_AT_LEAST = {
    ("fixation", "own_share"): (
        0.25,
        "to how many others a user comes back is counted from there on only",
    ),
}
_HEADER = re.compile(r"\A/\*\n(?P<toml>.*?)\n\*/\n(?P<query>.*)\Z", re.DOTALL)
_BOTH_LANGUAGES = ("title", "question", "innocent_explanations", "blind_spots", "investigation_steps")
_ABOUT = ("subject", "behaviour")
_MOTIVES = ("curiosity", "personal_involvement", "personal_benefit", "any", "none")


@dataclass(frozen=True)
class SignedSql:
    """One explanation or rule, as signed off.

    `about` says what an alert on a rule's findings is about: one subject, or the user's behaviour. `prose`
    maps each text field to its value by language ("en", "nl"), and `legal_basis` is such a value; `parameters`
    maps each name to `default`, and to `unit` and `reason` by language; `needs` lists what must be loaded for
    it to run ("shifts", "subjects.is_public_figure"); `weight` is in natural log-odds, at score or strength 1.
    """

    kind: Kind
    id: str
    version: int
    motive: str
    about: str
    weight: float
    legal_basis: dict[str, str]
    needs: tuple[str, ...]
    columns_used: tuple[str, ...]
    prose: dict[str, dict[str, Any]]
    parameters: dict[str, dict[str, Any]]
    query: str
    path: str
    sha256: str

    def values(self, settings: Settings) -> dict[str, Any]:
        """Its parameters by name, each the configured value or else the default.

        Raises `SignedSqlError` where the configuration names a parameter that it does not have, and
        `SettingsError` for a value of another kind, a score above 1, one below what its rule can use, or two that
        are the wrong way round.
        """
        configured = settings.rules.get(self.id, {})
        unknown = sorted(set(configured) - set(self.parameters))
        if unknown:
            raise SignedSqlError(f"[rules.{self.id}]: no parameter {', '.join(unknown)} in {self.path}")
        for name, value in configured.items():
            if fault := _cannot_be(self, name, value):
                raise SettingsError(f"[rules.{self.id}]: {name} = {fault}")
        values = {name: configured.get(name, spec["default"]) for name, spec in self.parameters.items()}
        faults = [fault for pair in (*_RISING, *_NOT_FALLING) if (fault := _wrong_way_round(values, *pair))]
        if faults:
            raise SettingsError("\n".join(f"[rules.{self.id}]: {fault}" for fault in faults))
        return values


def _cannot_be(signed: SignedSql, name: str, value: Any) -> str:
    """What is wrong with a value for one of its parameters, by itself; empty when nothing is."""
    like, unit = signed.parameters[name]["default"], signed.parameters[name]["unit"]["en"]
    least, why = _AT_LEAST.get((signed.id, name), (0, ""))
    if not _is_of_kind(value, like):
        return f"{value!r} must be a number like {like}, not negative, and whole where that is whole"
    if unit in _AT_MOST_ONE and value > 1:
        return f"{value!r} is a {unit}, so at most 1"
    return f"{value!r} must be at least {least}: {why}" if value < least else ""


def _wrong_way_round(values: dict[str, Any], low: str, high: str) -> str:
    """What is wrong with two parameters of which one must not be above the other; empty when nothing is."""
    if not {low, high} <= set(values):
        return ""
    is_right = values[low] < values[high] or (values[low] == values[high] and (low, high) in _NOT_FALLING)
    words = "at most" if (low, high) in _NOT_FALLING else "below"
    return "" if is_right else f"{low} = {values[low]} must be {words} {high} = {values[high]}"


def _is_of_kind(value: Any, default: Any) -> bool:
    """Whether a configured value can take the place of a default: a finite number, whole for whole."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    whole = isinstance(value, int) or not isinstance(default, int)
    return whole and 0 <= value <= _MOST


def load_signed(kind: Kind, *, locked: bool = True) -> list[SignedSql]:
    """Every explanation, or every rule, in order of id.

    Raises `SignedSqlError`, naming the file, for a header that is not whole, or (unless `locked` is
    False) for a text that is not what was signed off.
    """
    folder = Path(str(files("lookup_audit"))) / _FOLDERS[kind]
    loaded = [parse_signed(kind, path) for path in sorted(folder.glob("*.sql"))]
    if locked:
        lock = _read_lock()
        for sql in loaded:
            entry = lock.get(sql.id)
            if entry != {"version": sql.version, "sha256": sql.sha256}:
                raise SignedSqlError(
                    f"{sql.path}: its text is not what was signed off; read the change, raise its version, "
                    "and sign it with: lookup-audit rules --sign-off"
                )
    return loaded


def parse_signed(kind: Kind, path: Path) -> SignedSql:
    """One file as a `SignedSql`; raises `SignedSqlError` that names the file and the field at fault."""
    return _parsed(kind, f"{_FOLDERS[kind]}/{path.name}", path.read_text(encoding="utf-8"))


@cache
def _parsed(kind: Kind, where: str, text: str) -> SignedSql:
    parts = _HEADER.match(text)
    if parts is None:
        raise SignedSqlError(f"{where}: must begin with a /* … */ block of TOML, then one query")
    try:
        header = tomllib.loads(parts["toml"])
        prose = {field: _in_both_languages(where, field, header.pop(field)) for field in _BOTH_LANGUAGES}
        signed = SignedSql(
            kind=kind,
            id=str(header.pop("id")),
            version=int(header.pop("version")),
            motive=str(header.pop("motive", "none")),
            about=str(header.pop("about", "subject")),
            weight=float(header.pop("weight")),
            legal_basis=_in_both_languages(where, "legal_basis", header.pop("legal_basis")),
            needs=tuple(header.pop("needs", [])),
            columns_used=tuple(header.pop("columns_used")),
            prose=prose,
            parameters=header.pop("parameters", {}),
            query=parts["query"].strip().rstrip(";"),
            path=where,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
        )
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as error:
        raise SignedSqlError(f"{where}: its header is not whole: {error}") from error
    if header:
        raise SignedSqlError(f"{where}: unknown in its header: {', '.join(sorted(header))}")
    if signed.id != Path(where).stem or signed.motive not in _MOTIVES or signed.about not in _ABOUT:
        raise SignedSqlError(
            f"{where}: id must be the file's name, motive one of {', '.join(_MOTIVES)}, "
            f"about one of {', '.join(_ABOUT)}"
        )
    for name, spec in signed.parameters.items():
        if not isinstance(spec, dict) or set(spec) != {"default", "unit", "reason"}:
            raise SignedSqlError(f"{where}: parameter {name} needs default, unit and reason, and only those")
        for field in ("unit", "reason"):
            spec[field] = _in_both_languages(where, f"{field} of parameter {name}", spec[field])
    return signed


def check_configured(settings: Settings) -> None:
    """Hold the detectors, rules and parameters that a configuration names to those that exist, and their values.

    Raises `SettingsError` with every unknown name and the nearest known one (a typing error must not
    switch a safeguard off), and with the values that cannot be.
    """
    faults = configured_faults(settings.rules, settings.required_detectors, settings.notices.themes)
    if faults:
        raise SettingsError(
            "the configuration names what does not exist, or cannot be\n"
            + "\n".join(f"  {fault}" for fault in faults)
        )


def configured_faults(rules: Any, required: Any, themes: Any) -> list[Fault]:
    """What a configuration says wrongly of `[rules]`, `required_detectors` and `notices.themes`.

    They are given as they stand in the file: what has another form than these have is not judged here.
    """
    if not rules and not required and themes == Settings().notices.themes:
        return []
    signed = {one.id: one for kind in _FOLDERS for one in load_signed(kind, locked=False)}
    detectors = {name for name, one in signed.items() if one.kind == "rule"} | {"peer_anomaly"}
    faults = [
        Fault(setting, f"no detector {name!r}{did_you_mean(name, detectors)}")
        for setting, names in ((("required_detectors",), required), (("notices", "themes"), themes))
        for name in (names if isinstance(names, list | tuple) else [])
        if isinstance(name, str) and name not in detectors
    ]
    for name, configured in rules.items() if isinstance(rules, dict) else []:
        if name not in signed:
            faults.append(Fault(("rules", name), f"unknown rule or explanation{did_you_mean(name, signed)}"))
        elif isinstance(configured, dict):
            faults += _parameter_faults(signed[name], configured)
    return faults


def _parameter_faults(signed: SignedSql, configured: dict[str, Any]) -> list[Fault]:
    faults = []
    values = {name: spec["default"] for name, spec in signed.parameters.items()}
    for name, value in configured.items():
        if name not in values:
            message = f"unknown parameter{did_you_mean(name, values)}"
        else:
            message = _cannot_be(signed, name, value)
        if message:
            faults.append(Fault(("rules", signed.id, name), message))
        else:
            values[name] = value
    wrong = [_wrong_way_round(values, *pair) for pair in (*_RISING, *_NOT_FALLING)]
    return faults + [Fault(("rules", signed.id), message, together=True) for message in wrong if message]


def sign_off() -> list[str]:
    """Write the lock for all current texts; the ids whose version or text changed."""
    before = _read_lock()
    current = [*load_signed("explanation", locked=False), *load_signed("rule", locked=False)]
    after = {sql.id: {"version": sql.version, "sha256": sql.sha256} for sql in current}
    lines = [
        "# What was signed off: the version and text of every explanation and rule. Do not edit by hand."
    ]
    for name, entry in sorted(after.items()):
        lines += ["", f"[{name}]", f"version = {entry['version']}", f'sha256 = "{entry["sha256"]}"']
    _lock_path().write_text("\n".join(lines) + "\n", encoding="utf-8")
    return sorted(name for name in after.keys() | before.keys() if after.get(name) != before.get(name))


def signed_digest() -> str:
    """16 hex digits over the lock: which texts this code runs."""
    return hashlib.sha256(_lock_path().read_bytes()).hexdigest()[:16]


def _in_both_languages(where: str, field: str, value: Any) -> dict[str, Any]:
    if (
        not isinstance(value, dict)
        or set(value) != {"en", "nl"}
        or not all(map(_says_something, value.values()))
    ):
        raise SignedSqlError(f"{where}: {field} must be given in en and in nl")
    return value


def _says_something(text: Any) -> bool:
    lines = text if isinstance(text, list) else [text]
    return bool(lines) and all(isinstance(line, str) and line.strip() for line in lines)


def _lock_path() -> Path:
    return Path(str(files("lookup_audit"))) / "signed_off.toml"


def _read_lock() -> dict[str, Any]:
    path = _lock_path()
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
