"""A dossier of 20,000 lookups in a real chromium: how long until it can be read, filtered and printed.

python -m benchmarks.dossier_page [LOOKUPS]; times are medians in milliseconds, of pages that were not open before.
"""

import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from lookup_audit.privacy.actor import actor
from lookup_audit.privacy.mandates import add_mandate
from lookup_audit.reporting.dossier.dossier import write_dossier
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse
from tests.browser import running_browser

SAMPLE = Path(__file__).parent.parent / "tests" / "dossier_sample.sql"
ROUNDS = 5

# Ten months of lookups for the user of the sample, of which each twentieth raises a question.
_MORE = """
INSERT INTO lookups
SELECT
    'B' || number, TIMESTAMP '2025-06-01 06:00:00' + to_minutes((number * 431000 // $count)::INTEGER), 'U0042',
    CASE number % 3 WHEN 0 THEN 'BVH' WHEN 1 THEN 'MEOS' ELSE 'RDW' END, 'view', 'desktop', 'person',
    'P-' || (number % 4000), 'Berg, van den ' || number, NULL, 'melding ' || (number % 900), 'WS-7', NULL, NULL,
    DATE '2025-06-01', 0, 1, sha256('lookups')
FROM range(0, $count) AS numbers (number)
"""
_DAYS = "UPDATE lookups SET local_date = occurred_at + to_hours(1) WHERE starts_with(lookup_id, 'B')"
_LINKS = """
INSERT INTO work_links SELECT system, lookup_id, 'own_case', 0.9, local_date FROM lookups
WHERE starts_with(lookup_id, 'B') AND substr(lookup_id, 2)::INTEGER % 7 <> 0
"""
_FINDINGS = """
INSERT INTO findings
SELECT 'f-' || lookup_id, 'r-1', local_date, 'neighbour', 'personal_involvement', system, lookup_id, user_id,
    subject_id, occurred_at, 0.8, '{"home_distance_m": 41.5}'
FROM lookups WHERE starts_with(lookup_id, 'B') AND substr(lookup_id, 2)::INTEGER % 20 = 0
"""
_RISKS = """
INSERT INTO lookup_risk
SELECT system, lookup_id, occurred_at, user_id, subject_id, 0.2, motive, [detector], [],
    'b-' || (substr(lookup_id, 2)::INTEGER // 200),
    '[{"term":"prior","log_odds":-4.5},{"term":"neighbour","log_odds":3.2}]',
    'circle', audit_date
FROM findings WHERE starts_with(finding_id, 'f-B')
"""
_ALERTS = """
INSERT INTO alert_episodes
SELECT alert_id, user_id, min(subject_id), 'circle', min(motive), min(occurred_at), max(occurred_at), count(*),
    max(risk), max(audit_date), ['neighbour'], TRUE
FROM lookup_risk WHERE starts_with(alert_id, 'b-') GROUP BY alert_id, user_id
"""


def make_page(folder: Path, count: int) -> Path:
    """The English page of a dossier with so many lookups."""
    with Warehouse(None, Settings()) as warehouse:
        warehouse.script(SAMPLE.read_text(encoding="utf-8"))
        warehouse.run(_MORE, {"count": count})
        for statement in (_DAYS, _LINKS, _FINDINGS, _RISKS, _ALERTS):
            warehouse.run(statement)
        me = actor()
        add_mandate(
            warehouse, "M-1", authority="VIK", purpose="benchmark", user_id="U0042", first_day=date(2025, 1, 1),
            last_day=date(2026, 12, 31), valid_until=warehouse.settings.today(), holders=(me.account,), who=me,
        )  # fmt: skip
        begun = time.perf_counter()
        written = write_dossier(
            warehouse, "U0042", folder, mandate="M-1", from_day=date(2025, 6, 1), to_day=date(2026, 4, 10)
        )
        print(f"written in {time.perf_counter() - begun:.1f} s")
    return written.pages[0]


def measure(browser: Any, page: Path) -> dict[str, float]:
    """Milliseconds until the table is filled and the figures are drawn, and from a key to the filtered table."""
    tables, figures, keys = [], [], []
    for _ in range(ROUNDS):
        view = browser.new_page(viewport={"width": 1280, "height": 900})
        begun = time.perf_counter()
        view.goto(page.as_uri(), wait_until="commit")
        view.wait_for_selector("#every .matches:not(:empty)", state="attached")
        tables.append(1000 * (time.perf_counter() - begun))
        view.wait_for_selector("html[data-drawn]")
        figures.append(1000 * (time.perf_counter() - begun))
        keys.append(max(view.evaluate(_TYPE, text) for text in ("b", "be", "berg 19", "melding 8")))
        view.close()
    return {"table filled": median(tables), "figures drawn": median(figures), "key to table": median(keys)}


_TYPE = """
(text) => new Promise(resolve => {
  const field = document.querySelector("#every [name=text]");
  const begun = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begun)));
})
"""


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as place:
        page = make_page(Path(place), count)
        print(f"{count:,} lookups, page of {page.stat().st_size / 1e6:.1f} MB")
        for browser in running_browser():
            for name, milliseconds in measure(browser, page).items():
                print(f"{name}: {milliseconds:,.0f} ms")
            view = browser.new_page()
            view.goto(page.as_uri())
            view.wait_for_selector("html[data-drawn]")
            begun = time.perf_counter()
            pdf = view.pdf()
            pages = pdf.count(b"/Type /Page\n") or pdf.count(b"/Type /Page ")
            print(f"printed in {time.perf_counter() - begun:.1f} s, {pages} pages, {len(pdf) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
