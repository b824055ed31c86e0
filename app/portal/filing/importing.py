"""An ST.96 file as a new draft: opened in a process of its own, fitted to a service of this office, and begun."""

from __future__ import annotations

import json
import re
import tempfile
from dataclasses import asdict
from typing import IO, Any

from portal.catalogue.service import open_services
from portal.context import profile, settings
from portal.documents.names import safe_name
from portal.documents.sandbox import run_apart
from portal.documents.verdict import Limits
from portal.drafting import service as drafting
from portal.drafting.fields import Data, Kind, Section
from portal.drafting.sections import ALL
from portal.drafting.typed import MOST_ROWS, keys_of
from portal.filing.st96.reader import MODULE, Imported, NotRead
from portal.profile.model import Profile, Service
from portal.web.texts import clean

CHUNK = 1024 * 1024
WITH_INVENTION = ("patent", "utility-model")
"""Where an office has no service for the one, an application may be for the other: the agent sees it, and decides."""


def begin_from(stream: IO[bytes], given_name: str, user: Any) -> Any:
    """Begin a draft with what a file says; raises NotRead, and drafting's NotOpen. The file itself is not kept."""
    imported = opened(stream)
    service = _service(imported.right, profile())
    sections, absent = fitted(imported.sections, service)
    remembered = {
        "file": safe_name(given_name),
        "origin": imported.origin,
        "left": [asdict(one) for one in imported.left],
        "more": imported.more,
        "sections": absent,
        "documents": imported.documents,
    }
    return drafting.begin_with(service.code, sections, remembered, user, profile())


def opened(stream: IO[bytes]) -> Imported:
    """What a file says that somebody sent: an XML, or a PDF that carries one. Raises NotRead."""
    most = settings().max_upload_bytes
    with tempfile.TemporaryFile(prefix="import-") as held:
        size = 0
        while chunk := stream.read(CHUNK):
            size += held.write(chunk)
            if size > most:
                raise NotRead("too-large", size=size, limit=most)
        held.seek(0)
        told = run_apart(MODULE, [], held, Limits())
    try:
        answer: Any = json.loads(told) if told else {"rule": "not-examined", "values": {}}
    except ValueError as error:
        raise NotRead("not-examined") from error
    if "rule" in answer:
        raise NotRead(answer["rule"], **answer["values"])
    return Imported.of(answer["imported"])


def _service(right: str, office: Profile) -> Service:
    """The first service of the office that is open for this right."""
    offered = open_services(office)
    wanted = [right, *(other for other in WITH_INVENTION if right in WITH_INVENTION and other != right)]
    found = [service for kind in wanted for service in offered if service.right == kind]
    if not found:
        raise NotRead("no-service", right=right)
    return found[0]


def fitted(sections: dict[str, Any], service: Service) -> tuple[dict[str, Data], list[str]]:
    """The sections in the shape of a service's form, and the names of those for which it has no place.

    Raises NotRead for a file that fills more rows than a page can hold.
    """
    known = {"about", *service.sections}
    return (
        {name: _data(ALL[name], data) for name, data in sections.items() if name in known},
        [name for name in sections if name not in known],
    )


def _data(section: Section, data: dict[str, Any]) -> Data:
    """Every key of the section, as it would have been typed; raises NotRead for more rows than a page can hold."""
    if section.rows is None:
        return _row(section, data)
    rows = data[section.rows.name]
    if len(rows) > MOST_ROWS:
        raise NotRead("too-many-rows", section=section.name, found=len(rows), limit=MOST_ROWS)
    return {section.rows.name: [_row(section, row) for row in rows]}


def _row(section: Section, row: dict[str, Any]) -> Data:
    several = {part for one in section.fields if one.kind in (Kind.LINES, Kind.ITEMS) for part in one.parts}
    texts = {key: clean(str(row.get(key, ""))) for key in keys_of(section)}
    return {key: value if key in several else _on_one_line(value) for key, value in texts.items()}


def _on_one_line(text: str) -> str:
    """The text of a file that breaks lines where nobody could have typed one."""
    return re.sub(r"[ \t]*[\n\t][ \t]*", " ", text)
