"""Reading the classifications, and picking from them for a draft, without a script and with one."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from html import unescape

import pytest
from flask import Flask

from portal.classification import importing
from portal.db import db
from portal.drafting import service as drafting
from portal.drafting.models import Draft
from portal.web import held
from tests.integration.portal.drafts import DraftPages, hidden
from tests.integration.portal_client import PortalClient

HOSTILE = [
    "<script>alert(1)</script>",
    "%",
    "_",
    "\\",
    "'; DROP TABLE users; --",
    "a" * 5000,
    "\x00",
    "é" * 300,
    "٣",
    "*",
]


@pytest.fixture
def titles(app: Flask) -> None:
    """The kit's own titles, and its demonstration's terms."""
    with app.app_context():
        importing.seed(demonstration=True)


@pytest.fixture
def draft(titles: None, agent: PortalClient) -> DraftPages:
    return DraftPages.begin(agent)


def other_draft(agent: PortalClient, service: str) -> DraftPages:
    answer = agent.post("/drafts/new", data={"service": service, "reference": "R"})
    return DraftPages(agent, str(answer.headers["Location"]))


def saved(app: Flask, draft: DraftPages, section: str) -> dict[str, object]:
    with app.app_context():
        found = db.session.get(Draft, draft.id)
        assert found is not None
        return drafting.data_of(found).get(section, {})


def entries(page: str) -> list[str]:
    """The texts of a page's entries, picked or read."""
    found = re.findall(
        r'(?s)<li class="pick-list__entry">(.*?)</li>|<label class="govuk-label govuk-\w+__label".*?>(.*?)</label>',
        page,
    )
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", one or other)).split()) for one, other in found]


