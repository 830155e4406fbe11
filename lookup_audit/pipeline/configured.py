"""Under which configuration and rule texts each day was audited, and what is other now."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from lookup_audit import __version__
from lookup_audit.pipeline.forgotten import FORGOTTEN, first_kept
from lookup_audit.warehouse import Warehouse, load_signed, signed_digest

CONFIGURATION_CHANGED = "configuration_changed"
"""The reason in `pending_days` of a day that is audited again because it was audited under another configuration."""


@dataclass(frozen=True)
class Otherwise:
    """Days that were audited otherwise than they would be now: how many, from when to when, and what is other.

    `changes` holds lines such as "context.history_days: 90 → 60", each from what was to what is now.
    """

    days: int
    first: date
    last: date
    changes: tuple[str, ...]


def code_version() -> str:
    """The package's version, with a digest of the rules and explanations that it runs."""
    return f"{__version__}+{signed_digest()}"


def keep_configuration(warehouse: Warehouse) -> None:
    """Keep the settings of now under their hash, so that a later change of them can be named."""
    settings = warehouse.settings
    warehouse.run(
        "INSERT INTO configurations SELECT $config_hash, $text "
        "WHERE $config_hash NOT IN (SELECT config_hash FROM configurations)",
        {"config_hash": settings.config_hash, "text": settings.config_text},
    )


def audited_otherwise(warehouse: Warehouse) -> list[Otherwise]:
    """The days audited under another configuration, rule text or version than that of now, the latest first.

    Forgotten days are none of them: they cannot be audited again.
    """
    now = json.loads(warehouse.settings.config_text)
    return [
        Otherwise(
            row["days"], row["first"], row["last"], tuple(_changes(row, now, warehouse.settings.config_hash))
        )
        for row in warehouse.rows(_OTHERWISE, _now(warehouse))
    ]


def mark_otherwise(warehouse: Warehouse) -> None:
    """Make every day pending that was audited under another configuration, rule text or version."""
    with warehouse.transaction():
        warehouse.run(_MARK, {**_now(warehouse), "reason": CONFIGURATION_CHANGED})


def _now(warehouse: Warehouse) -> dict[str, Any]:
    return {
        "config_hash": warehouse.settings.config_hash,
        "code_version": code_version(),
        "first_kept": first_kept(warehouse),
    }


def _changes(row: dict[str, Any], now: dict[str, Any], config_hash: str) -> list[str]:
    changes = []
    version, _, texts = str(row["code_version"]).partition("+")
    if version != __version__:
        changes.append(f"version: {version} → {__version__}")
    if texts != signed_digest():
        changes.append("the texts of rules or explanations")
    if row["config_hash"] == config_hash:
        return changes
    if row["settings"] is None:
        return [*changes, "settings: which ones is not known, those of then were not kept"]
    was, is_now = _flat(json.loads(row["settings"])), _flat(now)
    usual = _usual()
    return changes + [
        f"{name}: {_said({**usual, **was}, name)} → {_said({**usual, **is_now}, name)}"
        for name in sorted(was.keys() | is_now.keys())
        if was.get(name) != is_now.get(name)
    ]


def _flat(section: dict[str, Any], within: str = "") -> dict[str, Any]:
    """The settings of all sections by their full name, as "context.history_days"."""
    flat: dict[str, Any] = {}
    for name, value in section.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{within}{name}.")
        else:
            flat[within + name] = value
    return flat


def _usual() -> dict[str, Any]:
    """What the parameters of rules and explanations are where the configuration does not name them."""
    return {
        f"rules.{one.id}.{name}": spec["default"]
        for kind in ("explanation", "rule")
        for one in load_signed(kind, locked=False)
        for name, spec in one.parameters.items()
    }


def _said(settings: dict[str, Any], name: str) -> str:
    return json.dumps(settings[name], ensure_ascii=False) if name in settings else "not set"


_OTHERWISE = f"""
SELECT
    runs.config_hash,
    runs.code_version,
    count(*) AS days,
    min(audit_date) AS first,
    max(audit_date) AS last,
    any_value(configurations.settings) AS settings
FROM runs
LEFT JOIN configurations ON configurations.config_hash = runs.config_hash
WHERE
    (runs.config_hash <> $config_hash OR code_version <> $code_version)
    AND runs.audit_date NOT IN ({FORGOTTEN})
GROUP BY runs.config_hash, runs.code_version
ORDER BY last DESC, runs.config_hash, runs.code_version
"""

_MARK = f"""
INSERT INTO pending_days
SELECT DISTINCT audit_date, $reason
FROM runs
WHERE
    (config_hash <> $config_hash OR code_version <> $code_version)
    AND audit_date NOT IN (SELECT day FROM pending_days WHERE reason = $reason)
    AND audit_date NOT IN ({FORGOTTEN})
ORDER BY audit_date
"""
