"""Everything hard about a lookup, answered once: local time, duty, work links, home, kin, news, history."""

from lookup_audit.context.build import build_context, store_history
from lookup_audit.context.missing import missing_needs

__all__ = ["build_context", "missing_needs", "store_history"]
