"""What is true of the classifications: their symbols, and when two texts are the same term. No database, no Flask."""

from __future__ import annotations

import unicodedata


class _Folding(dict[int, str | None]):
    """What each character becomes, worked out when it is first met."""

    KEPT = ("L", "N", "M")
    LETTERS = str.maketrans("øłđıðæœþةى", "olDidXYZهي")

    def __missing__(self, code: int) -> str | None:
        self[code] = made = self._made(chr(code))
        return made

    def _made(self, character: str) -> str | None:
        category = unicodedata.category(character)
        if category == "Cf" or character == "ـ" or _is_accent(character):
            return None
        return character if category[0] in self.KEPT else " "


def _is_accent(c: str) -> bool:
    """Whether a mark may be left out in writing: accents, and the vowel signs of Arabic and Hebrew; never Indic or Thai vowels."""
    return "\u0300" <= c <= "\u036f" or "\u0591" <= c <= "\u05c7" or "\u064b" <= c <= "\u065f" or c == "\u0670" or "\u06d6" <= c <= "\u06ed"

_FOLDING = _Folding({ord(k): v for k, v in {"ø":"o","ł":"l","đ":"d","ı":"i","ð":"d","æ":"ae","œ":"oe","þ":"th","ة":"ه","ى":"ي"}.items()})

def normalised(text: str) -> str:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    else:
        text = text.lower()
    return " ".join(unicodedata.normalize("NFC", text.translate(_FOLDING)).split())
