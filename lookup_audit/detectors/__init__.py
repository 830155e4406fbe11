"""What raises a question: SQL rules, one file each, and an isolation forest over user-days."""

from lookup_audit.detectors.rule import RuleResult, check_signed, run_rules

__all__ = ["RuleResult", "check_signed", "run_rules"]
