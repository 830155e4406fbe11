"""The few calls that everything above makes on the engine."""

from lookup_audit.warehouse.duck import Warehouse
from lookup_audit.warehouse.signed_sql import (
    SignedSql,
    check_configured,
    configured_faults,
    load_signed,
    sign_off,
    signed_digest,
)

__all__ = [
    "SignedSql",
    "Warehouse",
    "check_configured",
    "configured_faults",
    "load_signed",
    "sign_off",
    "signed_digest",
]
