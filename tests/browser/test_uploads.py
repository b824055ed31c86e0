"""Files that an agent chooses, drops, sends over a bad line, or gives up: with a mouse, a keyboard, with and without
scripts."""

from __future__ import annotations

import base64

import pytest
from playwright.sync_api import FileChooser, Locator, Route, expect

from tests.browser.people import Person
from tests.support.documents import pdf_of_size, png

KIND = "priority-document"
FORM = f"#kind-{KIND} form[enctype]"
SIZE = 5_000_000


def chosen(agent: Person, *files: tuple[str, bytes]) -> None:
    """Choose files in the field of priority documents."""
    given = [{"name": name, "mimeType": "application/pdf", "buffer": data} for name, data in files]
    agent.page.set_input_files(f"{FORM} input[type=file]", given)


def send(agent: Person) -> None:
    agent.page.click(f"{FORM} button[type=submit]")


def attached(agent: Person) -> Locator:
    return agent.page.locator(f"#kind-{KIND} .drafting-files li")


def begun(visit, **more) -> tuple[Person, str]:
    agent: Person = visit("agent", **more)
    agent.sign_in()
    draft = agent.new_draft("uploads")
    agent.go(f"{draft}/documents")
    return agent, draft


@pytest.mark.parametrize("language", ["en", "fr"])
def test_several_files_are_sent_in_parts_with_their_progress(visit, language):
    agent, _draft = begun(visit, language=language)
    parts = []
    agent.page.on("request", lambda request: parts.append(request) if request.method == "PATCH" else None)
    chosen(agent, ("one.pdf", pdf_of_size(SIZE, "one")), ("two.pdf", pdf_of_size(30_000, "two")))
    with agent.page.expect_navigation():
        send(agent)
    expect(attached(agent)).to_have_count(2)
    assert len(parts) == 5 + 1
    assert agent.troubles == []
    agent.look("documents-several")


def test_a_file_is_dropped_on_the_field(visit):
    agent, _draft = begun(visit)
    transfer = agent.page.evaluate_handle(
        """([name, data]) => {
            const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], name, { type: "application/pdf" }));
            return transfer;
        }""",
        ["dropped.pdf", base64.b64encode(pdf_of_size(20_000)).decode()],
    )
    agent.page.dispatch_event(f"{FORM} .govuk-file-upload-button", "drop", {"dataTransfer": transfer})
    expect(agent.page.locator(f"{FORM} .govuk-file-upload-button")).to_contain_text("dropped.pdf")
    with agent.page.expect_navigation():
        send(agent)
    expect(attached(agent)).to_contain_text(["dropped.pdf"])


def test_the_link_is_cut_and_the_upload_goes_on(visit):
    """What has arrived is not sent again: on a slow line that is the difference between filing today and tomorrow."""
    agent, _draft = begun(visit)
    sent: list[int] = []
    failing = [True]

    def line(route: Route) -> None:
        offset = int(route.request.headers["upload-offset"])
        if offset >= 2_000_000 and failing:
            failing.pop()
            route.abort("internetdisconnected")
            return
        sent.append(offset)
        route.continue_()

    agent.page.route(
        "**/uploads/*", lambda route: line(route) if route.request.method == "PATCH" else route.continue_()
    )
    chosen(agent, ("cut.pdf", pdf_of_size(SIZE, "cut")))
    with agent.page.expect_navigation():
        send(agent)
    expect(attached(agent)).to_contain_text(["cut.pdf"])
    assert failing == []
    assert len(sent) == len(set(sent)) == 5


