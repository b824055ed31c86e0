"""Pictures: JPEG, PNG, GIF and TIFF, whole, of a size that can be opened, and nothing else in the file."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from portal.documents.checks import jpeg
from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.verdict import Findings, Limits

PILLOW = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "tiff": "TIFF"}


def examine(stream: BinaryIO, size: int, found: str, limits: Limits, findings: Findings) -> None:
    """The header first: a picture that unpacks to more than the limit is never decoded."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is ours, below, before a pixel is decoded
    stream.seek(0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(stream, formats=[PILLOW[found]]) as picture:
                if _fits(picture, limits, findings):
                    _decode(picture, found, limits, findings)
    except UnidentifiedImageError:
        findings.refuse("damaged")
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError) as error:
        findings.refuse("cut-off" if "truncated" in str(error).lower() else "damaged")
    if not findings.reasons:
        _has_only_itself(stream, size, found, findings)


def _fits(picture: Image.Image, limits: Limits, findings: Findings) -> bool:
    width, height = picture.size
    findings.facts |= {"width": width, "height": height, "mode": picture.mode}
    if (dpi := picture.info.get("dpi")) and all(0 < float(side) < 100_000 for side in dpi):
        findings.facts["dpi"] = [round(float(side)) for side in dpi]
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        findings.refuse("too-many-pixels", width=width, height=height, limit=limits.max_pixels // 1_000_000)
        return False
    return True


def _decode(picture: Image.Image, found: str, limits: Limits, findings: Findings) -> None:
    """Decode every frame; only a TIFF may have several: they are its pages."""
    frames = getattr(picture, "n_frames", 1)
    if frames > 1 and found != "tiff":
        findings.refuse("animated", frames=frames)
        return
    findings.pages = frames if found == "tiff" else None
    if frames > limits.max_pages:
        findings.refuse("too-many-pages", pages=frames, limit=limits.max_pages)
        return
    for frame in range(frames):
        picture.seek(frame)
        if not _fits(picture, limits, findings):
            return
        picture.load()


def _has_only_itself(stream: BinaryIO, size: int, found: str, findings: Findings) -> None:
    stream.seek(0)
    content = stream.read()
    end = {"jpeg": jpeg.end_of, "png": _end_of_png, "gif": _end_of_gif}.get(found, len)(content)
    rest = content[end:].strip(b"\x00\r\n")
    second_picture = found == "jpeg" and rest.startswith(b"\xff\xd8\xff")  # cameras append a preview (CIPA DC-007)
    if rest and not second_picture:
        findings.refuse("something-else", found=name_of(rest), size=len(rest))
    elif zip_at_end(stream, size):
        findings.refuse("something-else", found="archive", size=size)


def _end_of_png(content: bytes) -> int:
    at = 8
    while at + 12 <= len(content):
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        at += 12 + length
        if kind == b"IEND":
            break
    return at


def _end_of_gif(content: bytes) -> int:
    """The place after the trailer: header, colour table, then blocks of sub-blocks (GIF89a, Appendix B)."""
    at = 13 + _colour_table(content[10])
    while at < len(content):
        block, at = content[at], at + 1
        if block == 0x3B:
            break
        if block == 0x21:
            at += 1
        elif block == 0x2C:
            at += 9 + _colour_table(content[at + 8]) + 1
        while at < len(content) and (length := content[at]):
            at += 1 + length
        at += 1
    return at


def _colour_table(packed: int) -> int:
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0
