"""The picture of a figurative mark, from the accepted file to the signed form."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from portal.documents import display
from portal.drafting import service as drafting
from portal.filing import service
from portal.signing.service import State, validate
from tests.integration.portal.desks import person
from tests.support.drafts import attach, complete_draft, file_draft

MARK = {"kind": "figurative", "text": "ZOË", "description": "A cup.", "colours": ""}
PICTURES = {
    "image/jpeg": (Image.new("CMYK", (600, 400), (0, 250, 230, 10)), "JPEG"),
    "image/png": (Image.new("RGBA", (7000, 5000), (200, 20, 30, 0)), "PNG"),
    "image/tiff": (Image.new("I;16", (300, 200), 32_768), "TIFF"),
}


def written(media_type: str) -> bytes:
    picture, form = PICTURES[media_type]
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def filed(media_type: str, language: str, content: bytes) -> tuple[bytes, bytes]:
    """The signed form of a figurative mark, and its picture as the package holds it."""
    user = person("agent@demo.example")
    draft = complete_draft(user, MARK["text"])
    drafting.save_section(draft, "mark", MARK, 1, user)
    sha512 = attach(draft, user, "mark-image", "logo", content, media_type)
    filing = file_draft(draft, user, language)
    manifest, _raw = service.manifest_of(filing)
    form = next(file["sha512"] for file in manifest["files"] if file["role"] == "application-form")
    found, kept = service.file_of(filing, form), service.file_of(filing, sha512)
    assert found is not None
    assert kept is not None
    return found[1].read(), kept[1].read()


def told(form: bytes, tmp_path: Path) -> str:
    path = tmp_path / "form.pdf"
    path.write_bytes(form)
    run = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(run.stdout.split())


@pytest.mark.parametrize("media_type", PICTURES)
def test_the_signed_form_shows_the_picture_and_the_package_keeps_the_file(app, tmp_path, media_type):
    """What is made for paper must never take the place of what was received."""
    content = written(media_type)
    with app.app_context():
        form, kept = filed(media_type, "en", content)
        assert validate(form).state is State.VALID
    assert kept == content
    assert "logo, scaled to fit." in told(form, tmp_path)
    listed = subprocess.run(["pdfimages", "-list", tmp_path / "form.pdf"], capture_output=True, text=True, check=True)
    (picture,) = listed.stdout.splitlines()[2:]
    assert max(int(side) for side in picture.split()[3:5]) <= 1600


def test_a_picture_that_cannot_be_made_ready_is_named_and_filed(app, tmp_path, monkeypatch):
    """A decoder that runs out of memory must not cost the agent the date."""
    monkeypatch.setattr(display, "run_apart", lambda *_: None)
    with app.app_context():
        form, _kept = filed("image/png", "fr", written("image/png"))
    assert "L’image logo ne peut pas être montrée sur ce document." in told(form, tmp_path)
