"""What is loaded, audited and pending."""

from typing import Any

from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES


def warehouse_status(warehouse: Warehouse) -> dict[str, Any]:
    """What is loaded (rows by input table), audited (days), and pending (days with reasons)."""
    audited = warehouse.rows(
        "SELECT count(*) AS audited_days, min(audit_date) AS first_audited, max(audit_date) AS last_audited FROM runs"
    )[0]
    return {
        "loaded": {table: warehouse.count(table) for table in TABLES},
        "files": warehouse.count("input_files"),
        "rejected_rows": warehouse.count("rejected_rows"),
        **audited,
        "pending": warehouse.rows(
            "SELECT day, string_agg(DISTINCT reason, ', ' ORDER BY reason) AS reasons "
            "FROM pending_days GROUP BY day ORDER BY day"
        ),
        "alerts": warehouse.count("alert_episodes"),
    }
