"""The rules by which a document is refused, in plain words: what is wrong, and what to do."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from portal.documents.verdict import Reason
from portal.profile.documents import Between
from portal.profile.model import DocumentKind
from portal.web.bidi import isolated
from portal.web.formats import comma

FORMATS: dict[str, Any] = {
    "pdf": _("a PDF"),
    "image": _("a picture (JPEG, PNG, GIF or TIFF)"),
    "sound": _("a sound (WAV or MP3)"),
    "video": _("a video (MP4)"),
    "docx": _("a DOCX document"),
    "st26": _("an ST.26 sequence listing (XML)"),
    "jpeg": _("a JPEG picture"),
    "png": _("a PNG picture"),
    "gif": _("a GIF picture"),
    "tiff": _("a TIFF picture"),
    "webp": _("a WebP picture"),
    "heic": _("a HEIC picture"),
    "wav": _("a WAV sound"),
    "mp3": _("an MP3 sound"),
    "mp4": _("an MP4 video"),
    "xml": _("an XML file"),
    "html": _("a web page"),
    "text": _("plain text"),
    "zip": _("an archive"),
    "archive": _("an archive"),
    "program": _("a program"),
    "ole": _("a document of an old office program"),
    "rtf": _("an RTF document"),
    "unknown": _("something unknown"),
    "black-and-white": _("black and white"),
    "grey": _("in shades of grey"),
    "colour": _("in colour"),
}

RULES: dict[str, Any] = {
    "empty": _("The file is empty. Choose the file again; it may not have been saved completely."),
    "too-large": _("The file has %(size)s bytes; at most %(limit)s are accepted. Make it smaller or split it."),
    "other-format": _("The content of this file is %(found)s; what is needed here is %(wanted)s."),
    "other-name": _("The file's name ends in “%(ending)s”, but its content is %(found)s. Rename it or choose again."),
    "damaged": _("The file is damaged. Open it, save it anew, and choose it again."),
    "cut-off": _("The file ends too early: a part of it is missing. Save it anew, and choose it again."),
    "something-else": _(
        "Besides its own content the file holds %(found)s (%(size)s bytes). Save it anew without that."
    ),
    "not-examined": _(
        "The file could not be examined within the limits of time and memory. Make it simpler or smaller."
    ),
    "malware": _("The virus scanner found “%(name)s” in this file. It was not kept."),
    "scanner-away": _("The virus scanner does not answer. Nothing was kept; try again in a few minutes."),
    "unreadable": _("The file cannot be read: %(detail)s"),
    "no-pages": _("The document has no pages."),
    "too-many-pages": _("The document has %(pages)s pages; at most %(limit)s are accepted. Split it."),
    "page-size": _("The page measures %(width)s by %(height)s mm, which cannot be shown or printed."),
    "unpacks-too-large": _("The file is small but unpacks to far more than is accepted."),
    "page-format": _("The page measures %(width)s by %(height)s mm; accepted: %(accepted)s."),
    "pdf-version-of-office": _(
        "The PDF is of version %(version)s; the office takes %(accepted)s. Save it as one of those."
    ),
    "pdf-version": _("The PDF says that its version is %(version)s; versions up to 2.0 are accepted."),
    "pdf-encrypted": _("The PDF is encrypted or protected by a password. Save it without protection."),
    "pdf-javascript": _("The PDF contains JavaScript, which is not accepted. Print it to a new PDF."),
    "pdf-launch": _("The PDF contains an action that starts a program. Print it to a new PDF."),
    "pdf-sends-data": _("The PDF contains an action that sends or fetches data. Print it to a new PDF."),
    "pdf-other-file": _("The PDF contains an action that opens another file. Print it to a new PDF."),
    "pdf-rich-media": _("The PDF contains sound, video or 3D. Print it to a new PDF."),
    "pdf-embedded-file": _("Other files are embedded in the PDF. Attach them on their own, and save the PDF without."),
    "pdf-open-action": _("The PDF contains an action that runs by itself. Print it to a new PDF."),
    "pdf-xfa": _("The PDF is an XFA form, which few programs can show. Print it to a new PDF."),
    "pdf-objects": _("The PDF is made of %(objects)s parts; at most %(limit)s are accepted. Print it to a new PDF."),
    "pdf-font": _("The font “%(font)s” is not in the PDF, so others may see other characters. Embed all fonts."),
    "too-many-pixels": _(
        "The picture has %(width)s by %(height)s pixels; at most %(limit)s million are accepted. Make it smaller."
    ),
    "pixels": _("The picture has %(width)s by %(height)s pixels; each side must have between %(least)s and %(most)s."),
    "dpi": _("The picture has %(dpi)s dots an inch; it must have between %(least)s and %(most)s."),
    "dpi-not-said": _("The picture does not say how many dots an inch it has. Save it with its resolution."),
    "colours": _("The picture is %(found)s; what is needed here is %(wanted)s."),
    "plays": _("It plays for %(seconds)s seconds; between %(least)s and %(most)s are accepted."),
    "animated": _("The picture is animated (%(frames)s frames). Choose one that stands still."),
    "nothing-to-play": _("There is nothing in this file that can be played."),
    "docx-path": _("A part of the document would be unpacked outside of it (%(name)s). Save it anew."),
    "docx-encrypted": _("The document is protected by a password. Save it without protection."),
    "docx-macros": _("The document contains macros. Save it as a document without macros (.docx)."),
    "docx-external": _("The document fetches something from elsewhere (%(target)s). Save it without that."),
    "docx-embedded": _("Other files or controls are embedded in the document. Save it without them."),
    "docx-entities": _("The document contains XML entities, which are not accepted. Save it anew."),
    "xml-syntax": _("Line %(line)s: this is not well-formed XML: %(detail)s"),
    "xml-entities": _("The file declares XML entities, which are not accepted."),
    "st26-root": _("Line %(line)s: the file begins with “%(found)s” and not with “ST26SequenceListing”."),
    "st26-doctype": _(
        "Line %(line)s: the document type is “%(found)s”; ST.26 asks for “-//WIPO//DTD Sequence Listing 1.3//EN”."
    ),
    "st26-structure": _("Line %(line)s: this is not as the document type of ST.26 has it: %(detail)s"),
    "st26-version": _("Line %(line)s: the attribute “dtdVersion” is “%(found)s”; it must be of the form “V1_3”."),
    "st26-no-sequence": _("Line %(line)s: the listing holds no sequence."),
    "st26-quantity": _("Line %(line)s: the listing says that it has %(stated)s sequences, but it has %(sequences)s."),
    "st26-title-twice": _("Line %(line)s: there is a second title in the language “%(language)s”."),
    "st26-language": _("Line %(line)s: “%(found)s” in “%(attribute)s” is not a language code of two small letters."),
    "st26-language-not-said": _(
        "Line %(line)s: there is text that is not English, but “nonEnglishFreeTextLanguageCode” does not say in which "
        "language."
    ),
    "st26-numbering": _("Line %(line)s: the sequence has the number “%(found)s”; in its place it must be %(number)s."),
    "st26-skipped": _(
        "Line %(line)s: sequence %(number)s is skipped (000), so its length, molecule and division must be empty, and "
        "it has no features."
    ),
    "st26-moltype": _("Line %(line)s: the molecule of sequence %(number)s is “%(found)s” and not DNA, RNA or AA."),
    "st26-division": _("Line %(line)s: the division of sequence %(number)s is “%(found)s” and not PAT."),
    "st26-length": _(
        "Line %(line)s: sequence %(number)s says that its length is %(stated)s, but it has %(length)s residues."
    ),
    "st26-residue": _(
        "Line %(line)s: “%(found)s” at place %(place)s of sequence %(number)s is no symbol of %(molecule)s."
    ),
    "st26-too-short": _(
        "Line %(line)s: sequence %(number)s has %(defined)s specifically defined residues; at least %(least)s are "
        "needed."
    ),
    "st26-no-source": _("Line %(line)s: sequence %(number)s has no feature “source”."),
    "st26-no-qualifier": _("Line %(line)s: the source of sequence %(number)s does not say its “%(qualifier)s”."),
    "st26-mol-type": _(
        "Line %(line)s: “%(found)s” is no “mol_type” for sequence %(number)s, whose molecule is %(molecule)s."
    ),
    "st26-characters": _(
        "Line %(line)s: “%(qualifier)s” of sequence %(number)s has characters outside of Basic Latin. Text in another "
        "language belongs into “NonEnglishQualifier_value”."
    ),
    "st26-not-free-text": _(
        "Line %(line)s: “%(qualifier)s” of sequence %(number)s is no free text: it cannot be in another language."
    ),
    "st26-text-too-long": _(
        "Line %(line)s: “%(qualifier)s” of sequence %(number)s is longer than %(limit)s characters."
    ),
}


def asked_of(kind: DocumentKind) -> list[str]:
    """What the office asks of documents of this kind beside format and size, a sentence each."""
    asked, found = kind.limits, []
    if asked.pages:
        found.append(_("At most %(pages)s pages.", pages=asked.pages))
    if asked.page_sizes:
        names = comma().join(one.upper() if one[0] == "a" else one.title() for one in asked.page_sizes)
        found.append(_("Pages of the size %(sizes)s.", sizes=names))
    if asked.pdf_versions:
        low, high = asked.pdf_versions.min or "1.0", asked.pdf_versions.max or "2.0"
        found.append(_("PDF version %(least)s to %(most)s.", least=low, most=high))
    if asked.pixels:
        found.append(_range(_("Each side %(range)s pixels."), asked.pixels))
    if asked.dpi:
        found.append(_range(_("Resolution %(range)s dots an inch."), asked.dpi))
    if asked.colours:
        found.append(_("Colours: %(colours)s.", colours=comma().join(str(FORMATS[one]) for one in asked.colours)))
    if asked.seconds:
        found.append(_range(_("Length %(range)s seconds."), asked.seconds))
    return [str(one) for one in found]


def _range(sentence: Any, asked: Between) -> str:
    if asked.min and asked.max:
        words_of_range = _("from %(least)s to %(most)s", least=asked.min, most=asked.max)
    elif asked.max:
        words_of_range = _("at most %(most)s", most=asked.max)
    else:
        words_of_range = _("at least %(least)s", least=asked.min)
    return str(sentence) % {"range": words_of_range}


def words(reason: Reason) -> str:
    """The reason in the reader's language; English outside of a request."""
    values = dict(reason.values)
    for name in ("found", "wanted"):
        if isinstance(values.get(name), list):
            values[name] = comma().join(str(FORMATS.get(one, one)) for one in values[name])
        elif values.get(name) in FORMATS:
            values[name] = FORMATS[values[name]]
    values = {name: isolated(value) if isinstance(value, str) else value for name, value in values.items()}
    return str(RULES[reason.rule]) % values if values else str(RULES[reason.rule])


def as_json(reason: Reason) -> dict[str, Any]:
    """The reason as the commands write it."""
    return {"page": reason.page, "rule": reason.rule, "message": words(reason)}
