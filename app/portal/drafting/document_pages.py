"""The documents of a draft: received, listed, shown, numbered, removed and brought back."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace

from flask import flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_security import current_user
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.documents.service import KINDS, largest
from portal.documents.store import StoreAway, StoreFull, store
from portal.documents.wording import FORMATS, asked_of, words
from portal.drafting import documents as events
from portal.drafting import uploads
from portal.drafting.blueprint import bp
from portal.drafting.documents import NoOriginal, NoSuchPosition, Place, TooMany
from portal.drafting.models import DraftDocument
from portal.drafting.positions import following
from portal.drafting.roles import Act
from portal.drafting.sections import LABELS
from portal.drafting.service import NotOpen
from portal.drafting.uploads import Refused
from portal.drafting.view import DraftView
from portal.profile.model import DocumentKind
from portal.web import held
from portal.web.bidi import isolated
from portal.web.formats import comma
from portal.web.permissions import requires

log = logging.getLogger("portal")
Row = tuple[DocumentKind, list[DraftDocument], bool]
ROUTE = "/drafts/<draft_id>/documents"


@dataclass
class Refusal:
    """What the page says about files that were not taken: each name with its reasons, a page before those that have
    one."""

    kind: str
    files: list[tuple[str, list[tuple[int | None, str]]]] = field(default_factory=list)
    status: int = 422


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def documents(draft_id: str) -> str:
    """What is attached and what is still needed, kind by kind."""
    return _page(DraftView.of(draft_id))


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def upload(draft_id: str) -> Response | str:
    """Receive files as a form brings them; a refused one is answered with its reasons, and nothing of it is kept."""
    view = DraftView.of(draft_id, Act.EDIT)
    if held.fields() is not None:
        flash(_("Your session had ended. Choose the file again."), "notice")
        return _page(view)
    kind = view.kind(request.form.get("kind", ""))
    given = [one for one in request.files.getlist("file") if one.filename]
    refusal = Refusal(kind.code)
    if not given:
        refusal.status, refusal.files = 400, [("", [(None, _("Choose a file first."))])]
        return _refused(view, refusal)
    try:
        place = place_of(view, kind, request.form.get("position", ""), request.form.get("rendering_of", ""))
    except (NoSuchPosition, NoOriginal) as error:
        refusal.files = [("", [(None, told_of(error))])]
        return _refused(view, refusal)
    for number, one in enumerate(given):
        try:
            here = replace(place, position=following(place.position, number))
            _receive(draft_id, here, one, refusal)
        except NotOpen:
            return not_open(draft_id)
    if refusal.files:
        return _refused(DraftView.of(draft_id), refusal)
    return redirect(url_for("drafting.documents", draft_id=draft_id) + f"#kind-{kind.code}", 303)


def _receive(draft_id: str, place: Place, given: FileStorage, refusal: Refusal) -> None:
    """Take in one file, and note what came of it; raises NotOpen."""
    name = given.filename or ""
    try:
        found = uploads.receive(draft_id, place, name, given.stream, current_user)
    except Refused as error:
        events.note_refusal(draft_id, place.kind.code, error.file_name, [error.reason.rule], current_user)
        refusal.files.append((error.file_name, [(None, words(error.reason))]))
    except (TooMany, NoOriginal) as error:
        refusal.status = 409
        refusal.files.append((name, [(None, told_of(error))]))
    except (StoreFull, StoreAway) as error:
        log.error("draft %s: a document was not taken: %s", draft_id, error)  # noqa: TRY400 - its cause is in its words
        refusal.status = 503
        refusal.files.append((name, [(None, told_of(error))]))
    else:
        _tell(draft_id, found, refusal)


def _tell(draft_id: str, found: DraftDocument, refusal: Refusal) -> None:
    if found.state == "refused":
        events.remove(draft_id, found.id, current_user)  # it is told at once, so there is nothing to dismiss
        refusal.files.append(
            (found.file_name, [(reason.page, words(reason)) for reason in events.reasons_of(found)]),
        )
    elif found.state == "waiting":
        flash(_("%(name)s was received. It waits for the virus check.", name=isolated(found.file_name)), "notice")
    else:
        flash(_("%(name)s was received and accepted.", name=isolated(found.file_name)), "success")


@bp.post(f"{ROUTE}/<int:document_id>/position")
@requires(Permission.DRAFT)
def renumber_document(draft_id: str, document_id: int) -> Response:
    """Give a view another number; two views exchange theirs."""
    view = DraftView.of(draft_id)
    found = events.document(view.draft, document_id)
    typed = request.form.get("position", "")
    try:
        other = events.renumber(draft_id, document_id, typed, current_user)
    except NoSuchPosition as error:
        flash(told_of(error), "error")
    except NotOpen:
        return not_open(draft_id)
    else:
        if other is not None:
            message = _(
                "%(name)s and %(other)s have exchanged their numbers.",
                name=isolated(found.file_name),
                other=isolated(other.file_name),
            )
            flash(message, "success")
    return redirect(url_for("drafting.documents", draft_id=draft_id) + f"#kind-{found.kind}", 303)


@bp.post(f"{ROUTE}/<int:document_id>/remove")
@requires(Permission.DRAFT)
def remove_document(draft_id: str, document_id: int) -> Response:
    """Take a document out; the page offers to bring it back."""
    try:
        found = events.remove(draft_id, document_id, current_user)
    except NotOpen:
        return not_open(draft_id)
    if found.state == "refused":
        return redirect(url_for("drafting.documents", draft_id=draft_id) + f"#kind-{found.kind}", 303)
    return redirect(url_for("drafting.documents", draft_id=draft_id, removed=document_id), 303)


@bp.post(f"{ROUTE}/<int:document_id>/restore")
@requires(Permission.DRAFT)
def restore_document(draft_id: str, document_id: int) -> Response:
    """Bring a removed document back."""
    view = DraftView.of(draft_id, Act.EDIT)
    removed = events.document(view.draft, document_id)
    try:
        events.restore(draft_id, document_id, view.kind(removed.kind), current_user)
    except TooMany:
        flash(_("Another document has taken its place. Remove that one first."), "error")
    except NoOriginal as error:
        flash(told_of(error), "error")
    except NotOpen:
        return not_open(draft_id)
    else:
        flash(_("%(name)s is attached again.", name=isolated(removed.file_name)), "success")
    return redirect(url_for("drafting.documents", draft_id=draft_id), 303)


@bp.post(f"{ROUTE}/discard/<key>")
@requires(Permission.DRAFT)
def discard_upload(draft_id: str, key: str) -> Response:
    """Give up an upload that was not finished."""
    uploads.discard(draft_id, key, current_user)
    return redirect(url_for("drafting.documents", draft_id=draft_id), 303)


@bp.get(f"{ROUTE}/<int:document_id>")
@requires(Permission.DRAFT)
def document(draft_id: str, document_id: int) -> Response:
    """The received bytes, as a download that no browser will run; of what was not examined nothing is given out."""
    found = events.document(DraftView.of(draft_id).draft, document_id)
    if found.state != "accepted":
        flash(_("%(name)s cannot be opened: it has not been examined yet.", name=isolated(found.file_name)), "error")
        return redirect(url_for("drafting.documents", draft_id=draft_id), 303)
    answer = send_file(store().open(found.sha512), found.media_type, as_attachment=True, download_name=found.file_name)
    answer.content_length = found.size
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def place_of(view: DraftView, kind: DocumentKind, position: str, rendering_of: str) -> Place:
    """Where a file goes: `rendering_of` is the number of the document that it shows. Raises as `place_for` does."""
    original = None
    if rendering_of:
        number = int(rendering_of) if rendering_of.isascii() and rendering_of.isdigit() else 0
        original = next((one for one in view.documents if one.id == number), None)
        if original is None:
            raise NoOriginal(rendering_of)
    return events.place_for(kind, position, original)


def told_of(error: Exception) -> str:
    """What happened to a file that was not taken, and what to do, in the reader's language."""
    if isinstance(error, NoSuchPosition):
        return str(_("Give the number of the view as design and view, such as 1.2."))
    if isinstance(error, NoOriginal):
        return str(_("The document that this PDF belongs to is not attached. Attach it first."))
    if isinstance(error, TooMany):
        return str(_("There is already a document of this kind. Remove it first."))
    if isinstance(error, StoreFull):
        return str(_("The office's document store is full, so nothing was kept. The office knows; try again later."))
    return str(_("The office's document store cannot take the file now. Try again in a few minutes."))


