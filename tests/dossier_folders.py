"""A dossier's folder for tests, and random edits of it of every kind."""

import random
import shutil
from datetime import date
from pathlib import Path

from lookup_audit.privacy.actor import actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

SAMPLE = Path(__file__).with_name("dossier_sample.sql").read_text(encoding="utf-8")
EDITS = (
    "change",
    "delete",
    "insert",
    "swap bytes",
    "swap files",
    "truncate",
    "add",
    "rename",
    "remove",
    "empty folder",
)


def sample_warehouse(path: Path | None = None) -> Warehouse:
    """The sample, with the mandate VIK-1 on its user."""
    warehouse = Warehouse(path, Settings(threads=1))
    warehouse.script(SAMPLE)
    me = actor()
    add_mandate(
        warehouse, "VIK-1", authority="VIK Den Haag", purpose="Onderzoek 12", user_id="U0042",
        first_day=date(2026, 1, 1), last_day=date(2026, 6, 30), valid_until=warehouse.settings.today(),
        holders=(me.account,), who=me,
    )  # fmt: skip
    return warehouse


def edited(folder: Path, copy: Path, draw: random.Random) -> str:
    """Make a copy of a folder with one random edit that changes something; what was done, in words."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    files = sorted(path for path in copy.rglob("*") if path.is_file())
    kind, path = draw.choice(EDITS), draw.choice(files)
    before = path.read_bytes()
    place = draw.randrange(len(before))
    after = bytearray(before)
    if kind == "change":
        after[place] = (after[place] + draw.randrange(1, 256)) % 256
    elif kind == "delete":
        del after[place]
    elif kind == "insert":
        after.insert(place, draw.randrange(256))
    elif kind == "swap bytes":
        other = draw.choice([nr for nr in range(len(before)) if before[nr] != before[place]])
        after[place], after[other] = after[other], after[place]
    elif kind == "truncate":
        del after[place:]
    elif kind == "swap files":
        other_path = draw.choice([one for one in files if one != path])
        after = bytearray(other_path.read_bytes())
        other_path.write_bytes(before)
    elif kind == "rename":
        path.rename(path.with_name(f"{path.stem}-{draw.randrange(100)}{path.suffix}"))
    elif kind == "remove":
        path.unlink()
    elif kind == "add":
        (path.parent / draw.choice([".hidden", "more.csv", "Lookups.csv"])).write_bytes(before)
    else:
        (path.parent / f"folder-{draw.randrange(100)}").mkdir()
    if kind not in ("rename", "remove", "add", "empty folder"):
        assert bytes(after) != before
        path.write_bytes(after)
    return f"{kind} at {place} of {path.relative_to(copy)}"
