"""The firm's address book, through its pages and into drafts."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from portal.addressbook import service
from portal.addressbook.models import Address, AddressImport
from portal.audit.models import AuditEntry
from portal.db import db, utc_now
from tests.integration.portal.drafts import PARTY, DraftPages, hidden
from tests.integration.portal.teams import agent_of, join, user
from tests.integration.portal_client import PortalClient

ENTRY = {**PARTY, "name": "Łódź Foods – Café", "city": "Łódź", "country": "PL", "email": "ip@lodz.example"}
HEAD = "Kind,Name,Street or post-office box,Town or city,Postcode,Country,E-mail address,Telephone\n"


def add(client: PortalClient, **values: str) -> TestResponse:
    return client.post("/address-book/new", data={**ENTRY, **values})


def upload(client: PortalClient, content: bytes | str, name: str = "people.csv") -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    return client.post("/address-book/import", data={"file": (io.BytesIO(raw), name)})


def names(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Address.name).where(Address.deleted_at.is_(None)).order_by(Address.id)))


def main(page: str) -> str:
    return page.partition("<main")[2]


def test_an_entry_is_added_changed_deleted_and_brought_back(app, agent):
    assert "There is no entry yet." in agent.get("/address-book").text
    assert add(agent).status_code == 303
    assert "Łódź Foods" in agent.get("/address-book").text
    form = {**ENTRY, "name": "Lodz Foods", "version": "1"}
    assert agent.post("/address-book/1", data=form).status_code == 303
    answer = agent.post("/address-book/1/delete")
    page = agent.get(answer.location).text
    assert "Lodz Foods was deleted. Drafts keep what they hold." in page
    assert agent.get("/address-book/1").status_code == 404
    agent.post("/address-book/1/restore")
    assert names(app) == ["Lodz Foods"]
    with app.app_context():
        trail = [one.event for one in db.session.scalars(select(AuditEntry)) if one.event.startswith("address")]
        told = str([one.data for one in db.session.scalars(select(AuditEntry))])
    assert trail == ["address-added", "address-changed", "address-deleted", "address-restored"]
    assert "Lodz" not in told


@pytest.mark.parametrize("sought", ["lodz", "ŁÓDŹ", "cafe foods", "FOODS  łodz", "ip@lodz", "lodz.example"])
def test_a_search_minds_neither_capitals_nor_accents(agent, sought):
    add(agent)
    add(agent, name="Other", city="Elsewhere", email="x@y.example")
    agent.get("/address-book")  # what was said of the additions is said once
    page = main(agent.get("/address-book", query_string={"q": sought}).text)
    assert "Łódź Foods" in page
    assert "Other" not in page


@pytest.mark.parametrize("name", ["شركة البحر الأحمر للتجارة", "株式会社デザイン", "Nguyễn Thị Hồng", "a\U0001f333b"])
def test_names_of_every_script_are_kept_and_found(app, agent, name):
    add(agent, name=name)
    assert names(app) == [name]
    assert name in main(agent.get("/address-book", query_string={"q": name[:4]}).text)


@pytest.mark.parametrize("sought", ["%", "_", "\\", "'", "zzz"])
def test_a_search_for_a_wildcard_finds_only_that(agent, sought):
    add(agent)
    assert "No entry fits" in agent.get("/address-book", query_string={"q": sought}).text


def test_another_firms_entries_do_not_exist(app, agent, rival, officer):
    add(agent)
    assert "Łódź" not in rival.get("/address-book").text
    assert rival.get("/address-book/1").status_code == 404
    for action in ("", "/delete", "/restore"):
        assert rival.post(f"/address-book/1{action}", data={**ENTRY, "version": "1"}).status_code == 404
    assert "Łódź" not in rival.get("/address-book/export.csv").text
    draft = DraftPages.begin(rival)
    assert rival.post(f"{draft.path}/applicants/address-book", data={"entry": "1"}).status_code == 404
    assert officer.get("/address-book").status_code == 403
    assert names(app) == [ENTRY["name"]]


def test_a_name_that_is_there_already_is_asked_about(app, agent):
    add(agent)
    answer = add(agent, name="lodz foods – CAFE", street="Other road")
    assert answer.status_code == 409
    assert "The address book has this name already:" in answer.text
    assert 'value="Other road"' in answer.text
    assert add(agent, name="lodz foods – CAFE", street="Other road", anyway="y").status_code == 303
    assert len(names(app)) == 2
    add(agent, anyway="y")
    assert len(names(app)) == 2  # exactly so already


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"name": ""}, "Enter the name."),
        ({"kind": ""}, "Choose a person or an organisation."),
        ({"kind": "robot"}, "Choose a person or an organisation."),
        ({"name": "x" * 301}, "Shorten this"),
        ({"name": "a\u202eb"}, "Remove the invisible control characters"),
        ({"street": "a\x00b"}, "Remove the invisible control characters"),
        ({"country": "XX"}, "Choose the country."),
        ({"email": "legal@"}, "name@example.org"),
    ],
)
def test_what_cannot_be_kept_is_told_at_its_field(app, agent, values, told):
    answer = add(agent, **values)
    assert answer.status_code == 400
    assert told in answer.text
    assert names(app) == []


def test_two_who_change_an_entry_see_each_other(app, demo, agent):
    add(agent)
    noor = join(app, demo, "Noor Haddad")
    version = hidden(agent.get("/address-book/1").text, "version")
    noor.client.post("/address-book/1", data={**ENTRY, "version": version, "city": "Kraków"})
    answer = agent.post("/address-book/1", data={**ENTRY, "version": version, "city": "Gdańsk"})
    assert answer.status_code == 409
    assert "Noor Haddad changed this entry on" in answer.text
    assert "Kraków" in answer.text
    assert 'value="Gdańsk"' in answer.text
    again = {**ENTRY, "version": hidden(answer.text, "version"), "city": "Gdańsk"}
    assert agent.post("/address-book/1", data=again).status_code == 303
    with app.app_context():
        assert db.session.get_one(Address, 1).city == "Gdańsk"


def test_a_file_is_shown_before_it_is_imported_once(app, agent):
    add(agent)
    same = ",".join(
        ["organisation", *(ENTRY[name] for name in ("name", "street", "city", "postcode", "country", "email", "phone"))]
    )
    alike = "person,łódź foods – café,,,,,,\n"
    answer = upload(agent, f"\ufeff{HEAD}{same}\n{alike}person,Amina Diallo,3 Court Lane,Nairobi,00100,Kenya,,\n")
    assert answer.status_code == 303
    page = main(agent.get(answer.location).text)
    assert "1 new entry." in page
    assert "1 is in the address book exactly so: it is left out." in page
    assert "1 has a name that the address book has already." in page
    assert len(names(app)) == 1
    done = agent.post(answer.location)
    assert "1 entry was added." in agent.get(done.location).text
    assert names(app) == [ENTRY["name"], "Amina Diallo"]
    with app.app_context():
        assert db.session.scalars(select(Address.country).where(Address.name == "Amina Diallo")).one() == "KE"
    again = agent.post(answer.location)
    assert "This file was imported already" in agent.get(again.location).text
    assert len(names(app)) == 2


def test_names_that_are_there_already_are_added_when_asked_for(app, agent):
    add(agent)
    answer = upload(agent, f"{HEAD}person,Łódź Foods – Café,,,,,,\n")
    agent.post(answer.location, data={"alike": "y"})
    assert len(names(app)) == 2


def test_a_fault_in_one_line_keeps_the_whole_file_out(app, agent):
    """Half an address book is worse than none: nobody knows which half."""
    answer = upload(agent, f"{HEAD}person,Amina,,,,Kenya,,\nperson,,,,,Atlantis,not-an-address,\n")
    assert answer.status_code == 422
    page = main(answer.text)
    assert "Line 3: Name: Enter the name." in page
    assert "Line 3: Country: Choose the country." in page
    assert "Line 3: E-mail address: " in page
    assert "Line 2" not in page
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AddressImport)) == 0


def test_two_who_confirm_the_same_import_add_it_once(app, demo, agent):
    key = upload(agent, f"{HEAD}person,Amina,,,,,,\n").location.rpartition("/")[2]
    person = agent_of(app, demo)

    def confirm(_number: int) -> int:
        with app.app_context():
            try:
                return service.take_in(key, False, user(person))
            except service.NotFound:
                return -1

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(confirm, range(4))) == [-1, -1, -1, 1]
    assert names(app) == ["Amina"]


def test_a_colleague_cannot_confirm_what_another_uploaded(app, demo, agent, rival):
    answer = upload(agent, f"{HEAD}person,Amina,,,,,,\n")
    for other in (rival, join(app, demo, "Noor Haddad").client):
        assert other.post(answer.location).status_code == 303
    assert names(app) == []


def test_the_sample_can_be_imported_in_each_language(app, agent):
    for language, count in (("en", 2), ("fr", 2)):
        agent.get(f"/language/{language}")
        sample = agent.get("/address-book/sample.csv")
        assert sample.mimetype == "text/csv"
        answer = upload(agent, sample.data)
        assert answer.status_code == 303, answer.text
        agent.post(answer.location)
        assert len(names(app)) == count


def test_an_export_can_be_imported_by_another_firm_and_runs_no_formula(app, agent, rival):
    evil = '=HYPERLINK("http://evil.example","x")'
    for number, name in enumerate([evil, "+1", "-2+3", "@SUM(A1)", "'quoted", "ＡＢＣ", 'a "b", c']):
        add(agent, name=name, email=f"a{number}@b.example", phone="+254 20 123 4567", anyway="y")
    raw = agent.get("/address-book/export.csv")
    text = raw.data.decode("utf-8-sig")
    assert raw.data.startswith(b"\xef\xbb\xbf")
    assert '"\'=HYPERLINK(""http://evil.example"",""x"")"' in text
    assert '"\'+254 20 123 4567"' in text
    import csv

    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    answer = upload(rival, raw.data)
    assert answer.status_code == 303, answer.text
    rival.post(answer.location)
    with app.app_context():
        firms = db.session.scalars(select(Address.firm_id).distinct()).all()
        kept = [
            sorted(db.session.execute(select(Address.name, Address.phone).where(Address.firm_id == firm)).all())
            for firm in firms
        ]
    assert len(kept) == 2
    assert kept[0] == kept[1]


def test_a_large_book_is_imported_whole_and_paged(app, agent):
    rows = "".join(f"person,Person {number:05},,,,KE,,\n" for number in range(10_000))
    answer = upload(agent, HEAD + rows)
    assert answer.status_code == 303, answer.text[:2000]
    assert "10000 new entries." in agent.get(answer.location).text.replace(",", "")
    agent.post(answer.location)
    assert len(names(app)) == 10_000
    first = agent.get("/address-book").text
    assert "Person 00049" in first
    assert "Person 00050" not in first
    assert "Person 00050" in agent.get("/address-book?page=2").text
    answer = upload(agent, HEAD + rows + "person,One more,,,,,,\n")
    assert answer.status_code == 422
    assert "at most 10000 entries" in answer.text


def test_what_waits_and_what_was_deleted_is_cleared_away(app, agent):
    add(agent)
    agent.post("/address-book/1/delete")
    answer = upload(agent, f"{HEAD}person,Amina,,,,,,\n")
    with app.app_context():
        assert service.purge() == 0
        db.session.scalars(select(Address)).one().deleted_at = utc_now() - timedelta(days=31)
        db.session.scalars(select(AddressImport)).one().made_at = utc_now() - timedelta(days=1, minutes=1)
        db.session.commit()
    assert "waited for longer than a day" in agent.get(agent.get(answer.location).location).text
    with app.app_context():
        assert service.purge() == 2
        assert db.session.scalars(select(Address)).all() == []


# Into a draft, and out of one.


def held(app: Flask, draft: DraftPages, section: str) -> dict:
    from portal.drafting import service as drafting
    from portal.drafting.models import Draft

    with app.app_context():
        return drafting.data_of(db.session.get_one(Draft, draft.id)).get(section, {})


def test_a_party_is_taken_from_the_book_without_a_script_and_nothing_typed_is_lost(app, agent):
    add(agent)
    draft = DraftPages.begin(agent)
    answer = draft.save("applicants", action="take")
    assert answer.location == f"{draft.path}/applicants/address-book"
    page = main(agent.get(answer.location + "?q=lodz").text)
    assert "Łódź Foods" in page
    answer = agent.post(f"{draft.path}/applicants/address-book", data={"entry": "1"})
    assert answer.location == f"{draft.path}/applicants#name-1"
    rows = held(app, draft, "applicants")["parties"]
    assert [row["name"] for row in rows] == [PARTY["name"], ENTRY["name"]]
    assert rows[1] == {key: ENTRY[key] for key in PARTY}
    agent.post("/address-book/1", data={**ENTRY, "version": "1", "name": "Renamed"})
    assert held(app, draft, "applicants")["parties"][1]["name"] == ENTRY["name"]


def test_the_representative_is_replaced_and_keeps_the_power(app, agent):
    add(agent)
    draft = DraftPages.begin(agent)
    draft.save("representative", represented="yes", name="Old", authority="general", authority_number="GP-7")
    agent.post(f"{draft.path}/representative/address-book", data={"entry": "1"})
    found = held(app, draft, "representative")
    assert (found["name"], found["represented"], found["authority_number"]) == (ENTRY["name"], "yes", "GP-7")


def test_inventors_are_persons_only(app, agent):
    add(agent)
    add(agent, name="Amina Diallo", kind="natural")
    answer = agent.post("/drafts/new", data={"service": "patent-national", "reference": ""})
    draft = DraftPages(agent, answer.location)
    agent.get(draft.path)  # what was said of the additions is said once
    page = main(agent.get(f"{draft.path}/inventors/address-book").text)
    assert "Amina Diallo" in page
    assert "Łódź Foods" not in page
    assert agent.post(f"{draft.path}/inventors/address-book", data={"entry": "1"}).status_code == 404
    agent.post(f"{draft.path}/inventors/address-book", data={"entry": "2"})
    row = held(app, draft, "inventors")["parties"][0]
    assert row["name"] == "Amina Diallo"
    assert "kind" not in row


def test_a_party_that_was_typed_is_saved_to_the_book_once(app, agent):
    draft = DraftPages.begin(agent)
    answer = draft.save("applicants", action="keep-0")
    assert "Baobab Foods Ltd is in the address book now." in agent.get(answer.location).text
    answer = draft.save("applicants", action="keep-0")
    assert "Baobab Foods Ltd is in the address book already." in agent.get(answer.location).text
    assert names(app) == ["Baobab Foods Ltd"]
    answer = draft.save("applicants", **{"name-0": "", "action": "keep-0"})
    assert "Enter the name first" in agent.get(answer.location).text
    answer = draft.save("applicants", **{"email-0": "legal@", "action": "keep-0"})
    assert "It is not in the address book yet." in agent.get(answer.location).text
    assert held(app, draft, "applicants")["parties"][0]["email"] == "legal@"


def test_a_section_that_holds_no_parties_has_no_address_book(agent):
    draft = DraftPages.begin(agent)
    assert agent.get(f"{draft.path}/mark/address-book").status_code == 404
    assert agent.get(f"{draft.path}/inventors/address-book").status_code == 303  # not of a trademark
    assert agent.post(f"{draft.path}/applicants/address-book", data={"entry": "x"}).status_code == 404
    assert (
        agent.post(f"{draft.path}/applicants/address-book", data={"entry": "99999999999999999999"}).status_code == 404
    )


def test_two_who_take_at_the_same_time_both_find_theirs(app, demo, agent):
    """Each of them reads the section, adds a row and saves it: neither row may be lost."""
    add(agent)
    add(agent, name="Second")
    draft = DraftPages.begin(agent)
    noor = join(app, demo, "Noor Haddad").client

    def take(person: tuple[PortalClient, str]) -> int:
        client, entry = person
        return client.post(f"{draft.path}/applicants/address-book", data={"entry": entry}).status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(take, [(agent, "1"), (noor, "2")])) == [303, 303]
    assert sorted(row["name"] for row in held(app, draft, "applicants")["parties"]) == sorted(["Second", ENTRY["name"]])


def test_a_section_that_is_full_says_so(app, agent):
    add(agent)
    draft = DraftPages.begin(agent)
    rows = {f"{key}-{number}": value for number in range(50) for key, value in PARTY.items()}
    draft.send("applicants", {**draft.open("applicants"), **rows})
    answer = agent.post(f"{draft.path}/applicants/address-book", data={"entry": "1"})
    assert "This section takes no more entries." in agent.get(answer.location).text
    assert len(held(app, draft, "applicants")["parties"]) == 50
