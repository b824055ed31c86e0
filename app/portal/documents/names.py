"""File names from outside: kept as they are where that is safe, and made safe where not.

A name is for showing only; what is stored is known by its hash. So an odd name is no reason to refuse a document:
folders, control characters and changes of reading direction are left out, a name that is too long is shortened before
its ending, a name that is a device on Windows is told apart from it, and the agent sees the name that is kept.
"""

from __future__ import annotations

import unicodedata

LONGEST = 255
LONGEST_ENDING = 16
HIDDEN = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
ENDINGS = {
    "pdf": {"pdf"},
    "jpeg": {"jpg", "jpeg", "jpe", "jfif"},
    "png": {"png"},
    "gif": {"gif"},
    "tiff": {"tif", "tiff"},
    "wav": {"wav"},
    "mp3": {"mp3"},
    "mp4": {"mp4", "m4v"},
    "docx": {"docx"},
    "xml": {"xml"},
    "program": {"exe", "com", "dll", "scr", "msi"},
    "html": {"html", "htm", "svg"},
    "archive": {"zip", "rar", "7z"},
    "ole": {"doc", "xls", "ppt"},
    "docm": {"docm", "dotm"},
}


DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""Names that Windows cannot save, whatever their ending (Microsoft: Naming Files, Paths and Namespaces)."""


def safe_name(given: str) -> str:
    """The name to keep: NFC, at most 255 bytes of UTF-8, no folder, nothing invisible; never empty."""
    name = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode("utf-8"))
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = (char for char in name if char not in HIDDEN and unicodedata.category(char) not in {"Cc", "Zl", "Zp"})
    stem, dot, ending = ("".join(kept).strip(" .") or "document").partition(".")
    return _shortened(stem + ("_" if stem.strip().lower() in DEVICES else "") + dot + ending)


def ending_kind(name: str) -> str | None:
    """What the ending of a name says that the file is; None when it says nothing that is known."""
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return next((kind for kind, endings in ENDINGS.items() if ending in endings), None)


def _shortened(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > LONGEST_ENDING:
        stem, dot, ending = name, "", ""
    room = LONGEST - len((dot + ending + "…").encode())
    return stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") + "…" + dot + ending
