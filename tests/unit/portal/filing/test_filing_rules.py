"""Numbers and manifests."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.drafting.application import Design, Earlier, Exhibition, Invention
from portal.filing.rules import (
    FilingNumber,
    after_last_byte,
    canonical,
    fingerprint,
    manifest,
    package_name,
    read_instant,
)
from portal.profile.model import Basis, ReceptionRule, Right
from tests.support.applications import APPLICANT, FEES, FULL, LEAST, PICTURE, POWER, RECEIVED, circumstances


def test_a_number_has_the_form_of_st13():
    """WIPO ST.13: type of right (2), year (4), serial (9); the prefix marks a tier without legal effect."""
    assert str(FilingNumber("", "40", 2026, 17)) == "402026000000017"
    assert str(FilingNumber("T", "40", 2026, 17)) == "T402026000000017"
    assert FilingNumber("", "40", 2026, 17).printed("XX").split("\u00a0") == ["XX", "40", "2026", "000000017"]


@given(
    st.sampled_from(["", "T", "D"]),
    st.sampled_from(["10", "20", "30", "40"]),
    st.integers(1900, 2999),
    st.integers(1, 999_999_999),
)
def test_a_number_is_read_back_however_it_was_written(prefix, kind, year, serial):
    number = FilingNumber(prefix, kind, year, serial)
    for text in (str(number), number.printed("XX"), str(number).lower(), f"XX{number}"):
        assert FilingNumber.parse(text) == number


@pytest.mark.parametrize(
    "text", ["", "40202600000001", "XXTT402026000000017", "4020260000000170", "40-2026-17", "T40２026000000017"]
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match="not a filing number"):
        FilingNumber.parse(text)


def test_a_series_that_is_used_up_says_so():
    with pytest.raises(ValueError, match="no serial is left"):
        FilingNumber("", "40", 2026, 1_000_000_000)


def test_a_number_makes_a_name_that_the_store_takes():
    from portal.documents.store.base import NAME

    assert NAME.fullmatch(package_name(str(FilingNumber("T", "40", 2026, 17))))


def test_the_same_manifest_always_has_the_same_bytes():
    """Its hash is the filing's own: an order that depends on the machine would break it."""
    content = manifest(FULL, circumstances(), [])
    shuffled = dict(reversed(list(content.items())))
    assert canonical(content) == canonical(shuffled)
    assert json.loads(canonical(content)) == content
    assert (
        hashlib.sha512(canonical(content)).hexdigest()
        == hashlib.sha512(canonical(json.loads(canonical(content)))).hexdigest()
    )


def test_a_manifest_tells_what_is_needed_to_rebuild_the_index():
    content = manifest(FULL, circumstances(), [])
    assert content["number"] == "T402026000000017"
    assert content["draft"] == "abcdefghijklmnop"
    assert (content["firm"]["id"], content["filed_by"]["id"]) == (1, 2)
    assert read_instant(content["received_at"]) == RECEIVED
    assert content["reception"] == {
        "date": "2026-11-23",
        "counts_from": "submission",
        "next_working_day": True,
        "cut_off": "17:00:00",
        "time_zone": "Africa/Nairobi",
        "submitted_at": "2026-11-20T15:03:27.123456Z",
        "paid_at": None,
        "passed": [
            {"day": "2026-11-21", "kind": "weekday", "name": {}},
            {"day": "2026-11-22", "kind": "weekday", "name": {}},
        ],
    }
    assert content["fees"]["total"] == "185.00"
    assert content["legal_effect"] is False


def test_a_manifest_before_the_payment_has_no_date():
    assert manifest(FULL, circumstances(reception_date=None), [])["reception"]["date"] is None


def test_a_submission_is_after_its_last_byte_whatever_the_servers_clocks_say():
    """A document came through a server whose clock is five seconds ahead of the one that files."""
    ahead = RECEIVED + timedelta(seconds=5)
    filed = replace(FULL, documents=(PICTURE, replace(POWER, received_at=ahead)))
    assert after_last_byte(RECEIVED, filed) == ahead
    assert after_last_byte(ahead + timedelta(microseconds=1), filed) == ahead + timedelta(microseconds=1)
    assert after_last_byte(RECEIVED, replace(FULL, documents=())) == RECEIVED


