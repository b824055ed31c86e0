"""An MP3's own frames, one after the other (ISO/IEC 11172-3, 13818-3), and what is not one of them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.documents.checks.detect import is_mpeg_frame

RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Kilobits a second of layer III by the header's index, for MPEG-1 (3) and MPEG-2 (2; 2.5 has the same)."""
SAMPLING = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
ID3_HEADER, ID3_FOOTER_FLAG, ID3V1, APE_FOOTER = 10, 0x10, 128, 32
MONO = 3


@dataclass(frozen=True)
class Walk:
    """What lies behind the frames and is no tag, and whether the file ends within a frame or before the last one."""

    rest: bytes
    is_cut: bool


def walk(content: bytes) -> Walk:
    """Follow the frames from the first to the last; tags before and behind them belong to the file."""
    at, last = _after_tags(content), _before_tags(content)
    stated = _stated(content[at : at + 200])
    frames = 0
    while at < last and is_mpeg_frame(content[at : at + 4]):
        length = _length(content[at : at + 4])
        if at + length > last:
            return Walk(b"", is_cut=True)
        at, frames = at + length, frames + 1
    return Walk(content[at:last], is_cut=frames < stated)


def _after_tags(content: bytes) -> int:
    """The place of the first frame: behind ID3v2 tags (id3.org, 2.4.0, 3.1) and their padding."""
    at = 0
    while content[at : at + 3] == b"ID3" and len(content) >= at + ID3_HEADER:
        size = 0
        for byte in content[at + 6 : at + ID3_HEADER]:
            size = size << 7 | byte & 0x7F
        at += ID3_HEADER + size + (ID3_HEADER if content[at + 5] & ID3_FOOTER_FLAG else 0)
    while at < len(content) and content[at] == 0:
        at += 1
    return at


def _before_tags(content: bytes) -> int:
    """The place behind the last frame: before an ID3v1 tag of 128 bytes and an APE tag with its footer."""
    end = len(content) - (ID3V1 if content[-ID3V1:].startswith(b"TAG") else 0)
    footer = content[max(0, end - APE_FOOTER) : end]
    if footer.startswith(b"APETAGEX") and len(footer) == APE_FOOTER:
        has_header = footer[23] & 0x80
        end -= int.from_bytes(footer[12:16], "little") + (APE_FOOTER if has_header else 0)
    return max(0, end)


def _length(header: bytes) -> int:
    version = header[1] >> 3 & 3
    rate = RATES[3 if version == 3 else 2][header[2] >> 4] * 1000
    per_bit = 144 if version == 3 else 72
    return per_bit * rate // SAMPLING[version][header[2] >> 2 & 3] + (header[2] >> 1 & 1)


def _stated(first: bytes) -> int:
    """The number of frames in a Xing, Info or VBRI header, which encoders put into the first frame."""
    if not is_mpeg_frame(first):
        return 0
    is_mono = first[3] >> 6 == MONO
    side = (17 if is_mono else 32) if first[1] >> 3 & 3 == 3 else (9 if is_mono else 17)
    xing = first[4 + side :]
    if xing[:4] in (b"Xing", b"Info") and xing[7] & 1:
        return int.from_bytes(xing[8:12], "big")
    vbri = first[36:]
    return int.from_bytes(vbri[14:18], "big") if vbri[:4] == b"VBRI" else 0
