"""The client's page behind a signed link, and the team's page of what was asked and answered."""

from __future__ import annotations

import io
from urllib.parse import quote

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.approvals import service
from portal.approvals.forms import AnswerForm, AskForm
from portal.approvals.models import ApprovalRequest
from portal.approvals.rules import fingerprint
from portal.db import db
from portal.documents.store import StoreError, store
from portal.drafting.answers import answers
from portal.drafting.roles import Act
from portal.drafting.sections import LABELS
from portal.drafting.service import NotOpen
from portal.drafting.view import DraftView
from portal.web.formats import text
from portal.web.language import chosen
from portal.web.permissions import requires
from portal.web.safe import ROW, row_number
from portal.web.setup import csrf

bp = Blueprint("approvals", __name__, template_folder="templates")
ROUTE = "/drafts/<draft_id>/approval"
PUBLIC = "/approve/<token>"


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def approval(draft_id: str) -> str:
    """The links that were made, what came back, and a form for another."""
    return _team_page(DraftView.of(draft_id), AskForm(formdata=None))


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def ask(draft_id: str) -> Response | str:
    """Make a link for a client."""
    view, form = DraftView.of(draft_id, Act.EDIT), AskForm()
    if not form.validate():
        return make_response(_team_page(view, form), 400)
    typed = (form.client.data, form.message.data, form.days.data, form.may_download.data)
    try:
        service.ask(draft_id, *typed, current_user)
    except NotOpen:
        return _not_open(draft_id)
    flash(_("The link is below. Send it to %(name)s.", name=form.client.data), "success")
    return redirect(url_for(".approval", draft_id=draft_id), 303)


@bp.post(f"{ROUTE}/<request_id>/revoke")
@requires(Permission.DRAFT)
def revoke(draft_id: str, request_id: str) -> Response:
    """Make a link lead nowhere."""
    try:
        service.revoke(draft_id, request_id, current_user)
    except NotOpen:
        return _not_open(draft_id)
    flash(_("The link leads nowhere any more. You can make another one."), "success")
    return redirect(url_for(".approval", draft_id=draft_id), 303)


@bp.get(PUBLIC)
@requires(Permission.PUBLIC)
def client(token: str) -> Response:
    """The application as a client reads it, and the form for their answer."""
    try:
        asked, view = service.opened(db.session, token)
    except (service.Wrong, service.Over) as error:
        return _nowhere(error)
    return _client_page(token, asked, view, AnswerForm(formdata=None, name=asked.client))


@bp.post(PUBLIC)
@requires(Permission.PUBLIC)
def answer(token: str) -> Response:
    """Record what the client answers, if it is about what they read."""
    form = AnswerForm()
    try:
        asked, view = service.opened(db.session, token)
        if not form.validate():
            return _client_page(token, asked, view, form, 400)
        is_approved, read = form.decision.data == "approve", request.form.get("fingerprint", "")
        asked, made = service.answer(token, read, is_approved, form.name.data, form.comment.data)
    except (service.Wrong, service.Over) as error:
        return _nowhere(error)
    except service.Changed:
        asked, view = service.opened(db.session, token)
        return _client_page(token, asked, view, form, 409, has_changed=True)
    except service.Limited:
        form.form_errors.append(_("There were too many answers in a short time. Wait for 15 minutes, then try again."))
        return _client_page(token, asked, view, form, 429)
    return _guarded(make_response(redirect(url_for(".client", token=token, answered=made.id), 303)))


csrf.exempt(answer)  # the signed address allows it, and no cookie does: another site cannot know the address


@bp.get(f"{PUBLIC}/documents/<{ROW}:document_id>")
@requires(Permission.PUBLIC)
def document(token: str, document_id: int) -> Response:
    """A document of the draft, where the agent allowed it: a download that no browser will run."""
    try:
        asked, view = service.opened(db.session, token)
    except (service.Wrong, service.Over) as error:
        return _nowhere(error)
    found = next((one for one in view.documents if one.id == document_id), None)
    if found is None or found.state != "accepted" or not asked.may_download:
        abort(404)
    try:
        content = io.BytesIO(store().get(found.sha512))
    except StoreError:
        abort(503)
    sent = send_file(content, found.media_type, as_attachment=True, download_name=found.file_name)
    sent.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return _guarded(sent)


def _client_page(
    token: str,
    asked: ApprovalRequest,
    view: DraftView,
    form: AnswerForm,
    status: int = 200,
    has_changed: bool = False,
) -> Response:
    answered = row_number(request.args.get("answered"))
    last = asked.answers[-1] if asked.answers else None
    page = render_template(
        "approvals/client.html",
        token=token,
        asked=asked,
        view=view,
        form=form,
        has_changed=has_changed,
        fingerprint=fingerprint(service.state(view)),
        sections=answers(view.held, chosen()).items(),
        names=LABELS,
        kinds={kind.code: text(kind.name) for kind in view.service.documents},
        since_asked=service.since(asked.state, view, chosen()),
        thanks=last if last and last.id == answered else None,
        last=last,
        since_answer=service.since(last.state, view, chosen()) if last else [],
    )
    return _guarded(make_response(page, status))


def _nowhere(error: service.Wrong | service.Over) -> Response:
    """A link that leads nowhere, or nowhere any more: why, and what to do."""
    why = error.why if isinstance(error, service.Over) else "wrong"
    by = error.asked.asked_by if isinstance(error, service.Over) else None
    page = render_template("approvals/nowhere.html", why=why, by=by)
    return _guarded(make_response(page, 404 if why == "wrong" else 410))


def _guarded(answer: Response) -> Response:
    """No search engine keeps the page, and no other site learns its address."""
    answer.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def _team_page(view: DraftView, form: AskForm) -> str:
    found = service.requests(db.session, view.draft.id)
    return render_template(
        "approvals/team.html",
        view=view,
        form=form,
        requests=found,
        links={one.id: service.link(one) for one in found},
        since={one.id: service.since(one.state, view, chosen()) for asked in found for one in asked.answers},
        mail=_mail,
        is_over=service.is_over,
    )


def _mail(asked: ApprovalRequest) -> str:
    """An address that opens a mail with the link in the reader's own program."""
    subject = _("Please approve an application")
    body = _(
        "Please read the application behind this link and approve it, or say what should be changed:\n\n%(link)s\n",
        link=service.link(asked),
    )
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"


def _not_open(draft_id: str) -> Response:
    flash(_("This application was filed: its draft cannot be changed any more."), "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
