"""Pictures made ready for a paper: small, upright, in sRGB on white. The files that were received stay as they are.

Run as a module this is the process that makes them: the files on standard input, each behind a line with its number of
bytes; the pictures on standard output, each behind a line with the file's width and height and its own number of bytes.
"""

from __future__ import annotations

import io
import logging
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

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
"""Bytes from which a picture of that size is told as JPEG: a photograph as PNG would be several megabytes."""
BAND = 256
MOST_TOGETHER = 24
"""Pictures that one process makes: starting it costs as much as making one."""
MOST_BYTES = 100_000_000
FULL_WHITE = (1, 255, 65_535)
MEDIA_TYPES = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg"}


@dataclass(frozen=True)
class Shown:
    """A picture for display: PNG or JPEG, at most MOST_SIDE pixels long; `width` and `height` are those of the file."""

    content: bytes
    media_type: str
    width: int
    height: int


def shown(picture: BinaryIO) -> Shown | None:
    """What a paper can show of an accepted picture (a TIFF's first page); None when nothing of it can be had."""
    return next(shown_together([picture]))


def shown_together(pictures: Iterable[BinaryIO], side: int = MOST_SIDE) -> Iterator[Shown | None]:
    """The same for many pictures, in their order and each at most `side` pixels long.

    They are asked for one by one, and closed as soon as they are made.
    """
    held: list[BinaryIO] = []
    try:
        for picture in pictures:
            if held and (len(held) >= MOST_TOGETHER or sum(map(_size, (*held, picture))) > MOST_BYTES):
                yield from _made(held, side)
                _close(held)
            held.append(picture)
        yield from _made(held, side)
    finally:
        _close(held)


def _size(held: BinaryIO) -> int:
    return held.seek(0, io.SEEK_END)


def _close(held: list[BinaryIO]) -> None:
    for one in held:
        one.close()
    held.clear()


def _made(held: list[BinaryIO], side: int) -> list[Shown | None]:
    """Pictures of one process; where it did not end well, each half in its own, so that only the bad one is missing."""
    if not held:
        return []
    with tempfile.TemporaryFile(prefix="pictures-") as together:
        for one in held:
            together.write(b"%d\n" % _size(one))
            one.seek(0)
            shutil.copyfileobj(one, together)
        together.seek(0)
        limits = replace(LIMITS, seconds=LIMITS.seconds + 2 * (len(held) - 1))
        told = run_apart(MODULE, [str(side), str(limits.seconds)], together, limits)
    try:
        return _read(told, len(held))
    except (ValueError, StopIteration) as error:
        if len(held) == 1:
            log.warning("a picture of %d bytes could not be made ready for print: %s", _size(held[0]), error)
            return [None]
    half = len(held) // 2
    return _made(held[:half], side) + _made(held[half:], side)


def _read(told: bytes | None, count: int) -> list[Shown | None]:
    """The pictures of a process's answer; raises ValueError or StopIteration for anything else."""
    if told is None:
        raise ValueError("its process did not end well")
    stream, found = io.BytesIO(told), list[Shown | None]()
    for _picture in range(count):
        width, height, size = map(int, stream.readline().split())
        picture = stream.read(size)
        if len(picture) != size:
            raise ValueError("the answer is cut off")
        media_type = next(name for begin, name in MEDIA_TYPES.items() if picture.startswith(begin)) if size else ""
        found.append(Shown(picture, media_type, width, height) if size else None)
    return found


def convert(stream: BinaryIO, side: int = MOST_SIDE) -> tuple[bytes, tuple[int, int]]:
    """The picture as PNG or JPEG, and the width and height of the upright original; raises what Pillow raises."""
    Image.MAX_IMAGE_PIXELS = None  # the sandbox has its limits, and the checks refused what is larger
    with Image.open(stream, formats=FORMATS) as picture:
        size, orientation = picture.size, picture.getexif().get(0x0112, 1)
        profile, is_photograph = picture.info.get("icc_profile"), picture.format == "JPEG" and side < MOST_SIDE
        picture.draft(picture.mode, (side, side))  # a JPEG is decoded no larger than needed
        picture.load()
        small = _reduced(picture, side)
    small = _on_white(_in_srgb(small, profile))
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    small.getexif()[0x0112] = orientation
    small = ImageOps.exif_transpose(small)
    return _encoded(small, side, is_photograph=is_photograph), size[::-1] if orientation in (5, 6, 7, 8) else size


def _reduced(picture: Image.Image, side: int) -> Image.Image:
    """The picture at most about twice as large as it is shown; band by band, as a copy of 60 megapixels is too much."""
    width, height = picture.size
    factor = max(1, max(width, height) // side)
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


def _encoded(picture: Image.Image, side: int, *, is_photograph: bool) -> bytes:
    """Without a profile and whatever else the file said beside the picture; the paper packs a PNG anew."""
    picture.info.clear()
    out = io.BytesIO()
    if not is_photograph:
        picture.save(out, "PNG", exif=b"", compress_level=3)
    if is_photograph or out.tell() > MOST_PNG * side / MOST_SIDE:
        out = io.BytesIO()
        picture.save(out, "JPEG", quality=92, subsampling=0, exif=b"")
    return out.getvalue()


def main() -> None:
    """Convert what stands on standard input; a picture that cannot be converted is one without bytes."""
    side, seconds = map(int, sys.argv[1:])
    keep_within(replace(LIMITS, seconds=seconds))
    while line := sys.stdin.buffer.readline():
        content = sys.stdin.buffer.read(int(line))
        try:
            picture, (width, height) = convert(io.BytesIO(content), side)
        except Exception as error:  # a decoder may raise anything; the paper names the picture in words then
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
            picture, width, height = b"", 0, 0
        sys.stdout.buffer.write(b"%d %d %d\n" % (width, height, len(picture)) + picture)


if __name__ == "__main__":
    main()
