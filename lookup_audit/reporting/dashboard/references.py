"""References: what stands on a dashboard for a person who must not be named there."""

import base64
import hmac

from lookup_audit.errors import UsageError
from lookup_audit.privacy.keys import derived, warehouse_key
from lookup_audit.warehouse import Warehouse

_SIGNS = 8


def reference(key: bytes, subject_id: str) -> str:
    """A reference such as N-7QX2K4MD: always the same for a subject, and without the key anybody's."""
    digest = hmac.digest(derived(key, "references"), subject_id.encode(), "sha256")
    return f"N-{base64.b32encode(digest).decode()[:_SIGNS]}"


def resolve(warehouse: Warehouse, wanted: str) -> str:
    """The subject that a reference stands for; `UsageError` where it stands for nobody in the news here."""
    if warehouse.path is None or not warehouse.path.with_name(f"{warehouse.path.name}.key").exists():
        raise UsageError(f"{wanted}: this warehouse has no key, so no reference was made with it")
    key = warehouse_key(warehouse.path)
    rows = warehouse.rows(
        "SELECT DISTINCT subject_id FROM findings WHERE detector = 'news_spike' AND subject_id IS NOT NULL "
        "ORDER BY subject_id"
    )
    for row in rows:
        if reference(key, row["subject_id"]) == wanted.strip().upper():
            return str(row["subject_id"])
    raise UsageError(f"{wanted}: no such reference in this warehouse")
