"""What a dossier was made from and with: configuration, program, and the texts that were signed off."""

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from lookup_audit.reporting.dossier.as_json import json_text
from lookup_audit.settings import Settings
from lookup_audit.warehouse import load_signed

_PROGRAM = ("*.py", "*.sql", "*.toml", "*.html", "*.css", "*.js", "*.po")


def source_files(
    provenance: dict[str, Any], settings: Settings, key_fingerprint: str | None
) -> dict[str, str]:
    """The files of a dossier that say where it comes from: name → text.

    `provenance.json` has input files, runs, versions and hashes, and the fingerprint of the key where pseudonyms
    were made with it; `configuration.json` the settings as they
    were, of which the first 16 digits of the SHA-256 are the `config_hash` of runs; `rules/` and
    `explanations/` the texts themselves.
    """
    named = ("files", "runs", "texts", "config_hash", "code_version")
    facts = {name: provenance[name] for name in named}
    texts = [*load_signed("rule", locked=False), *load_signed("explanation", locked=False)]
    package = Path(str(files("lookup_audit")))
    return {
        "provenance.json": json_text(
            {**facts, "program_sha256": program_digest(), "key_fingerprint": key_fingerprint}
        ),
        "configuration.json": settings.config_text,
        **{
            f"{text.kind}s/{text.id}.sql": (package / text.path).read_bytes().decode("utf-8")
            for text in texts
        },
    }


@cache
def program_digest() -> str:
    """SHA-256 over the names and contents of every file of this program: two that are alike do the same."""
    package = Path(str(files("lookup_audit")))
    found = {
        path.relative_to(package).as_posix(): path for pattern in _PROGRAM for path in package.rglob(pattern)
    }
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(f"{name}\n{hashlib.sha256(found[name].read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()
