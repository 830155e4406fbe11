"""Who gets a notice, about which lookup, and why everyone else gets none."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lookup_audit.clock import local_time
from lookup_audit.errors import UsageError
from lookup_audit.reporting.notices.queries import TOUCHED, USERS
from lookup_audit.triage.names import known_detector
from lookup_audit.triage.suppressions import running_on
from lookup_audit.warehouse import Warehouse

LOOKUP_REASONS: Mapping[str, str] = {
    "too_old": "older than notices.oldest_days",
    "too_recent": "within notices.wait_days: a case link may still come",
    "pending": "on a day that waits to be audited again",
    "desk": "by a desk function on a day that it explains",
    "explained": "explained by a work link",
    "other_kind": "with a question of another kind than notices.themes",
    "low_risk": "of a risk below notices.minimum_risk",
    "high_risk": "of a risk from notices.maximum_risk on",
    "judged": "in an alert that was judged explained or dismissed",
    "suppressed": "in an alert that a suppression hides",
    "asked_before": "asked about in an earlier notice",
}
"""Why a lookup that raised a question gets no notice; each has the first that holds."""

USER_REASONS: Mapping[str, str] = {
    "unknown": "not in the register of users",
    "left": "left",
    "mandate": "under a mandate that is valid, or waits to be",
    "under_review": "with an alert or control lookup judged asked, unexplained or referred",
    "grave": "with a question of high risk or of personal benefit within the history",
    "quiet": "got a notice, or was held out, within notices.quiet_days",
    "no_address": "with an id that makes no mail address",
}
"""Why a user with such a lookup gets no notice; each has the first that holds."""

_LOCAL_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_+-]*(\.[A-Za-z0-9_+-]+)*")
_LONGEST_LOCAL_PART = 64  # RFC 5321, section 4.5.3.1.1


@dataclass(frozen=True)
class Asked:
    """One lookup that a user is to be asked about; `at` is local and aware.

    `address` is where the message goes: the mail address, or the user's id where none is configured.
    """

    notice_id: str
    user_id: str
    address: str
    system: str
    lookup_id: str
    at: datetime
    looked_up_on: date
    subject_type: str | None
    theme: str


@dataclass(frozen=True)
class Chosen:
    """Who is to be asked, one lookup a user, and how many lookups and users are not, by reason."""

    asked: tuple[Asked, ...]
    lookups: Mapping[str, int]
    users: Mapping[str, int]


def choose(warehouse: Warehouse, today: date, first: date | None = None, last: date | None = None) -> Chosen:
    """Who is to be asked about lookups of these local days; without them, of those that are recent enough.

    Reads and changes nothing but temporary tables. Raises `UsageError` for a theme that does not exist.
    """
    notices = warehouse.settings.notices
    themes = [known_theme(name) for name in notices.themes]
    audited: date | None = warehouse.value("SELECT max(audit_date) FROM runs")
    if audited is None:
        return Chosen((), {}, {})
    oldest = audited - timedelta(days=notices.oldest_days)
    risks = {"minimum_risk": notices.minimum_risk, "maximum_risk": notices.maximum_risk}
    warehouse.run(
        TOUCHED,
        {
            "first": first or oldest,
            "last": last or audited,
            "oldest": oldest,
            "latest": audited - timedelta(days=notices.wait_days),
            "themes": themes,
            **risks,
            **running_on(warehouse),
            "today": today,
        },
    )
    rows = warehouse.rows(
        USERS,
        {
            "today": today,
            "since": audited - timedelta(days=warehouse.settings.context.history_days),
            "quiet_since": today - timedelta(days=notices.quiet_days),
            "maximum_risk": notices.maximum_risk,
        },
    )
    lookups = warehouse.rows("SELECT outcome, count(*) AS count FROM notice_lookups GROUP BY outcome")
    warehouse.run("DROP TABLE notice_lookups")
    zone = warehouse.settings.zone_info
    reasons: Counter[str] = Counter()
    asked = []
    for row in rows:
        outcome = row.pop("outcome")
        address = _address(notices.address, row["user_id"])
        if outcome == "notice" and address is not None:
            at = local_time(row.pop("occurred_at"), zone)
            asked.append(Asked(**row, at=at, address=address))
        else:
            reasons["no_address" if outcome == "notice" else outcome] += 1
    counts = {row["outcome"]: row["count"] for row in lookups}
    return Chosen(
        tuple(asked),
        {name: counts[name] for name in LOOKUP_REASONS if counts.get(name)},
        {name: reasons[name] for name in USER_REASONS if reasons[name]},
    )


def known_theme(name: str) -> str:
    """The theme, when it is a question that has a motive; `UsageError` else."""
    try:
        return known_detector(name)
    except UsageError as error:
        raise UsageError(f"notices.themes: {error}") from error


def _address(form: str, user_id: str) -> str | None:
    """Where the message goes; None where the id, which comes from a log, could make it go elsewhere."""
    if not form:
        return user_id
    if not _LOCAL_PART.fullmatch(user_id) or len(user_id) > _LONGEST_LOCAL_PART:
        return None
    return form.replace("{user_id}", user_id)
