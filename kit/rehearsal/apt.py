"""The machine's own apt sources and settings, turned into those of a Debian of another release. Pure parsing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
POCKETS = ("", "-updates", "-security")

# What a machine's apt settings may pass on: how it reaches its mirror. Hooks, indexes and programs of the
# machine stay behind, they would not exist in the container.
_SETTING = re.compile(
    r"^(?P<name>Acquire::(?:"
    r'(?:http|https|ftp)::(?!Proxy-Auto-Detect|ProxyAutoDetect)[^ "]+'
    r"|Check-Valid-Until|Check-Date|Min-ValidTime|Max-ValidTime|Retries|ForceIPv4|ForceIPv6|Languages(?:::)?"
    r"|By-Hash|GzipIndexes|Queue-Mode))"
    r' "(?P<value>[^"]*)";$'
)


@dataclass(frozen=True)
class Source:
    """One archive: where it is, which suite of it, and the key that signs it (a path of the machine)."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""
    options: tuple[str, ...] = field(default=())

    def line(self) -> str:
        """Return the source in the one-line format."""
        signed = (f"signed-by={self.signed_by}",) if self.signed_by else ()
        options = " ".join((*signed, *self.options))
        return " ".join(
            part for part in ("deb", f"[{options}]" if options else "", self.uri, self.suite, *self.components) if part
        )


def parse_one_line(text: str) -> list[Source]:
    """Read sources.list: one archive a line, comments and source packages left out."""
    found = []
    for raw in text.splitlines():
        line = raw.split("#", 1)[0].strip()
        match = re.match(r"^deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s*(?P<rest>.*)$", line)
        if not match:
            continue
        options = dict(_pair(option) for option in (match["options"] or "").split())
        found.append(
            Source(
                match["uri"],
                match["suite"],
                tuple(match["rest"].split()),
                options.get("signed-by", ""),
                tuple(f"{name}={value}" for name, value in options.items() if name in {"trusted", "check-date"}),
            )
        )
    return found


def parse_deb822(text: str) -> list[Source]:
    """Read a .sources file: stanzas of fields, several archives and suites each; disabled ones left out."""
    found = []
    for stanza in re.split(r"\n\s*\n", _without_comments(text)):
        fields: dict[str, str] = {}
        name = ""
        for line in stanza.splitlines():
            if line[:1] in {" ", "\t"} and name:
                fields[name] += "\n" + line.strip()
            elif ":" in line:
                name, value = line.split(":", 1)
                name = name.strip().lower()
                fields[name] = value.strip()
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in {"no", "false"}:
            continue
        signed = fields.get("signed-by", "")
        trusted = ("trusted=yes",) if fields.get("trusted", "").lower() == "yes" else ()
        found += [
            Source(
                uri,
                suite,
                tuple(fields.get("components", "").split()),
                signed if signed.startswith("/") and "\n" not in signed else "",
                trusted,
            )
            for uri in fields.get("uris", "").split()
            for suite in fields.get("suites", "").split()
        ]
    return found


def for_suite(machine: Iterable[Source], codename: str, suite: str) -> list[Source]:
    """Return the machine's Debian archives with its own release's name changed to `suite`.

    Archives of others, and pockets that a plain server does not have (backports), are left out.
    """
    wanted: dict[tuple[str, str], Source] = {}
    for source in machine:
        for pocket in POCKETS:
            if source.suite in {f"{codename}{pocket}", f"stable{pocket}"} and "main" in source.components:
                changed = Source(source.uri, f"{suite}{pocket}", ("main",), "", source.options)
                wanted.setdefault((changed.uri, changed.suite), changed)
    return list(wanted.values())


def keyrings(machine: Iterable[Source], codename: str) -> list[str]:
    """Return the key files with which the machine trusts its Debian archives; Debian's own always."""
    own = {source.signed_by for source in machine if source.suite.startswith(codename) and source.signed_by}
    return sorted(own | {KEYRING})


def settings(dump: str) -> list[str]:
    """Return the lines of `apt-config dump` that say how this machine reaches its mirror."""
    kept = []
    for line in dump.splitlines():
        match = _SETTING.match(line.strip())
        if match and match["value"]:
            kept.append(f'{match["name"]} "{match["value"]}";')
    return kept


def _pair(option: str) -> tuple[str, str]:
    name, _, value = option.partition("=")
    return name.lower(), value


def _without_comments(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))
