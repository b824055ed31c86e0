"""Pictures for paper: whatever the checks accept is shown as it looks, or is not shown; it never stops anything."""

from __future__ import annotations

import io
import tempfile

import pytest
from PIL import Image, ImageCms, ImageDraw

from portal.documents import display
from portal.documents.checks import check
from tests.support import hostile

RED, BLUE, WHITE = (200, 20, 30), (0, 0, 255), (255, 255, 255)


def shown(content: bytes) -> display.Shown | None:
    """As a store gives it: from a file."""
    with tempfile.TemporaryFile() as held:
        held.write(content)
        held.seek(0)
        return display.shown(held)


def drawn(mode: str = "RGB", size: tuple[int, int] = (300, 200)) -> Image.Image:
    """Blue in the upper left corner, red in the middle, else white."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0] // 5, size[1] // 5), fill=BLUE)
    draw.rectangle((size[0] // 3, size[1] // 3, size[0] * 2 // 3, size[1] * 2 // 3), fill=RED)
    return picture.convert(mode)


def written(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def lab() -> Image.Image:
    to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
    picture = ImageCms.applyTransform(drawn(), to_lab)
    assert picture is not None
    return picture


def clear() -> Image.Image:
    """Red in the middle; the rest cannot be seen, and would be black to a program that looks away from that."""
    picture = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((100, 66, 200, 132), fill=(*RED, 255))
    return picture


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by 90 degrees
    return written(drawn(), "JPEG", quality=95, exif=exif)


COLOURED = {
    "jpeg": written(drawn(), "JPEG", quality=95),
    "cmyk jpeg": written(drawn("CMYK"), "JPEG", quality=95),
    "png": written(drawn(), "PNG"),
    "palette png": written(drawn().quantize(8), "PNG"),
    "gif": written(drawn().quantize(8), "GIF"),
    "tiff": written(drawn(), "TIFF"),
    "cmyk tiff": written(drawn("CMYK"), "TIFF"),
    "lab tiff": written(lab(), "TIFF"),
    "a profile that is nonsense": written(drawn(), "PNG", icc_profile=b"nonsense" * 40),
    "many megapixels": written(drawn(size=(9000, 6000)), "PNG"),
}


def opened(made: display.Shown | None) -> Image.Image:
    assert made is not None
    picture = Image.open(io.BytesIO(made.content))
    assert (picture.format, made.media_type) in (("PNG", "image/png"), ("JPEG", "image/jpeg"))
    assert picture.mode in ("RGB", "L")
    assert max(picture.size) <= display.MOST_SIDE
    assert not {"icc_profile", "exif", "transparency"} & set(picture.info)
    return picture


def near(picture: Image.Image, at: tuple[float, float], colour: tuple[int, int, int], by: int = 25) -> None:
    place = (int(picture.width * at[0]), int(picture.height * at[1]))
    found = picture.convert("RGB").getpixel(place)
    assert all(abs(one - other) <= by for one, other in zip(found, colour, strict=True)), (at, found)


@pytest.mark.parametrize("name", COLOURED)
def test_a_picture_keeps_its_colours(name):
    """A mark that claims red must not be filed in a form that shows cyan."""
    assert check(COLOURED[name], "image").accepted
    picture = opened(shown(COLOURED[name]))
    near(picture, (0.05, 0.05), BLUE)
    near(picture, (0.5, 0.5), RED)
    near(picture, (0.9, 0.9), WHITE)


@pytest.mark.parametrize(
    "content",
    [
        written(clear(), "PNG"),
        written(clear().resize((6000, 4000)), "PNG"),
        written(clear(), "TIFF"),
        written(drawn().quantize(8), "GIF", transparency=drawn().quantize(8).getpixel((290, 190))),
    ],
    ids=["png", "large png", "tiff", "gif"],
)
def test_what_is_transparent_is_paper(content):
    picture = opened(shown(content))
    near(picture, (0.5, 0.5), RED)
    near(picture, (0.9, 0.9), WHITE)


@pytest.mark.parametrize(
    ("picture", "form", "grey"),
    [
        (Image.new("I;16", (40, 30), 32_768), "PNG", 127),
        (Image.new("I;16", (40, 30), 65_535), "TIFF", 255),
        (Image.new("I", (40, 30), 200), "TIFF", 200),
        (Image.new("F", (40, 30), 0.5), "TIFF", 127),
        (Image.new("LA", (40, 30), (0, 0)), "PNG", 255),
        (Image.new("1", (40, 30), 1), "TIFF", 255),
    ],
)
def test_greys_of_every_depth_keep_their_brightness(picture, form, grey):
    """Pillow itself cuts 16 bits off at 255: a half-grey picture would come out white."""
    near(opened(shown(written(picture, form))), (0.5, 0.5), (grey, grey, grey), by=2)


def test_a_photograph_is_shown_as_its_camera_was_held():
    made = shown(turned())
    near(opened(made), (0.95, 0.03), BLUE)
    assert made is not None
    assert (made.width, made.height) == (200, 300)


def test_a_large_photograph_becomes_a_small_file_and_tells_its_own_size():
    noise = Image.effect_noise((3000, 2000), 90).convert("RGB")
    made = shown(written(noise, "PNG"))
    assert made is not None
    assert (made.media_type, made.width, made.height) == ("image/jpeg", 3000, 2000)
    assert len(made.content) < 2_500_000


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", COLOURED["jpeg"][:900], COLOURED["png"][:200], hostile.png_bomb(), hostile.pdf()],
    ids=["empty", "a head alone", "cut jpeg", "cut png", "bomb", "no picture"],
)
def test_what_cannot_be_shown_is_no_error(content):
    """The last day of a term is no day for a decoder's exception."""
    assert shown(content) is None


def test_many_pictures_come_in_their_order_and_one_bad_one_spoils_no_other():
    """Two hundred views are made in few processes: a decoder that dies on one must not take its neighbours along."""
    good = [written(drawn(size=(100 + n, 100)), "PNG") for n in range(30)]
    content = [*good[:7], b"no picture", *good[7:]]
    made = list(display.shown_together(map(io.BytesIO, content), 64))
    assert [one.width if one else None for one in made] == [*range(100, 107), None, *range(107, 130)]
    for one in made:
        if one:
            with Image.open(io.BytesIO(one.content)) as picture:
                assert max(picture.size) == 64


def test_a_process_that_dies_costs_only_the_picture_that_it_died_on(monkeypatch):
    """An answer that breaks off says nothing of what follows: each half is asked for again, down to the one."""
    asked = []

    def dying(module, arguments, document, limits):
        told = real(module, arguments, document, limits)
        asked.append(told)
        document.seek(0)
        return None if b"deadly" in document.read() else told

    real = display.run_apart
    monkeypatch.setattr(display, "run_apart", dying)
    small = written(drawn(size=(20, 20)), "PNG")
    content = [small, small, small + b"deadly", small]
    made = list(display.shown_together(map(io.BytesIO, content)))
    assert [one is not None for one in made] == [True, True, False, True]


def test_no_picture_needs_no_process(monkeypatch):
    monkeypatch.setattr(display, "run_apart", lambda *_: pytest.fail("a process was started"))
    assert list(display.shown_together([])) == []
