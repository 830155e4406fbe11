"""Explain the legitimate lookups, ask about the rest, and turn findings into prevention."""

__version__ = "0.1.0"
