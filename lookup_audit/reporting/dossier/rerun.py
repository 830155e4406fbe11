"""The same dossier made again from the warehouse, and every difference from the folder that is at hand."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lookup_audit.errors import InputError
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.mandates import find_mandate, open_under
from lookup_audit.privacy.retention import ACTION as FORGET
from lookup_audit.reporting.dossier.differences import differing_keys, differing_rows, flat
from lookup_audit.reporting.dossier.dossier import contents_of
from lookup_audit.reporting.dossier.folder import read_regular
from lookup_audit.reporting.dossier.manifest import (
    MANIFEST,
    MOST_BYTES,
    make_manifest,
    read_manifest,
    sha256,
    strict_json,
)
from lookup_audit.reporting.dossier.numbers import Period
from lookup_audit.reporting.dossier.reading import read_dossier
from lookup_audit.reporting.dossier.verify import verify_folder
from lookup_audit.warehouse import Warehouse

_MOST_EXTRA = 100_000_000  # bytes by which a file may be larger than it is now, to be compared at all


@dataclass(frozen=True)
class Rerun:
    """What making it again showed: sentences on the folder itself, on what differs, and on what may be why."""

    faults: tuple[str, ...]
    differences: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Whether the folder is whole, and every byte of it the same."""
        return not self.differences and not self.faults


def rerun_dossier(
    warehouse: Warehouse, folder: Path, *, mandate: str | None = None, who: Actor | None = None
) -> Rerun:
    """How the dossier in a folder differs from what the warehouse gives now; nothing is written.

    It is opened under the mandate that the manifest names, or under another on the same user and period
    (`mandate`), and that is entered in the trail first.

    Raises
    ------
    InputError
        The folder has no manifest that says what to make again.
    MandateError
        The mandate does not allow it; the refusal is in the trail.
    """
    try:
        manifest = read_manifest(read_regular(folder, MANIFEST, MOST_BYTES))
    except InputError as error:
        raise InputError(f"{folder / MANIFEST}: {error}; it cannot say what to make again") from error
    asked = manifest.asked
    order = open_under(
        warehouse, mandate or asked.mandate, action="dossier rerun", user_id=asked.user_id,
        first=asked.first, last=asked.last, who=who or actor(),
    )  # fmt: skip
    shown_order = find_mandate(warehouse, asked.mandate) or order
    dossier = read_dossier(warehouse, asked.user_id, shown_order, Period(asked.first, asked.last))
    contents = contents_of(dossier, asked, warehouse)
    contents[MANIFEST] = make_manifest(asked, contents, manifest.signed_by).content()
    differences = []
    before: dict[str, bytes] = {}
    for name in sorted({*contents, *(one.name for one in manifest.files)}):
        if name not in contents:
            differences.append(f"{name}: is not made any more")
            continue
        try:
            before[name] = read_regular(folder, name, len(contents[name]) + _MOST_EXTRA)
        except InputError as error:
            differences.append(f"{name}: {error}")
            continue
        if before[name] != contents[name]:
            differences += [f"{name}: {one}" for one in _how(name, before[name], contents[name])]
    return Rerun(
        verify_folder(folder).faults,
        tuple(differences),
        tuple(_causes(before, contents, _is_forgotten_since(warehouse, before))) if differences else (),
    )


def _how(name: str, before: bytes, now: bytes) -> list[str]:
    """How two contents differ: by rows or keys where the kind of file has those."""
    try:
        if name.endswith(".csv"):
            return differing_rows(before, now)
        if name.endswith(".json") and name != MANIFEST:
            return differing_keys(strict_json(before), strict_json(now))
    except InputError as error:
        return [f"differs, and {error}"]
    return [f"differs ({len(before)} bytes in the folder, {len(now)} now)"]


def _is_forgotten_since(warehouse: Warehouse, before: dict[str, bytes]) -> bool:
    """Whether something was forgotten after the trail noted the manifest that the folder has."""
    known = sha256(before[MANIFEST]) if MANIFEST in before else ""
    return bool(known and warehouse.value(_FORGOTTEN_SINCE, {"forget": FORGET, "hash": known}))


def _causes(before: dict[str, bytes], now: dict[str, bytes], is_forgotten_since: bool) -> list[str]:
    """What may be why, from what both say of where they come from."""
    try:
        old, new = (
            {
                name: flat(strict_json(one[name]))
                for name in ("provenance.json", "configuration.json", "dossier.json")
            }
            for one in (before, now)
        )
    except (InputError, KeyError):
        return ["the folder does not say whole what it was made from: nothing can be said of the cause"]
    causes = [words for words, file, keys in _CAUSES if _part(old[file], keys) != _part(new[file], keys)]
    if is_forgotten_since:
        causes.append("days or rejected rows were forgotten since (trail list --action forget)")
    return causes or [
        "input, configuration and program are the same: the folder, or the warehouse, was changed by hand"
    ]


def _part(values: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    return {
        key: value
        for key, value in values.items()
        if key.startswith(keys) or any(f".{one}" in key for one in keys)
    }


_FORGOTTEN_SINCE = """
SELECT max(entry) FILTER (action = $forget AND outcome = 'done')
    > max(entry) FILTER (action = 'dossier manifest' AND ends_with(reason, 'manifest ' || $hash))
FROM trail
"""

_CAUSES = (
    ("other input is loaded than then: files came in, or were forgotten", "provenance.json", ("files",)),
    ("days were audited again, or others were, with another run", "provenance.json", ("runs",)),
    ("the configuration is another", "configuration.json", ("",)),
    ("rules or explanations have another text", "provenance.json", ("texts",)),
    ("the program is another", "provenance.json", ("code_version", "program_sha256")),
    ("the key was rotated since, so pseudonyms are others", "provenance.json", ("key_fingerprint",)),
    ("alerts were judged since, or the verdicts are others", "dossier.json", ("verdicts", "status")),
    ("the mandate was recorded otherwise", "dossier.json", ("mandate",)),
)  # fmt: skip
