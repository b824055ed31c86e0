"""Pictures: JPEG, PNG, GIF and TIFF, whole, of a size that can be opened, and nothing else in the file."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from portal.documents.checks import jpeg
from portal.documents.checks.detect import name_of, zip_at_end
from portal.documents.verdict import Findings, Limits, is_within

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
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        findings.refuse("too-many-pixels", width=width, height=height, limit=limits.max_pixels // 1_000_000)
        return False
    return True


def _all_fit(picture: Image.Image, frames: int, limits: Limits, findings: Findings) -> bool:
    """Whether every frame fits, and all together: pages of one colour pack to almost nothing."""
    room = limits.max_all_pixels
    for frame in range(frames):
        picture.seek(frame)
        if not _fits(picture, limits, findings):
            return False
        room -= picture.width * picture.height
    if room < 0:
        findings.refuse("unpacks-too-large")
    picture.seek(0)
    return room >= 0


def _keeps_to(picture: Image.Image, page: int | None, limits: Limits, findings: Findings) -> None:
    """What the office asks of a picture of this kind, frame by frame; `page` is that of a TIFF with several."""
    width, height = picture.size
    low, high = limits.pixels
    if not (is_within(width, limits.pixels) and is_within(height, limits.pixels)):
        values = {"width": width, "height": height, "least": low or 1, "most": high or limits.max_side}
        findings.refuse("pixels", page, **values)
    dpi = _dpi(picture)
    if dpi:
        findings.facts["dpi"] = dpi
    low, high = limits.dpi
    if (low or high) and not dpi:
        findings.refuse("dpi-not-said", page)
    elif not all(is_within(side, limits.dpi) for side in dpi):
        findings.refuse("dpi", page, dpi=min(dpi), least=low or 1, most=high or max(dpi))
    colours = findings.facts["colours"] = _colours(picture)
    if limits.colours and colours not in limits.colours:
        findings.refuse("colours", page, found=colours, wanted=list(limits.colours))


def _dpi(picture: Image.Image) -> list[int]:
    """Dots an inch across and down, as the file says them; empty when it does not."""
    said = picture.info.get("dpi") or ()
    return [round(float(side)) for side in said] if all(0 < float(side) < 100_000 for side in said) else []


def _colours(picture: Image.Image) -> str:
    """What the pixels are, by their mode; a palette of greys is grey."""
    if picture.mode == "1":
        return "black-and-white"
    if picture.mode in ("L", "LA", "La", "I", "F") or picture.mode.startswith("I;16"):
        return "grey"
    if picture.mode in ("P", "PA"):
        palette = picture.getpalette("RGB") or []
        shades = zip(palette[::3], palette[1::3], palette[2::3], strict=False)
        if all(red == green == blue for red, green, blue in shades):
            return "grey"
    return "colour"


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
    if not _all_fit(picture, frames, limits, findings):
        return
    for frame in range(frames):
        picture.seek(frame)
        _keeps_to(picture, frame + 1 if frames > 1 else None, limits, findings)
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
