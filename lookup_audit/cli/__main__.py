"""`python -m lookup_audit.cli`, for where the entry point is not on the path."""

from lookup_audit.cli import main

main()