@pytest.mark.parametrize(
    ("path", "holds"),
    [
        ("/classification", "Vienna Classification"),
        ("/classification/nice", "30 Coffee, tea, flour"),
        ("/classification/nice?class=030", "bread"),
        ("/classification/nice?q=cofee", "coffee"),
        ("/classification/locarno?class=06", "06-01 Seats"),
        ("/classification/locarno?q=seets", "06-01 Seats"),
        ("/classification/ipc?class=A61", "A61K Preparations for medical"),
        ("/classification/ipc?q=bycicle", "B62K Bicycles"),
        ("/classification/ipc?q=b62k", "B62K Bicycles"),
        ("/classification/vienna?q=26.1", "26.1 Circles"),
        ("/classification/vienna?class=26", "26.3 Triangles"),
    ],
)
def test_anybody_reads_the_classifications(client, titles, path, holds):
    """Before there is an account, one wants to know in which class one belongs."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert holds in " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


@pytest.mark.parametrize(
    "path", ["/classification/none", "/classification/locarno?class=98", "/classification/nice-classes"]
)
def test_what_there_is_not(client, titles, path):
    assert client.get(path).status_code == 404


def test_in_the_readers_language(client, titles):
    page = client.get("/classification/nice?class=30", headers={"Accept-Language": "fr"}).text
    assert "Classification de Nice" in page
    assert "café" in entries(page)


def test_without_a_list_the_headings_answer(app, client):
    """No list of terms yet: a search still leads to the class."""
    with app.app_context():
        importing.seed()
    page = client.get("/classification/nice?q=coffee").text
    assert entries(page) == ["30 Coffee, tea, flour, bread, confectionery, spices"]
    assert "has no list of terms for this class" in client.get("/classification/nice?class=30").text


def test_before_anything_was_brought_in(client, agent):
    """A new server before its first import: every page says so, and typing goes on."""
    assert "has not brought in this classification yet" in client.get("/classification/ipc").text
    assert "Nothing fits" in client.get("/classification/nice?q=coffee").text
    draft = DraftPages.begin(agent)
    draft.save("goods")
    assert "has not brought in this classification yet" in draft.get("/pick/nice?row=0")
    assert "pick-free__words" not in draft.get("/goods")
    assert agent.get("/classification/nice.json?q=coffee").json["listed"] is False


@pytest.mark.parametrize("typed", HOSTILE)
def test_whatever_is_typed_is_searched_and_shown_as_text(client, agent, titles, typed):
    for page in ("nice", "ipc", "locarno", "vienna"):
        answer = client.get(f"/classification/{page}", query_string={"q": typed, "class": typed, "page": typed})
        assert answer.status_code in (200, 404)
        assert "<script>alert" not in answer.text
        answer = client.get(f"/classification/{page}", query_string={"q": typed, "page": "999999"})
        assert answer.status_code == 200
        assert agent.get(f"/classification/{page}.json", query_string={"q": typed, "class": typed}).status_code == 200


def test_pages_of_a_long_class(app, client, agent):
    """Each entry once, however long the class is."""
    from portal.classification.reading import read
    from portal.classification.rules import Scheme

    data = "\n".join(["class\tterm", *(f"30\tkind {number:03} of tea" for number in range(45))]).encode()
    with app.app_context():
        importing.import_edition(
            Scheme.NICE, "en", "list", read(data, Scheme.NICE).taken, importing.Origin.of("x", data)
        )
        importing.seed()
    for query in ("class=30", "class=30&q=tea"):
        seen: list[str] = []
        for number in (1, 2, 3):
            page = client.get(f"/classification/nice?{query}&page={number}").text
            assert ("Next page" in page, "Previous page" in page) == (number < 3, number > 1)
            seen += [entry.split(" Class ")[0] for entry in entries(page)]
        assert sorted(seen) == [f"kind {number:03} of tea" for number in range(45)]


def test_what_a_picker_asks(client, agent, titles):
    assert client.get("/classification/nice.json?q=coffee", headers={"Accept": "application/json"}).status_code == 401
    answer = agent.get("/classification/nice.json?q=cofee&class=30&language=en").json
    assert answer["results"] == [
        {
            "value": "coffee",
            "text": "coffee",
            "group": "30",
            "above": "Coffee, tea, flour, bread, confectionery, spices",
        }
    ]
    assert (answer["more"], answer["listed"], answer["language"]) == (False, True, "en")
    french = agent.get("/classification/nice.json?q=cafe&class=30&language=fr").json
    assert french["results"][0]["text"] == "café"
    assert {one["group"] for one in agent.get("/classification/nice.json?q=coffee").json["results"]} == {
        "7",
        "30",
        "40",
    }
    symbols = [one["value"] for one in agent.get("/classification/ipc.json?q=A61").json["results"]]
    assert symbols[:2] == ["A61B", "A61C"], "a class alone is not exact enough to be picked"
    free = agent.get("/classification/nice/free.json?class=30&term=Coffee&term=moon+dust").json
    assert free == {"free": ["moon dust"]}
    assert agent.get("/classification/nice/free.json?class=x&term=Coffee").json == {"free": []}


def test_picking_terms_without_a_script(app, draft):
    """From the section's page to the list and back: nothing that was typed is lost on the way."""
    fields = {**draft.open("goods"), "number-0": "30", "terms-0": "my own tea", "action": "pick-nice-0"}
    answer = draft.send("goods", fields)
    assert answer.headers["Location"] == f"{draft.path}/pick/nice?row=0"
    page = draft.get("/pick/nice?row=0")
    assert "coffee" in entries(page), "it begins in the class of the row"
    answer = draft.client.post(f"{draft.path}/pick/nice", data={"row": "0", "pick": ["30:coffee", "43:bar services"]})
    assert answer.headers["Location"] == f"{draft.path}/goods"
    assert saved(app, draft, "goods") == {
        "classes": [{"number": "30", "terms": "my own tea\ncoffee"}, {"number": "43", "terms": "bar services"}]
    }
    page = draft.get("/goods")
    assert "2 entries were added." in page
    assert re.search(r"Not in the office’s list of terms:</strong> my own tea\.", page)


def test_a_row_without_a_class_gets_that_of_the_term(app, draft):
    draft.send("goods", {**draft.open("goods"), "number-0": "", "terms-0": "my own tea", "action": "save"})
    draft.client.post(f"{draft.path}/pick/nice", data={"row": "0", "pick": "30:coffee"})
    assert saved(app, draft, "goods") == {"classes": [{"number": "30", "terms": "my own tea\ncoffee"}]}


def test_an_empty_row_above_does_not_move_the_pick_to_another_design(app, agent, titles):
    """Rows in which nothing is typed are not kept: the others move up."""
    draft = other_draft(agent, "design-national")
    fields = {**draft.open("designs"), "product-0": "", "product-1": "Chair", "product-2": "Table"}
    answer = draft.send("designs", {**fields, "action": "pick-locarno-2"})
    assert answer.headers["Location"] == f"{draft.path}/pick/locarno?row=1"
    draft.client.post(f"{draft.path}/pick/locarno", data={"row": "1", "pick": "06-03"})
    rows = saved(app, draft, "designs")["designs"]
    assert [(row["product"], row["locarno"]) for row in rows] == [("Chair", ""), ("Table", "06-03")]
    answer = draft.send(
        "designs", {**draft.open("designs"), "product-0": "", "product-1": "Lamp", "action": "pick-locarno-0"}
    )
    assert answer.headers["Location"] == f"{draft.path}/pick/locarno?row=1", "an empty row becomes a new one"


