"""Notices: one neutral message to a user about a lookup that nothing explains; prevention, not investigation."""
