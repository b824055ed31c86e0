"""The supplier of a rehearsal: what it has delivered stays, until it is for other names or near its end."""

from __future__ import annotations

import pytest

from kit import certificates
from kit.rehearsal import supplier

NAMES = ["filing.demo.ipo.example", "10.89.7.11"]


@pytest.fixture
def files(tmp_path):
    return {kind: tmp_path / "certificates" / f"{kind}.pem" for kind in ("certificate", "key", "authority")}


def test_a_second_delivery_leaves_the_first(files):
    """A new certificate at each `up` would make every second apply change something."""
    assert supplier.deliver(**files, names=NAMES)
    before = {kind: file.read_text() for kind, file in files.items()}
    assert not supplier.deliver(**files, names=NAMES[:1])
    assert {kind: file.read_text() for kind, file in files.items()} == before


@pytest.mark.parametrize("kind", ["certificate", "key", "authority"])
def test_a_lost_file_is_delivered_again(files, kind):
    supplier.deliver(**files, names=NAMES)
    files[kind].unlink()
    assert supplier.deliver(**files, names=NAMES)


def test_other_names_or_a_near_end_want_another(files):
    supplier.deliver(**files, names=NAMES)
    assert supplier.deliver(**files, names=[*NAMES, "10.89.7.12"])
    files["certificate"].write_text(certificates.bought(NAMES, 30).chain)
    assert supplier.deliver(**files, names=NAMES)


def test_the_key_is_for_its_owner_alone(files):
    supplier.deliver(**files, names=NAMES)
    assert files["key"].stat().st_mode & 0o077 == 0
