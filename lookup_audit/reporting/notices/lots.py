"""The lot that decides who is held out: drawn once a user, and kept."""

from collections.abc import Sequence
from datetime import date

import pyarrow as pa

from lookup_audit.privacy.keys import derived, fraction, warehouse_key
from lookup_audit.warehouse import Warehouse


def held_out(warehouse: Warehouse, user_ids: Sequence[str]) -> tuple[frozenset[str], dict[str, bool]]:
    """Which of these users get no notice, and the lots among these that are drawn now: user → held out.

    Whoever was drawn before keeps that lot, so that another key or share does not redraw. Without a hold-out
    nobody is held out any more, and nobody is drawn. Nothing is stored: see `keep_lots`.
    """
    share = warehouse.settings.notices.hold_out
    if not share:
        return frozenset(), {}
    before = {row["user_id"]: row["held_out"] for row in warehouse.rows("SELECT * FROM notice_arms")}
    key = derived(warehouse_key(warehouse), "notice lots")
    drawn = {user: fraction(key, user) < share for user in user_ids if user not in before}
    lots = {**before, **drawn}
    return frozenset(user for user in user_ids if lots[user]), drawn


def keep_lots(warehouse: Warehouse, drawn: dict[str, bool], today: date) -> None:
    """Keep the lots that were drawn; call it in the transaction that keeps the notices."""
    if drawn:
        warehouse.insert(
            "notice_arms",
            pa.table(
                {
                    "user_id": pa.array(list(drawn), pa.string()),
                    "held_out": list(drawn.values()),
                    "share": [warehouse.settings.notices.hold_out] * len(drawn),
                    "drawn_on": [today] * len(drawn),
                }
            ),
        )
