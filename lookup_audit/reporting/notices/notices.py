"""A run of notices: choose, draw lots, write the messages, and record it, all or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa

from lookup_audit.errors import SettingsError
from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.privacy.trail import record
from lookup_audit.reporting.notices.choose import Asked, choose
from lookup_audit.reporting.notices.folder import finish, name_of, prepare, put_in_place, throw_away
from lookup_audit.reporting.notices.lots import held_out, keep_lots
from lookup_audit.reporting.notices.message import message
from lookup_audit.reporting.plain import csv_file
from lookup_audit.warehouse import Warehouse


@dataclass(frozen=True)
class Run:
    """What a run came to: users by pseudonym, and everyone else by count only.

    `folder` is None where nothing was written; `finished` are folders of a stopped run that were put in place.
    `lookups` and `users` say why the others got no notice, see `choose`; `themes` counts the lookups asked about.
    """

    made_on: date
    folder: Path | None
    written: tuple[str, ...]
    held_out: int
    lookups: Mapping[str, int]
    users: Mapping[str, int]
    themes: Mapping[str, int]
    finished: tuple[Path, ...] = ()


def require_enabled(warehouse: Warehouse) -> None:
    """Raise `SettingsError` where notices are off."""
    if not warehouse.settings.notices.enabled:
        raise SettingsError(
            "notices are off. Once the works council agreed to them, set enabled = true under [notices]"
        )


def write_notices(  # noqa: PLR0913 - the days, and how the run is done
    warehouse: Warehouse,
    out: Path,
    *,
    who: Actor,
    first: date | None = None,
    last: date | None = None,
    dry_run: bool = False,
    today: date | None = None,
) -> Run:
    """One message for each user with a lookup to ask about, in a new folder under `out`; what it came to.

    The folder holds `<pseudonym>.eml` for each user, and `index.csv` for the mail system: file, to, notice_id.
    Its place is taken only after the notices, the lots and the trail are recorded in one transaction, so that
    nobody is written to twice. A run that finds nobody new writes and records nothing.

    Parameters
    ----------
    first, last
        Local days of the lookups, both included; without them, every day that is recent enough.
    dry_run
        Only say what would be done.
    today
        The local day on which the notices are made; that of the clock when not given.

    Raises
    ------
    SettingsError
        Notices are off, or say nobody to talk to.
    """
    require_enabled(warehouse)
    day = today or warehouse.settings.today()
    finished = () if dry_run else tuple(finish(warehouse, out))
    if not dry_run:
        _let_go(warehouse, day)
    chosen = choose(warehouse, day, first, last)
    not_sent, drawn = held_out(warehouse, [asked.user_id for asked in chosen.asked])
    written = [asked for asked in chosen.asked if asked.user_id not in not_sent]
    name = pseudonyms_of(warehouse).user
    folder = None
    if chosen.asked and not dry_run:
        batch_id = str(
            warehouse.value(
                "SELECT stable_id('b', $ids)", {"ids": sorted(asked.notice_id for asked in chosen.asked)}
            )
        )
        files = _files(warehouse, written)
        prepared = prepare(out, name_of(day, batch_id), files) if written else None
        try:
            with warehouse.transaction():
                _keep(warehouse, chosen.asked, not_sent, batch_id, day, who)
                keep_lots(warehouse, drawn, day)
        except BaseException:
            if prepared:
                throw_away(prepared)
            raise
        folder = put_in_place(prepared) if prepared else None
    return Run(
        made_on=day,
        folder=folder,
        written=tuple(sorted(name(asked.user_id) for asked in written)),
        held_out=len(not_sent),
        lookups=chosen.lookups,
        users=chosen.users,
        themes=dict(sorted(Counter(asked.theme for asked in chosen.asked).items())),
        finished=finished,
    )


def _files(warehouse: Warehouse, written: Sequence[Asked]) -> dict[str, bytes]:
    name = pseudonyms_of(warehouse).user
    files = {f"{name(asked.user_id)}.eml": message(asked, warehouse.settings) for asked in written}
    rows = sorted((f"{name(asked.user_id)}.eml", asked.address, asked.notice_id) for asked in written)
    return {**files, "index.csv": csv_file(("file", "to", "notice_id"), rows).encode()}


def _keep(  # noqa: PLR0913, PLR0917
    warehouse: Warehouse,
    asked: Sequence[Asked],
    not_sent: frozenset[str],
    batch_id: str,
    today: date,
    who: Actor,
) -> None:
    """Record who is written to, and who is held out; the trail first."""
    for one in asked:
        if one.user_id not in not_sent:
            record(
                warehouse, action="notice", about=one.user_id, who=who,
                reason=f"run {batch_id} of {today}: a message about a lookup that nothing explains",
            )  # fmt: skip
    warehouse.insert(
        "notices",
        pa.table(
            {
                "notice_id": [one.notice_id for one in asked],
                "batch_id": [batch_id] * len(asked),
                "user_id": [one.user_id for one in asked],
                "system": [one.system for one in asked],
                "lookup_id": [one.lookup_id for one in asked],
                "theme": [one.theme for one in asked],
                "looked_up_on": [one.looked_up_on for one in asked],
                "made_on": [today] * len(asked),
                "sent": [one.user_id not in not_sent for one in asked],
            }
        ),
    )


def _let_go(warehouse: Warehouse, today: date) -> None:
    """Remove what was kept for long enough; lots once the trial is over."""
    notices = warehouse.settings.notices
    over = {"before": today - timedelta(days=notices.kept_days)}
    with warehouse.transaction():
        warehouse.run("DELETE FROM notices WHERE made_on < $before", over)
        if not notices.hold_out:
            warehouse.run("DELETE FROM notice_arms WHERE drawn_on < $before", over)