def test_picking_symbols_and_codes(app, agent, draft):
    patent = other_draft(agent, "patent-national")
    patent.client.post(f"{patent.path}/pick/ipc", data={"pick": ["A61K", "B62K"]})
    assert saved(app, patent, "invention")["symbols"] == "A61K\nB62K"
    draft.save("mark", kind="figurative", description="A circle")
    draft.client.post(f"{draft.path}/pick/vienna", data={"pick": ["26.1.1"]})
    mark = saved(app, draft, "mark")
    assert (mark["vienna"], mark["description"]) == ("26.1.1", "A circle")
    assert draft.get("/pick/ipc", status=404)
    assert patent.get("/pick/nice", status=404)


def test_going_down_to_a_symbol(draft):
    page = draft.get("/pick/vienna")
    assert 'name="pick"' not in page, "a category alone cannot be picked"
    assert f"{draft.path}/pick/vienna?class=26" in unescape(page)
    page = draft.get("/pick/vienna?class=26")
    assert "What stands below 26.1" in page
    assert 'value="26.3"' in page


def test_nothing_chosen_says_so(draft):
    answer = draft.client.post(f"{draft.path}/pick/nice?q=coffee", data={"row": "0"})
    assert answer.status_code == 422
    assert "Choose at least one entry." in answer.text
    assert "coffee" in entries(answer.text)
    assert draft.client.post(f"{draft.path}/pick/locarno", data={}).status_code == 404
    assert draft.client.post(f"{draft.path}/pick/nice", data={"pick": ["99:x", "<b>"]}).status_code == 422


def test_what_was_chosen_when_the_session_ended_is_there_after_sign_in(app, demo, draft):
    path = f"{draft.path}/pick/nice?q=coffee"
    client = draft.client
    client.delete_cookie("__Host-session", domain="filing.test.ipo.example")
    answer = client.post(path, data={"pick": "30:coffee", "row": "0"})
    token = hidden(answer.text, held.FIELD)
    client.sign_in(demo.agent.email, demo.agent.password)
    page = client.post(path, data={held.FIELD: token}).text
    assert "not added yet" in page
    assert re.search(r'value="30:coffee" checked', page)
    assert saved(app, draft, "goods") == {}


def test_picks_of_several_windows_at_once_are_all_kept(app, agent, draft):
    """Adding is the same in any order: nobody must be asked to compare."""
    draft.save("goods")
    cookie = agent.get_cookie("__Host-session", domain="filing.test.ipo.example")
    wanted = ["bread", "rice", "honey", "flour"]

    def add(term: str) -> int:
        window = app.test_client()
        window.set_cookie(cookie.key, cookie.value, domain=cookie.domain, secure=True)
        return window.post(f"{draft.path}/pick/nice", data={"pick": f"30:{term}"}).status_code

    with ThreadPoolExecutor(len(wanted)) as pool:
        assert list(pool.map(add, wanted)) == [303] * len(wanted)
    terms = saved(app, draft, "goods")["classes"][0]["terms"].split("\n")
    assert sorted(terms) == sorted(["coffee", "tea", *wanted])


def test_nobody_elses_draft(draft, rival, officer, client):
    for path in (f"{draft.path}/pick/nice", f"{draft.path}/pick/nice?q=coffee"):
        assert rival.get(path).status_code == 404
        assert officer.get(path).status_code == 403
    assert rival.post(f"{draft.path}/pick/nice", data={"pick": "30:coffee"}).status_code == 404
    assert client.get(f"{draft.path}/pick/nice").status_code in (302, 303, 401)


def test_a_deleted_draft_takes_nothing(app, draft):
    draft.client.post(f"{draft.path}/delete")
    assert draft.client.post(f"{draft.path}/pick/nice", data={"pick": "30:coffee"}).status_code == 404


def test_an_action_that_no_field_has_is_a_plain_save(draft):
    for action in ("pick-ipc-0", "pick-nothing", "pick-nice-99999"):
        answer = draft.send("goods", {**draft.open("goods"), "number-0": "30", "terms-0": "tea", "action": action})
        assert answer.headers["Location"] == draft.path


def test_a_free_term_costs_more_where_the_office_says_so(draft):
    """Two of three terms are not in the list; at 3.00 each that is 6.00 on top of the 120.00 of the filing."""
    draft.complete()
    assert "USD\xa0120.00" in draft.get("/check")
    draft.save("goods", **{"terms-0": "Coffee\nmoon dust\nsun dust"})
    page = draft.get("/check")
    assert "USD\xa06.00" in page
    assert "USD\xa0126.00" in page