def not_open(draft_id: str) -> Response:
    """The answer to a change of a draft that was filed."""
    flash(_("This application was filed: its draft cannot be changed any more."), "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)


def _refused(view: DraftView, refusal: Refusal) -> Response:
    answer = make_response(_page(view, refusal))
    answer.status_code = refusal.status
    return answer


def _what(document: DraftDocument) -> str:
    """What a document is, to begin a line with: A PNG picture."""
    name = str(FORMATS.get(KINDS.get(document.media_type, document.format), _("a file")))
    return name[:1].upper() + name[1:]


def _page(view: DraftView, refusal: Refusal | None = None) -> str:
    removed = request.args.get("removed", type=int)
    gone = (one for one in view.draft.documents if one.removed_at is not None and one.state != "refused")
    refused = events.refused_of(view.draft)
    unfinished = uploads.unfinished(view.draft) if view.draft.state == "open" else []
    told_of_now = {one.kind for one in refused} | {one.kind for one, _here in unfinished}
    at_hand, further = _split(view, told_of_now | ({refusal.kind} if refusal else set()))
    return render_template(
        "drafting/documents.html",
        view=view,
        title=LABELS["documents"],
        at_hand=at_hand,
        further=further,
        refusal=refusal,
        undo=next((one for one in gone if one.id == removed), None),
        refused=[(one, [(reason.page, words(reason)) for reason in events.reasons_of(one)]) for one in refused],
        unfinished=unfinished,
        next_position=events.next_position(view.draft),
        what=_what,
        accepted=lambda kind: comma().join(str(FORMATS[one]) for one in kind.formats),
        accepted_rendering=str(FORMATS["pdf"]),
        asked_of=asked_of,
        largest=largest,
        drop_zone=_attributes("i18n.", _drop_zone()),
        words_for_script=_attributes("", _script_words()),
    )


def _split(view: DraftView, told_of: set[str]) -> tuple[list[Row], list[Row]]:
    """The kinds that matter now: required, attached, or told of; and those that may be attached, which stand folded.

    Where none matters, nothing is folded: an empty page with one closed line on it looks like an end.
    """
    rows = view.documents_by_kind()
    at_hand = [row for row in rows if row[2] or row[1] or row[0].code in told_of]
    return (at_hand, [row for row in rows if row not in at_hand]) if at_hand else (rows, [])


def _attributes(prefix: str, texts: dict[str, str]) -> Markup:
    return Markup(" ").join(Markup('data-{}{}="{}"').format(prefix, name, text) for name, text in texts.items())


def _drop_zone() -> dict[str, str]:
    """The words of the design system's own field for files."""
    return {
        "choose-files-button": _("Choose"),
        "drop-instruction": _("or drop here"),
        "no-file-chosen": _("Nothing chosen yet"),
        "multiple-files-chosen.one": _("{count} file chosen").replace("{", "%{"),
        "multiple-files-chosen.other": _("{count} files chosen").replace("{", "%{"),
        "entered-drop-zone": _("You can drop the file here."),
        "left-drop-zone": _("The file is outside of the field again."),
    }


def _script_words() -> dict[str, str]:
    """What `uploads.js` says; {…} are filled in there."""
    return {
        "on-its-way": _("Sending {name}"),
        "examining": _("All of it is here. It is being examined."),
        "interrupted": _("The link is cut: it is tried again. What has arrived is kept."),
        "stopped": _("Not sent: {reason}"),
        "unreachable": _("the portal cannot be reached. What has arrived is kept: press “Go on”, or come back later."),
        "signed-out": _("you are signed out. Load this page again, sign in, and choose the file again: it goes on."),
        "arrived": _("Received"),
        "cancel": _("Cancel"),
        "go-on": _("Go on"),
        "show": _("Show what was received"),
    }