RULE = ReceptionRule()
LINE = FEES.lines[0]
OTHERS = {
    "service": "design-national",
    "language": "fr",
    "reference": "ZOE/2026-18",
    "right": Right.PATENT,
    "applicants": (replace(APPLICANT, street="13 Harbour Road"),),
    "authority": "GPA 12",
    "creators": (APPLICANT,),
    "invention": Invention("A cup", "A cup that keeps warm.", 3, 1),
    "designs": (Design(1, "Cup", "07-01"),),
    "deferment": 12,
    "exhibitions": (Exhibition("Expo", "Lumeria City", "KE", date(2026, 6, 1)),),
    "earlier": (Earlier("divisional", "402026000000001", date(2026, 6, 1)),),
    "paged": frozenset({"description"}),
    "free_terms": 1,
    "representative": None,
    "mark": replace(FULL.mark, colours="brown"),
    "goods": (replace(FULL.goods[0], terms=("Coffee", "Cocoa & chocolate", "Tea")), FULL.goods[1]),
    "priorities": (replace(FULL.priorities[0], date=date(2026, 7, 2)),),
    "documents": (PICTURE, replace(POWER, sha512="ef" * 64)),
    "discount": "small-entity",
}


def test_what_is_declared_has_one_fingerprint():
    declared = fingerprint(FULL, FEES, RULE)
    assert len(declared) == 64
    assert int(declared, 16)
    assert declared != fingerprint(LEAST, FEES, RULE)


def test_no_field_of_an_application_is_left_out():
    """A field that is added later must not be changeable under someone's declaration."""
    assert set(OTHERS) == {field.name for field in fields(FULL)}


@pytest.mark.parametrize("field", OTHERS)
def test_a_change_in_any_field_changes_the_fingerprint(field):
    assert fingerprint(replace(FULL, **{field: OTHERS[field]}), FEES, RULE) != fingerprint(FULL, FEES, RULE)


@pytest.mark.parametrize("change", [{"kind": "other"}, {"file_name": "power.pdf"}, {"sha512": "01" * 64}])
def test_another_document_changes_the_fingerprint(change):
    changed = replace(FULL, documents=(PICTURE, replace(POWER, **change)))
    assert fingerprint(changed, FEES, RULE) != fingerprint(FULL, FEES, RULE)


@pytest.mark.parametrize(
    "fees",
    [
        replace(FEES, total=Decimal("185.01")),
        replace(FEES, currency="EUR"),
        replace(FEES, lines=FEES.lines[1:]),
        replace(FEES, lines=(replace(LINE, code="tm-other"), *FEES.lines[1:])),
        replace(FEES, lines=(replace(LINE, name={"en": "Another fee"}), *FEES.lines[1:])),
        replace(FEES, lines=(replace(LINE, quantity=2), *FEES.lines[1:])),
        replace(FEES, lines=(replace(LINE, unit_amount=Decimal("120.01")), *FEES.lines[1:])),
        replace(FEES, lines=(replace(LINE, amount=Decimal("120.01")), *FEES.lines[1:])),
    ],
)
def test_another_fee_changes_the_fingerprint(fees):
    assert fingerprint(FULL, fees, RULE) != fingerprint(FULL, FEES, RULE)


def test_another_reception_rule_changes_the_fingerprint():
    assert fingerprint(FULL, FEES, ReceptionRule(counts_from=Basis.PAYMENT)) != fingerprint(FULL, FEES, RULE)


def test_an_order_that_means_nothing_does_not_change_the_fingerprint():
    """A refusal that nobody can explain would cost the agent their trust, and perhaps the day."""
    claims = (*FULL.priorities, replace(FULL.priorities[0], number="26/1"))
    turned = replace(FULL, goods=FULL.goods[::-1], priorities=claims[::-1], documents=FULL.documents[::-1])
    fees = replace(FEES, lines=FEES.lines[::-1])
    assert fingerprint(turned, fees, RULE) == fingerprint(replace(FULL, priorities=claims), FEES, RULE)


def test_what_costs_the_same_and_was_received_again_is_the_same():
    again = replace(FULL, documents=(PICTURE, replace(POWER, received_at=RECEIVED + timedelta(hours=1))))
    assert fingerprint(again, replace(FEES, total=Decimal("185")), RULE) == fingerprint(FULL, FEES, RULE)
