"""The command line: the only place that prints or exits. Heavy imports wait until a command needs them."""

import sys

from lookup_audit.cli import (
    alerts,
    audit,
    config,
    document,
    dossier,
    guard,
    load,
    migrate,
    night,
    prevention,
    publish,
    quality,
    report,
    retention,
    status,
    suppress,
)
from lookup_audit.cli.common import app, complain
from lookup_audit.errors import LookupAuditError

__all__ = ["app", "main"]

for commands in (
    night,
    load,
    audit,
    status,
    config,
    alerts,
    suppress,
    report,
    quality,
    dossier,
    document,
    publish,
    prevention,
    guard,
    retention,
    migrate,
):
    commands.register(app)


def main() -> None:
    """Run the command line; leave with the exit code of the data contract (0, 1, 2 or 3)."""
    try:
        app()
    except LookupAuditError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        complain(f"{where}{error.strerror or error}")
        sys.exit(1)
