"""Rules: each one filter with a score over `lookup_context`, checked against its own header, and run."""

from dataclasses import dataclass
from datetime import date

from lookup_audit.context import missing_needs
from lookup_audit.errors import SignedSqlError
from lookup_audit.warehouse import SignedSql, Warehouse

_SETTINGS_IN_EXPLANATIONS = {"link_grace_days", "follow_up_hours", "handover_hours"}


@dataclass(frozen=True)
class RuleResult:
    """What running the rules of a night came to: `skipped` holds "off_duty: needs shifts"."""

    findings: int
    skipped: tuple[str, ...]


def check_signed(signed: SignedSql) -> None:
    """Hold a rule or explanation to its header; `SignedSqlError` names the file and every difference.

    Its declared columns are exactly those in its parsed query (data minimisation, Wpg art. 3), and its
    parameters exactly those that the query uses; a rule reads `lookup_context` and nothing else.
    """
    import sqlglot
    from sqlglot import exp

    tree = sqlglot.parse_one(signed.query, dialect="duckdb")
    faults = []
    columns = {column.name for column in tree.find_all(exp.Column)}
    if columns != set(signed.columns_used):
        faults.append(f"columns_used and the query differ in {_names(columns ^ set(signed.columns_used))}")
    known = set(signed.parameters) | (_SETTINGS_IN_EXPLANATIONS if signed.kind == "explanation" else set())
    asked = {placeholder.name for placeholder in tree.find_all(exp.Placeholder)}
    if asked - known or set(signed.parameters) - asked:
        faults.append(
            f"parameters and the query differ in {_names((asked - known) | (set(signed.parameters) - asked))}"
        )
    tables = {table.name for table in tree.find_all(exp.Table)}
    if signed.kind == "rule" and tables != {"lookup_context"}:
        faults.append(f"reads {_names(tables)}, where a rule reads lookup_context only")
    if faults:
        raise SignedSqlError(f"{signed.path}: {'; '.join(faults)}")


def run_rules(warehouse: Warehouse, rules: list[SignedSql], *, day: date, run_id: str) -> RuleResult:
    """Insert the findings of every rule on the night at hand; a rule whose needs were not loaded is skipped."""
    skipped = []
    before = warehouse.count("findings")
    for rule in rules:
        missing = missing_needs(warehouse, rule)
        if missing:
            skipped.append(f"{rule.id}: needs {', '.join(missing)}")
            continue
        warehouse.run(
            f"CREATE OR REPLACE TEMP TABLE flagged AS SELECT * FROM ({rule.query}) AS asked WHERE score > 0",
            rule.values(warehouse.settings),
        )
        if warehouse.count("flagged"):
            warehouse.run(
                _insert(warehouse.columns("SELECT * FROM flagged")),
                {
                    "detector": rule.id,
                    "motive": None if rule.motive == "any" else rule.motive,
                    "run_id": run_id,
                    "day": day,
                },
            )
    warehouse.run("DROP TABLE IF EXISTS temp.flagged")
    return RuleResult(warehouse.count("findings") - before, tuple(skipped))


def _insert(columns: list[str]) -> str:
    """The insert of what a rule flagged; everything that it selects beside its score is the evidence."""
    names = [name for name in columns if name not in {"lookup_nr", "score"}]
    evidence = ", ".join(f"'{name}': flagged.{name}" for name in names)
    return f"""
        INSERT INTO findings BY NAME
        SELECT
            stable_id('f', [$detector, night.system, night.lookup_id]) AS finding_id,
            $run_id AS run_id,
            $day AS audit_date,
            $detector AS detector,
            $motive AS motive,
            night.system,
            night.lookup_id,
            night.user_id,
            night.subject_id,
            night.occurred_at,
            round(least(greatest(flagged.score, 0.0), 1.0), 6) AS score,
            to_json({{{evidence}}}) AS evidence
        FROM flagged
        INNER JOIN night ON night.lookup_nr = flagged.lookup_nr
        ORDER BY night.system, night.lookup_id
    """


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))
