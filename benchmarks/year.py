"""A year of a large unit in a report: time and memory, from made-up daily tables (no lookups are needed).

Run with: python -m benchmarks.year [--users 10000] [--days 365] [--folder DIR]
"""

import argparse
import json
import resource
import tempfile
import time
from pathlib import Path

from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

_TABLES = """
INSERT INTO users (user_id, unit, district, team, file_id)
SELECT 'u' || nr, 'Unit ' || nr % 2, 'District ' || nr % 10, 'Team ' || nr % 400, 'f' FROM range({users}) AS t(nr);

INSERT INTO user_days
SELECT
    'u' || nr, day::DATE, 'all', 10 + nr % 40, 8, 4, 1, 0, 0, 2, 5, 1, 2, 0, 3, 1, 0, 0, 0.1, []
FROM range({users}) AS t(nr),
    range(DATE '2025-01-06', DATE '2025-01-06' + INTERVAL {days} DAY, INTERVAL 1 DAY) AS d(day)
WHERE (nr + dayofyear(day)) % 7 < 5;

INSERT INTO volume_days
SELECT day::DATE, cut, part, {users} * 20, {users} * 18, {users} / 2
FROM range(DATE '2025-01-06', DATE '2025-01-06' + INTERVAL {days} DAY, INTERVAL 1 DAY) AS d(day), (
    VALUES ('system', 'BVH'), ('system', 'MEOS'), ('system', 'BRP'), ('channel', 'desktop'), ('channel', 'mobile'),
        ('action', 'view'), ('action', 'search'), ('duty', 'on'), ('duty', 'off'), ('hour', '9'), ('hour', '14')
) AS parts(cut, part);

INSERT INTO question_days
SELECT
    day::DATE, 'u' || nr, motive, theme, 'BVH', 'desktop', 'view', 9, 'on', 2, 0.5
FROM range({users}) AS t(nr),
    range(DATE '2025-01-06', DATE '2025-01-06' + INTERVAL {days} DAY, INTERVAL 1 DAY) AS d(day), (
    VALUES ('curiosity', 'news_spike'), ('personal_involvement', 'neighbour'), ('personal_involvement', 'family'),
        ('personal_benefit', 'bulk_extraction')
) AS themes(motive, theme)
WHERE hash(nr, day, theme) % 200 = 0;

INSERT INTO findings
SELECT
    'f' || nr || day, 'r', day::DATE, 'news_spike', 'curiosity', 'BVH', 'l' || nr || day, 'u' || nr,
    's' || week(day), day, 0.8, '{{}}'
FROM range({users}) AS t(nr),
    range(DATE '2025-01-06', DATE '2025-01-06' + INTERVAL {days} DAY, INTERVAL 1 DAY) AS d(day)
WHERE hash(nr, day) % 500 = 0;

INSERT INTO interventions
SELECT 'i' || nr, DATE '2025-09-01' + CAST(nr % 20 AS INTEGER), 'dilemma_session', 'family', 'Unit ' || nr % 2,
    'Team ' || nr, 25, 'f'
FROM range(150) AS t(nr);

INSERT INTO runs
SELECT 'r' || day, day::DATE, day, day, 'done', 'c', 'v', {users} * 20, {users} * 18, 100, 80, 0, []
FROM range(DATE '2025-01-06', DATE '2025-01-06' + INTERVAL {days} DAY, INTERVAL 1 DAY) AS d(day);
"""


def main(arguments: list[str] | None = None) -> int:
    """Make the tables, write the report in both languages, and print seconds and peak memory."""
    from lookup_audit.reporting.dashboard.report import Report

    parser = argparse.ArgumentParser(prog="python -m benchmarks.year", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--folder", type=Path, default=None, help="where pages go; a temporary one else")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        settings = Settings.model_validate({"memory": "1GB", "reporting": {"weeks": 52}})
        with Warehouse(Path(temporary) / "year.duckdb", settings) as warehouse:
            warehouse.script(_TABLES.format(users=options.users, days=options.days))
            rows = warehouse.count("user_days")
            started = time.perf_counter()
            pages = Report(warehouse).write(folder)
            seconds = time.perf_counter() - started
        measured = {
            "users": options.users,
            "days": options.days,
            "user_days": rows,
            "pages": len(pages),
            "seconds": round(seconds, 1),
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            "largest_page_mb": round(max(page.stat().st_size for page in pages) / 1e6, 2),
        }
    print(json.dumps(measured, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
