"""The comments of a draft: read, written, changed, withdrawn, resolved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.comments import service
from portal.comments.forms import CommentForm, NewCommentForm
from portal.comments.models import Comment
from portal.comments.rules import can_change
from portal.db import db, utc_now
from portal.drafting.refusals import not_kept
from portal.drafting.roles import Act, NotAllowed
from portal.drafting.sections import LABELS
from portal.drafting.service import NotFound, NotOpen
from portal.drafting.view import DraftView
from portal.web import held
from portal.web.forms import choices
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires
from portal.web.safe import ROW, row_number

bp = Blueprint("comments", __name__, template_folder="templates")
ROUTE = "/drafts/<draft_id>/comments"


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def comments(draft_id: str) -> str:
    """What the team wrote, about one section or about all, and a form to write."""
    form = NewCommentForm(formdata=None, section=request.args.get("section", ""))
    return _page(DraftView.of(draft_id, Act.COMMENT), form)


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def write(draft_id: str) -> Response | str:
    """Add a comment; where that is not possible any more, what was written is shown to copy from."""
    values = held.fields()
    form = NewCommentForm() if values is None else NewCommentForm(formdata=None, data=values.to_dict())
    try:
        view = DraftView.of(draft_id, Act.COMMENT)
        _offer(form, view)
        if values is not None:
            flash(_("Your session had ended. What you typed is below and not saved yet: save it now."), "notice")
            return _page(view, form)
        if not form.validate():
            return make_response(_page(view, form), 400)
        made = service.write(draft_id, form.section.data, form.text.data, current_user)
    except (NotFound, NotAllowed) as error:
        return not_kept(error, [(form.text.label.text, form.text.data or "")])
    except NotOpen:
        return _not_open(draft_id)
    return _back(draft_id, made)


@bp.get(f"{ROUTE}/<{ROW}:comment_id>")
@requires(Permission.DRAFT)
def comment(draft_id: str, comment_id: int) -> str:
    """The form to write one's own comment anew."""
    view = DraftView.of(draft_id, Act.COMMENT)
    found = service.comment(db.session, draft_id, comment_id)
    return _change_page(view, found, CommentForm(formdata=None, text=found.text))


@bp.post(f"{ROUTE}/<{ROW}:comment_id>")
@requires(Permission.DRAFT)
def change(draft_id: str, comment_id: int) -> Response | str:
    """Write one's own comment anew, within a quarter of an hour."""
    view, form = DraftView.of(draft_id, Act.COMMENT), CommentForm()
    found = service.comment(db.session, draft_id, comment_id)
    if not form.validate():
        return make_response(_change_page(view, found, form), 400)
    try:
        service.change(draft_id, comment_id, form.text.data, current_user)
    except service.TooLate:
        told = _(
            "Others may have read this comment by now: it cannot be changed any more. Withdraw it, or add another."
        )
        form.text.errors = [told]
        return make_response(_change_page(view, found, form), 409)
    except NotOpen:
        return _not_open(draft_id)
    return _back(draft_id, found)


@bp.post(f"{ROUTE}/<{ROW}:comment_id>/withdraw")
@requires(Permission.DRAFT)
def withdraw(draft_id: str, comment_id: int) -> Response:
    """Take one's own comment back; the page offers to bring it back."""
    return _do(service.withdraw, draft_id, comment_id, withdrawn=comment_id)


@bp.post(f"{ROUTE}/<{ROW}:comment_id>/bring-back")
@requires(Permission.DRAFT)
def bring_back(draft_id: str, comment_id: int) -> Response:
    """Undo a withdrawal."""
    return _do(service.bring_back, draft_id, comment_id)


@bp.post(f"{ROUTE}/<{ROW}:comment_id>/resolve")
@requires(Permission.DRAFT)
def resolve(draft_id: str, comment_id: int) -> Response:
    """Mark a comment as dealt with."""
    return _do(service.resolve, draft_id, comment_id)


@bp.post(f"{ROUTE}/<{ROW}:comment_id>/reopen")
@requires(Permission.DRAFT)
def reopen(draft_id: str, comment_id: int) -> Response:
    """Mark a comment as open again."""
    return _do(service.reopen, draft_id, comment_id)


def _do(event: Callable[[str, int, Any], Comment], draft_id: str, comment_id: int, **more: int) -> Response:
    try:
        found = event(draft_id, comment_id, current_user)
    except NotOpen:
        return _not_open(draft_id)
    return _back(draft_id, found, **more)


def _back(draft_id: str, about: Comment, **more: Any) -> Response:
    """To the list that the person came from: of one section, when they had chosen it."""
    only = request.args.get("section")
    page = request.args.get("page", type=int)
    address = url_for("comments.comments", draft_id=draft_id, section=only, page=page, **more)
    return redirect(f"{address}#comment-{about.id}", 303)


def _not_open(draft_id: str) -> Response:
    flash(_("This application was filed: its draft cannot be changed any more."), "error")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)


def _offer(form: NewCommentForm, view: DraftView) -> None:
    form.section.choices = choices({"": _("The whole draft"), **{name: LABELS[name] for name in _sections(view)}})


def _sections(view: DraftView) -> list[str]:
    return ["about", *view.service.sections]


def _page(view: DraftView, form: NewCommentForm) -> str:
    _offer(form, view)
    only = request.args.get("section")
    number = asked_page()
    found = service.comments(db.session, view.draft.id, only if only in ("", *_sections(view)) else None)
    withdrawn = row_number(request.args.get("withdrawn"))
    undo = service.comment(db.session, view.draft.id, withdrawn) if withdrawn else None
    return render_template(
        "comments/comments.html",
        view=view,
        form=form,
        page=Page.of(found[(number - 1) * SIZE :], number),
        only=only,
        names=LABELS,
        undo=undo if undo and undo.withdrawn_at and undo.author_id == current_user.id else None,
        can_change=lambda one: can_change(one, current_user.id, utc_now()),
    )


def _change_page(view: DraftView, found: Comment, form: CommentForm) -> str:
    if found.author_id != current_user.id:
        raise NotFound
    return render_template("comments/change.html", view=view, form=form, comment=found)
