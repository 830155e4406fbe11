"""The errors of this package: each says what is wrong, where, and what to do about it.

The tree is small on purpose; the command line maps each branch to one exit code of the data contract::

    LookupAuditError          1  failed, nothing changed
    ├── UsageError            2  wrong usage or configuration
    │   ├── SettingsError        a setting that is unknown, or has the wrong kind of value
    │   ├── SignedSqlError       a rule or explanation whose text is not what was signed off
    │   ├── MandateError         a dossier asked for without the order that allows it
    │   └── BrowserMissing       a page to be printed, and no browser here to print it
    ├── PrintError            1  a browser could not print a page; the page itself is there
    ├── InputError            1  a drop that cannot be read at all (bad rows are rejected, not raised)
    ├── Stopped               1  whoever ran it interrupted it
    └── WarehouseError        1  the warehouse cannot be opened, is of another version, or is not there
        └── WarehouseLocked      another process holds it
"""


class LookupAuditError(Exception):
    """Anything this package raises on purpose; `exit_code` is what the command line leaves with."""

    exit_code = 1


class UsageError(LookupAuditError):
    """The caller asked for something that cannot be, or configured it wrongly."""

    exit_code = 2


class SettingsError(UsageError):
    """A configuration file that says something unknown or impossible; lists every fault at once."""


class SignedSqlError(UsageError):
    """A rule or explanation whose header, parameters, or text is not what was signed off."""


class MandateError(UsageError):
    """A named file asked for without the written order that allows it."""


class BrowserMissing(UsageError):
    """A page to be printed on a machine without a browser; the message says what to install or set."""


class PrintError(LookupAuditError):
    """A page that the browser could not print, with what the browser said."""


class InputError(LookupAuditError):
    """A drop or file that cannot be used at all."""


class Stopped(LookupAuditError):
    """Whoever runs the command interrupted it."""


class WarehouseError(LookupAuditError):
    """The warehouse is missing, unreadable, or made by another version."""


class WarehouseLocked(WarehouseError):
    """Another process has the warehouse open; the message says which."""
