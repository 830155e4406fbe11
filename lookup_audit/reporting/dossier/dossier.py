"""One user's dossier, for an investigator under a mandate: complete, reproducible, and fair."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lookup_audit.privacy import trail
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.keys import fingerprint, warehouse_key
from lookup_audit.privacy.mandates import open_under, user_to_open
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting.dossier.as_csv import as_csv
from lookup_audit.reporting.dossier.as_json import as_json
from lookup_audit.reporting.dossier.folder import State, put_folder
from lookup_audit.reporting.dossier.labels import Labels, prose_by_detector, prose_by_explanation
from lookup_audit.reporting.dossier.manifest import (
    MANIFEST,
    PUBLIC_KEY,
    SIGNATURE,
    Asked,
    make_manifest,
    sha256,
)
from lookup_audit.reporting.dossier.page import render
from lookup_audit.reporting.dossier.reading import Dossier, period_under, read_dossier
from lookup_audit.reporting.dossier.redaction import redact
from lookup_audit.reporting.dossier.signature import load_signer
from lookup_audit.reporting.dossier.sources import source_files
from lookup_audit.reporting.language import LANGUAGES, words_of
from lookup_audit.reporting.plain import file_part
from lookup_audit.settings import Language
from lookup_audit.warehouse import Warehouse

CSV_NAME = "lookups.csv"


@dataclass(frozen=True)
class Written:
    """A dossier that was written: note `manifest_sha256` elsewhere, it proves later that nothing was rewritten."""

    folder: Path
    pages: tuple[Path, ...]
    manifest_sha256: str
    signed_by: str | None
    state: State


def write_dossier(  # noqa: PLR0913 - each is part of the question that the mandate answers
    warehouse: Warehouse,
    user: str,
    out: Path,
    *,
    mandate: str,
    language: Language | None = None,
    from_day: date | None = None,
    to_day: date | None = None,
    redacted: bool = False,
    sign_key: Path | None = None,
    replace: bool = False,
    who: Actor | None = None,
) -> Written:
    """What was written: a folder `dossier-<user>-<first>-<last>` in `out`, owner-only, whole or not at all.

    It holds a page for each language, `lookups.csv`, `dossier.json`, what it was made from and with, and
    `manifest.json` with the hash of every file. The look is entered in the trail before anything is read, and
    the manifest's hash before anything is written. The same warehouse, mandate and period give the same bytes.

    Parameters
    ----------
    user
        The id, or its pseudonym.
    mandate
        The reference of the written order, recorded before.
    language
        One language; None for every language.
    from_day, to_day
        Local days, both included; without them the mandate's period, cut to the audited days.
    redacted
        Whether third parties are hidden, everywhere in it.
    sign_key
        A file with an Ed25519 private key in PEM, to sign the manifest with.
    replace
        Whether a dossier of this name with another content gives way.
    who
        Who looks; the operating-system account when not given.

    Raises
    ------
    MandateError
        The mandate does not allow it; the refusal is in the trail.
    UsageError
        The user or key is none, no day of the period was audited, or another folder is in the way.
    """
    signer = load_signer(sign_key) if sign_key else None
    who = who or actor()
    user_id = user_to_open(warehouse, user, mandate, action="dossier", who=who)
    order = open_under(
        warehouse, mandate, action="dossier", user_id=user_id, first=from_day, last=to_day, who=who
    )
    period = period_under(warehouse, order, from_day, to_day)
    languages = (language,) if language else LANGUAGES
    asked = Asked(user_id, order.reference, period.first, period.last, languages, redacted)
    contents = contents_of(read_dossier(warehouse, user_id, order, period), asked, warehouse)
    manifest = make_manifest(asked, contents, signer.fingerprint if signer else None).content()
    if signer:
        contents |= {SIGNATURE: signer.sign(manifest), PUBLIC_KEY: signer.public_key}
    contents[MANIFEST] = manifest  # the last to be written
    known = sha256(manifest)
    with warehouse.transaction():
        reason = f"{order.reference}; manifest {known}"
        trail.record(warehouse, action="dossier manifest", about=user_id, reason=reason, who=who)
    folder = (
        out / f"dossier-{file_part(user_id)}-{period.first}-{period.last}{'-redacted' if redacted else ''}"
    )
    state = put_folder(folder, contents, replace=replace)
    pages = tuple(folder / page_name(one) for one in languages)
    return Written(folder, pages, known, signer.fingerprint if signer else None, state)


def contents_of(dossier: Dossier, asked: Asked, warehouse: Warehouse) -> dict[str, bytes]:
    """Every file of the dossier but the manifest, by name; names are relative, with `/`."""
    if asked.redacted:
        dossier = redact(dossier, pseudonyms_of(warehouse).subject)
    detectors, explanations = prose_by_detector(), prose_by_explanation()
    texts = {
        page_name(one): render(dossier, Labels(words_of(one), detectors, explanations), CSV_NAME)
        for one in asked.languages
    }
    texts |= {CSV_NAME: as_csv(dossier.lookups), "dossier.json": as_json(dossier)}
    key = fingerprint(warehouse_key(warehouse)) if asked.redacted else None
    texts |= source_files(dossier.provenance, warehouse.settings, key)
    return {name: text.encode("utf-8") for name, text in texts.items()}


def page_name(language: Language) -> str:
    """The name of the page in a language."""
    return f"dossier-{language}.html"