def test_the_browser_is_closed_and_the_same_file_goes_on(visit, tmp_path):
    """The session has ended as well: another visit, the same file, and only the rest is sent."""
    agent, draft = begun(visit)
    content = pdf_of_size(SIZE, "later")

    def dead(route: Route) -> None:
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) > 2_500_000:
            return  # never answered
        route.continue_()

    agent.page.route("**/uploads/*", dead)
    file = tmp_path / "later.pdf"  # a file on disk keeps its time of change
    file.write_bytes(content)
    agent.page.set_input_files(f"{FORM} input[type=file]", file)
    send(agent)
    bar = agent.page.locator(f"{FORM} progress")
    expect(bar).to_be_visible()
    for _ in range(100):
        if bar.evaluate("bar => bar.value") > 2_500_000:
            break
        agent.page.wait_for_timeout(100)
    agent.look("documents-sending")
    agent.page.context.close()

    other: Person = visit("agent", width=390)
    other.sign_in()
    other.go(f"{draft}/documents")
    unfinished = other.page.locator("[data-upload]")
    expect(unfinished).to_contain_text("later.pdf")
    other.look("documents-unfinished")
    sent: list[int] = []
    other.page.on(
        "request",
        lambda request: sent.append(int(request.headers["upload-offset"])) if request.method == "PATCH" else None,
    )
    other.page.set_input_files(f"{FORM} input[type=file]", file)
    with other.page.expect_navigation():
        send(other)
    expect(attached(other)).to_have_count(1)
    expect(unfinished).to_have_count(0)
    assert min(sent) > 2_500_000


def test_an_upload_is_given_up(visit):
    agent, draft = begun(visit)
    agent.page.route("**/uploads/*", lambda route: None if route.request.method == "PATCH" else route.continue_())
    chosen(agent, ("never.pdf", pdf_of_size(SIZE, "never")))
    send(agent)
    line = agent.page.locator(f"{FORM} [data-progress] li")
    expect(line).to_have_count(1)
    with agent.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        line.locator("button:not([hidden])").click()
    expect(line).to_have_count(0)
    agent.go(f"{draft}/documents")
    expect(agent.page.locator("[data-upload]")).to_have_count(0)


def test_a_file_that_is_not_taken_says_why_beside_it(visit):
    """Too large is known before a byte is sent; a wrong one is told on the page."""
    agent, _draft = begun(visit)
    chosen(agent, ("huge.pdf", pdf_of_size(26_214_401, "huge")))
    send(agent)
    expect(agent.page.locator(f"{FORM} [data-progress] li")).to_contain_text("at most 26214400 are accepted")
    agent.page.reload()
    chosen(agent, ("picture.pdf", png()))
    with agent.page.expect_navigation():
        send(agent)
    expect(agent.page.locator(".govuk-error-summary")).to_contain_text("picture.pdf")
    agent.look("documents-refused-in-parts")
    agent.page.click(f"#kind-{KIND} .govuk-form-group--error form button")
    expect(agent.page.locator(".govuk-error-summary")).to_have_count(0)


def test_a_file_is_attached_with_the_keyboard(visit):
    agent, _draft = begun(visit)
    page = agent.page
    choosers: list[FileChooser] = []
    page.on("filechooser", lambda chooser: choosers.append(chooser))  # noqa: PLW0108 - it cannot mark a built-in
    page.locator(f"{FORM} .govuk-file-upload-button").focus()
    page.keyboard.press("Enter")
    for _ in range(100):
        if choosers:
            break
        page.wait_for_timeout(100)
    choosers[0].set_files({"name": "keys.pdf", "mimeType": "application/pdf", "buffer": pdf_of_size(20_000)})
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(attached(agent)).to_contain_text(["keys.pdf"])


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("fr", 390)])
def test_views_and_originals_without_scripts(visit, language, width):
    agent: Person = visit("agent", language, width=width, javascript=False)
    agent.sign_in()
    draft = agent.new_draft("views", "design-national")
    agent.go(f"{draft}/documents")
    for number in (1, 2):
        agent.upload("view", f"view {number}.png", png(600 + number, 400), "image/png")
    agent.page.locator("#kind-view [name=position]").first.fill("2.1")
    agent.page.locator("#kind-view form[action$='/position'] button").first.click()
    expect(agent.page.locator("#kind-view .drafting-files li").last).to_contain_text("2.1")
    agent.look("documents-views")
