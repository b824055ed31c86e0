"""Where a JPEG picture ends, found by its markers (ITU-T T.81, Annex B)."""

from __future__ import annotations

import re

NEXT_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]")
ALONE = {0x01, *range(0xD0, 0xD9)}


def end_of(content: bytes) -> int:
    """The place after the picture's own end marker; the content's length when it has none."""
    at = 2
    while at + 1 < len(content):
        if content[at] != 0xFF:
            return at
        marker = content[at + 1]
        at += 1 if marker == 0xFF else 2
        if marker == 0xD9:
            return at
        if marker in ALONE or marker == 0xFF:
            continue
        at += int.from_bytes(content[at : at + 2], "big")
        if marker == 0xDA:  # entropy-coded data follows the scan's header
            found = NEXT_MARKER.search(content, at)
            at = found.end() - 2 if found else len(content)
    return len(content)
