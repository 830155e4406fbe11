"""Which commands are entered in the log of operation, and the exit code that each ends with."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperGroup

from lookup_audit.errors import LookupAuditError, Stopped

if TYPE_CHECKING:
    from lookup_audit.operation.log import Log
    from lookup_audit.settings import Settings

# Those that change what is kept or given out. Who only looks is in the trail, where looking matters.
_LOGGED = frozenset(
    {"audit", "export", "forget", "ingest", "key", "migrate", "night", "notice", "publish", "report"}
)


class _Running:
    """The command at hand, and its log once its warehouse is known."""

    def __init__(self, context: typer.Context) -> None:
        self.context = context
        self.log: Log | None = None


_running: list[_Running] = []  # one, while a command runs


class LoggedCommands(TyperGroup):
    """The commands of the application; what one fails on and leaves with ends its log."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was named."""
        _running.append(_Running(ctx))
        exit_code = 1
        try:
            answer = super().invoke(ctx)
            exit_code = 0
        except typer.Exit as left:
            exit_code = left.exit_code
            raise
        except LookupAuditError as error:
            exit_code = error.exit_code
            _enter(error)
            raise
        except typer.BadParameter:
            exit_code = 2
            raise
        except KeyboardInterrupt as error:  # typer would leave with 130, and without a word
            _enter(error)
            raise Stopped("stopped; what was complete is kept, what was under way is undone") from error
        except Exception as error:
            _enter(error)
            raise
        else:
            return answer
        finally:
            log = _running.pop().log
            if log is not None:
                log.end(exit_code)


def begin_log(settings: "Settings", warehouse: Path) -> "Log | None":
    """The log of the command at hand, opened now where it is not yet; None for a command that only looks."""
    if not _running or _running[-1].context.invoked_subcommand not in _LOGGED:
        return None
    running = _running[-1]
    if running.log is None:
        from lookup_audit.cli.common import note
        from lookup_audit.operation.log import Log, log_path

        running.log = Log(
            log_path(settings, warehouse), str(running.context.invoked_subcommand), complain=note
        )
    return running.log


def _enter(error: BaseException) -> None:
    if _running[-1].log is not None:
        from lookup_audit.operation.log import failed

        failed(error)
