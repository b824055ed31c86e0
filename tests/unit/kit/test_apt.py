"""A rehearsed server comes from the machine's own mirror: its sources must be understood in every form."""

from __future__ import annotations

from kit.rehearsal import apt

DEB822 = """\
Types: deb deb-src
# a comment inside
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.example/debian
Suites: bookworm
Components: main
"""
ONE_LINE = """\
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/apt/keyrings/d.gpg] http://mirror.example/debian bookworm main non-free  # why
deb-src http://mirror.example/debian bookworm main
deb http://other.example/apt cloud-sdk-bookworm main
deb http://mirror.example/debian bookworm-backports main
"""


def lines(sources):
    return [source.line() for source in sources]


def test_deb822_stanzas_give_each_suite_and_leave_out_disabled_and_source_packages():
    """A disabled stanza that is used all the same sends the build to a mirror that is gone."""
    found = apt.for_suite(apt.parse_deb822(DEB822), "bookworm", "trixie")
    assert lines(found) == [
        "deb http://mirror.example/debian trixie main",
        "deb http://mirror.example/debian trixie-updates main",
        "deb http://mirror.example/security trixie-security main",
    ]


def test_one_line_sources_lose_their_options_that_name_the_machine():
    """A key path of this machine does not exist in the new system."""
    found = apt.for_suite(apt.parse_one_line(ONE_LINE), "bookworm", "trixie")
    assert lines(found) == ["deb http://mirror.example/debian trixie main"]


def test_a_machine_of_the_same_release_keeps_its_suites():
    """On Debian 13 nothing is to be changed."""
    machine = apt.parse_one_line("deb http://mirror.example/debian trixie main")
    assert lines(apt.for_suite(machine, "trixie", "trixie")) == ["deb http://mirror.example/debian trixie main"]


def test_a_machine_that_says_stable_is_understood():
    """`stable` names the same archive."""
    machine = apt.parse_one_line("deb http://mirror.example/debian stable main")
    assert lines(apt.for_suite(machine, "bookworm", "trixie")) == ["deb http://mirror.example/debian trixie main"]


def test_archives_of_others_are_not_taken():
    """Another vendor's archive has no suite of that name: the build would fail on it."""
    machine = apt.parse_one_line("deb http://vendor.example/apt stable contrib\ndeb http://v.example nodistro main")
    assert apt.for_suite(machine, "bookworm", "trixie") == []


def test_settings_pass_on_the_way_to_the_mirror_and_nothing_that_runs():
    """A hook of the machine (Post-Invoke) would call a program that the container does not have."""
    dump = """\
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::Verify-Peer "true";
Acquire::http::Proxy-Auto-Detect "/usr/bin/auto-apt-proxy";
Acquire::Check-Valid-Until "false";
Acquire::Languages "";
Acquire::Languages:: "none";
Acquire::IndexTargets::deb::DEP-11 "";
APT::Update::Post-Invoke-Success:: "touch /var/lib/x";
DPkg::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb || true";
"""
    assert apt.settings(dump) == [
        'Acquire::http::Proxy "http://proxy.example:3128";',
        'Acquire::https::Verify-Peer "true";',
        'Acquire::Check-Valid-Until "false";',
        'Acquire::Languages:: "none";',
    ]
