"""The notebooks run from top to bottom on a fresh warehouse, and are kept without output."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from lookup_audit.ingest import ingest
from lookup_audit.pipeline import audit, days_to_audit
from lookup_audit.settings import Settings
from lookup_audit.simulate import simulate
from lookup_audit.warehouse import Warehouse
from tests.names_in import names_in, words_of

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
@pytest.mark.filterwarnings("ignore")  # of the notebook's own kernel client, not of this package
def test_a_notebook_runs_on_a_fresh_warehouse(path, tmp_path, monkeypatch):
    simulate(tmp_path / "drop", users=40, days=6, seed=9)
    file = tmp_path / "w.duckdb"
    with Warehouse(file, Settings()) as warehouse:
        ingest(warehouse, tmp_path / "drop")
        audit(warehouse, days_to_audit(warehouse))
        named = names_in(warehouse)
    monkeypatch.setenv("LOOKUP_AUDIT_WAREHOUSE", str(file))
    notebook = nbformat.read(path, as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells), "commit notebooks without output"
    done = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    said = str(done.cells)
    assert "Share of lookups explained" in said
    assert "prior" in said
    assert words_of(said.encode()) & named == set()
