"""The few calls that everything above makes on the engine."""

from lookup_audit.warehouse.duck import Warehouse
from lookup_audit.warehouse.export import OUTPUT_TABLES, export_tables
from lookup_audit.warehouse.signed_sql import (
    SignedSql,
    check_configured,
    load_signed,
    sign_off,
    signed_digest,
)

__all__ = [
    "OUTPUT_TABLES",
    "SignedSql",
    "Warehouse",
    "check_configured",
    "export_tables",
    "load_signed",
    "sign_off",
    "signed_digest",
]
