"""A picture made ready for a paper: small, upright, in sRGB on white. The file that was received stays as it is.

Run as a module this is the process that makes it: the file on standard input, the picture on standard output.
"""

from __future__ import annotations

import io
import logging
import sys
import warnings
from dataclasses import dataclass
from typing import IO, BinaryIO

from PIL import Image, ImageCms, ImageOps

from portal.documents.sandbox import keep_within, run_apart
from portal.documents.verdict import Limits

log = logging.getLogger("portal.documents")

MODULE = "portal.documents.display"
LIMITS = Limits(seconds=20)
FORMATS = ["JPEG", "PNG", "GIF", "TIFF"]
MOST_SIDE = 1600
"""Pixels of the longer side: on the 120 mm that a paper gives it, more than 300 dots an inch."""
MOST_PNG = 500_000
"""Bytes from which a picture is told as JPEG: a photograph as PNG would be several megabytes."""
BAND = 256
FULL_WHITE = (1, 255, 65_535)
MEDIA_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Shown:
    """A picture for display: PNG or JPEG, at most MOST_SIDE pixels long; `width` and `height` are those of the file."""

    content: bytes
    media_type: str
    width: int
    height: int


def shown(picture_file: IO[bytes]) -> Shown | None:
    """What a paper can show of an accepted picture (a TIFF's first page), from a real file; None when nothing can be
    had of it."""
    try:
        made = run_apart(MODULE, [], picture_file, LIMITS)
        if made is None:
            log.warning("a picture could not be made ready for print")
            return None
        size, _, picture = made.partition(b"\n")
        width, height = map(int, size.split())
        media_type = next(name for begin, name in MEDIA_TYPES.items() if picture.startswith(begin))
    except (OSError, ValueError, StopIteration) as error:
        log.warning("a picture could not be made ready for print: %s", error)
        return None
    return Shown(picture, media_type, width, height)


def convert(stream: BinaryIO) -> tuple[bytes, tuple[int, int]]:
    """The picture as PNG or JPEG, and the width and height of the upright original; raises what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = None  # the sandbox has its limits, and the checks refused what is larger
    with Image.open(stream, formats=FORMATS) as picture:
        size, orientation = picture.size, picture.getexif().get(0x0112, 1)
        profile = picture.info.get("icc_profile")
        picture.draft(picture.mode, (MOST_SIDE, MOST_SIDE))  # a JPEG is decoded no larger than needed
        picture.load()
        small = _reduced(picture)
    small = _on_white(_in_srgb(small, profile))
    small.thumbnail((MOST_SIDE, MOST_SIDE), Image.Resampling.LANCZOS)
    small.getexif()[0x0112] = orientation
    small = ImageOps.exif_transpose(small)
    return _encoded(small), size[::-1] if orientation in (5, 6, 7, 8) else size


def _reduced(picture: Image.Image) -> Image.Image:
    """The picture at most about twice as large as it is shown; band by band, as a copy of 60 megapixels is too much."""
    width, height = picture.size
    factor = max(1, max(width, height) // MOST_SIDE)
    scale = _scale(picture)
    canvas: Image.Image | None = None
    for top in range(0, height, BAND * factor):
        band = picture.crop((0, top, width, min(height, top + BAND * factor)))
        band = _continuous(band, scale).reduce(factor)
        if canvas is None:
            canvas = Image.new(band.mode, (band.width, -(-height // factor)))
        canvas.paste(band, (0, top // factor))
    if canvas is None:
        raise ValueError("a picture without a line")
    return canvas


def _scale(picture: Image.Image) -> float:
    """What brings a grey of more than 8 bits to 8: from the whole range of its kind, else from its brightest point."""
    if picture.mode not in ("I", "F") and not picture.mode.startswith("I;16"):
        return 1.0
    if picture.mode.startswith("I;16"):
        return 255 / 65_535
    extrema = picture.getextrema()
    brightest = float(extrema[1])  # type: ignore[arg-type]
    return 255 / next((white for white in FULL_WHITE if brightest <= white), brightest)


def _continuous(band: Image.Image, scale: float) -> Image.Image:
    """The same in a mode whose neighbouring values can be mixed."""
    if band.mode in ("I", "F") or band.mode.startswith("I;16"):
        return band.convert("F").point(lambda value: value * scale + 0).convert("L")
    if "transparency" in band.info or band.mode in ("PA", "La", "RGBa"):
        return band.convert("RGBA")
    if band.mode in ("P", "1"):
        return band.convert("L" if band.mode == "1" else "RGB")
    return band


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours that the file's own profile means; those of the plain mode when it has none that is sound."""
    alpha = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    colours = picture.convert({"RGBA": "RGB", "LA": "L"}.get(picture.mode, picture.mode))
    if profile:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
                made = ImageCms.profileToProfile(
                    colours, source, ImageCms.createProfile("sRGB"), outputMode="RGB", inPlace=False
                )
            colours = made or colours
        except (ImageCms.PyCMSError, OSError, ValueError):
            log.info("a picture's colour profile is not sound")
    if colours.mode != "L":
        colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _on_white(picture: Image.Image) -> Image.Image:
    """Paper is white: what is transparent in the picture shows it."""
    if picture.mode not in ("RGBA", "LA"):
        return picture
    plain = picture.mode.removesuffix("A")
    paper = Image.new(plain, picture.size, "white")
    paper.paste(picture.convert(plain), mask=picture.getchannel("A"))
    return paper


def _encoded(picture: Image.Image) -> bytes:
    """Without a profile and whatever else the file said beside the picture."""
    picture.info.clear()
    out = io.BytesIO()
    picture.save(out, "PNG", exif=b"")
    if out.tell() > MOST_PNG:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=92, subsampling=0, exif=b"")
    return out.getvalue()


def main() -> None:
    """Convert standard input; leave with 1 when that fails."""
    keep_within(LIMITS)
    try:
        content, (width, height) = convert(sys.stdin.buffer)
    except Exception as error:  # a decoder may raise anything; the paper names the picture in words then
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.buffer.write(b"%d %d\n" % (width, height) + content)


if __name__ == "__main__":
    main()
