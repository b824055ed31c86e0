"""The package of a filing: ST.96 XML, the signed form, every document as it was received, and the manifest."""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pikepdf

from portal.documents.store import DocumentStore
from portal.drafting.application import Application
from portal.filing import papers, printed_form
from portal.filing.pictures import Picture
from portal.filing.rules import Circumstances, Part, canonical, instant, manifest, package_name
from portal.filing.st96.writer import application_xml
from portal.signing.service import NoKey, sign_pdf

log = logging.getLogger("portal.filing")


@dataclass(frozen=True)
class Package:
    """What is written for one filing; `manifest_sha512` stands for all of it."""

    manifest: dict[str, Any]
    raw_manifest: bytes
    xml: bytes
    form: bytes

    @property
    def manifest_sha512(self) -> str:
        return hashlib.sha512(self.raw_manifest).hexdigest()


def build(
    application: Application,
    about: Circumstances,
    answers: printed_form.Answers,
    form_name: str,
    pictures: Sequence[Picture] = (),
) -> Package:
    """Make the package in memory. Without a signing key the form stays unsigned, and the manifest says so."""
    xml = application_xml(application, about, form_name)
    data = _part("application-data", "st96", papers.XML_NAME, "application/xml", xml)
    documents = [
        Part(
            "document",
            document.kind,
            document.file_name,
            document.media_type,
            document.size,
            document.sha512,
            document.pages,
            instant(document.received_at),
            position=document.position or None,
            rendering_of=document.rendering_of or None,
        )
        for document in application.documents
    ]
    printed = printed_form.form(manifest(application, about, [data, *documents]), xml, answers, pictures).document
    try:
        form, signed = sign_pdf(printed, "Application form"), True
    except NoKey as error:
        log.warning("%s: the form stays unsigned: %s", about.number, error)
        form, signed = printed, False
    with pikepdf.open(io.BytesIO(form)) as opened:
        pages = len(opened.pages)
    form_part = _part("application-form", "form", papers.FORM_NAME, "application/pdf", form, pages=pages, signed=signed)
    content = manifest(application, about, [data, form_part, *documents])
    return Package(content, canonical(content), xml, form)


def write(package: Package, store: DocumentStore) -> None:
    """Write every part that is not in the store yet, and last the name; raises StoreError, NameTaken."""
    store.put(package.xml)
    store.put(package.form)
    store.name(package_name(package.manifest["number"]), package.raw_manifest)


def _part(role: Any, kind: str, name: str, media_type: str, content: bytes, **more: Any) -> Part:
    return Part(role, kind, name, media_type, len(content), hashlib.sha512(content).hexdigest(), **more)
