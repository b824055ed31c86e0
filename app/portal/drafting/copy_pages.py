"""Pages that begin a draft from an earlier filing or a template, and the list of templates."""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.context import profile
from portal.db import db
from portal.docket import service as docket
from portal.docket.rules import Cursor
from portal.docket.words import number, short_day
from portal.drafting import copies as service
from portal.drafting.blueprint import bp
from portal.drafting.copies import NameTaken, Source
from portal.drafting.copying import copied, targets
from portal.drafting.forms import CopyForm, TemplateForm
from portal.drafting.roles import Act
from portal.drafting.sections import LABELS
from portal.drafting.service import NotFound, NotOpen
from portal.drafting.view import DraftView
from portal.web.formats import text
from portal.web.forms import choices
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires
from portal.web.safe import ROW, row_number
from portal.web.texts import clean


@bp.get("/drafts/begin-from")
@requires(Permission.DRAFT)
def begin_from() -> str:
    """The firm's templates and filings, to choose one to begin from."""
    args = request.args
    wanted = docket.Filter(text=args.get("q", "").strip()[:100])
    after, before = Cursor.parse(args.get("after", "")), Cursor.parse(args.get("before", ""))
    page = docket.listing(current_user.firm_id or 0, current_user.id, wanted, after, before)

    def address(place: str, cursor: Cursor | None) -> str | None:
        kept: dict[str, Any] = {"q": wanted.text or None, place: str(cursor)}
        return url_for("drafting.begin_from", **kept) if cursor else None

    return render_template(
        "drafting/begin_from.html",
        templates=service.templates(db.session, current_user),
        names={one.code: one.name for one in profile().services},
        rows=page.rows,
        wanted=wanted,
        number=number(),
        short_day=short_day,
        previous_url=address("before", page.newer),
        next_url=address("after", page.older),
    )


@bp.get("/drafts/copy")
@requires(Permission.DRAFT)
def copy() -> str:
    """What a copy would hold and what not, before it is made."""
    return _copy_page(
        _source(request.args.get("filing", ""), request.args.get("template", "")), CopyForm(formdata=None)
    )


@bp.post("/drafts/copy")
@requires(Permission.DRAFT)
def make_copy() -> Response | str:
    """Begin a draft from an earlier filing or a template."""
    source, form = _source(request.form.get("filing", ""), request.form.get("template", "")), CopyForm()
    form.service.choices = choices({one.code: text(one.name) for one in targets(profile(), source.service)})
    if not form.validate():
        return make_response(_copy_page(source, form), 400)
    try:
        draft, made = service.copy(source, form.service.data, clean(form.reference.data), current_user, profile())
    except NotOpen:
        return make_response(_copy_page(source, CopyForm(formdata=None)), 409)
    for left in made.left:
        flash(_("Not taken over – %(section)s: %(reason)s", section=LABELS[left.section], reason=left.reason), "notice")
    return redirect(url_for("drafting.tasks", draft_id=draft.id), 303)


@bp.get("/drafts/<draft_id>/template")
@requires(Permission.DRAFT)
def template(draft_id: str) -> str:
    """Name the template that a draft becomes."""
    view = _to_share(draft_id)
    return _template_page(view, TemplateForm(formdata=None, name=view.draft.title[:120]))


@bp.post("/drafts/<draft_id>/template")
@requires(Permission.DRAFT)
def save_template(draft_id: str) -> Response | str:
    """Keep a draft's answers as a template of the firm."""
    view, form = _to_share(draft_id), TemplateForm()
    if form.validate():
        try:
            service.save_template(draft_id, form.name.data, current_user, profile())
        except NameTaken:
            form.name.errors = [_taken()]
        else:
            flash(_("The template “%(name)s” is there for your firm.", name=form.name.data), "success")
            return redirect(url_for("drafting.templates"), 303)
    return make_response(_template_page(view, form), 400)


@bp.get("/drafts/templates")
@requires(Permission.DRAFT)
def templates() -> str:
    """The firm's templates."""
    place = asked_page()
    found = service.templates(db.session, current_user, (place - 1) * SIZE, SIZE + 1)
    return render_template(
        "drafting/templates.html",
        page=Page.of(found, place),
        names={one.code: one.name for one in profile().services},
        deleted=_deleted(row_number(request.args.get("deleted"))),
    )


@bp.get(f"/drafts/templates/<{ROW}:template_id>")
@requires(Permission.DRAFT)
def one_template(template_id: int) -> str:
    """The form to rename a template."""
    found = service.template(db.session, template_id, current_user)
    return render_template("drafting/rename.html", form=TemplateForm(formdata=None, name=found.name), template=found)


@bp.post(f"/drafts/templates/<{ROW}:template_id>")
@requires(Permission.DRAFT)
def rename_template(template_id: int) -> Response | str:
    """Rename a template."""
    found, form = service.template(db.session, template_id, current_user), TemplateForm()
    if form.validate():
        try:
            service.rename_template(template_id, form.name.data, current_user)
        except NameTaken:
            form.name.errors = [_taken()]
        else:
            return redirect(url_for("drafting.templates"), 303)
    return make_response(render_template("drafting/rename.html", form=form, template=found), 400)


@bp.post(f"/drafts/templates/<{ROW}:template_id>/delete")
@requires(Permission.DRAFT)
def delete_template(template_id: int) -> Response:
    """Delete a template; the list offers to bring it back."""
    service.delete_template(template_id, current_user)
    return redirect(url_for("drafting.templates", deleted=template_id), 303)


@bp.post(f"/drafts/templates/<{ROW}:template_id>/restore")
@requires(Permission.DRAFT)
def restore_template(template_id: int) -> Response:
    """Bring a deleted template back."""
    try:
        service.restore_template(template_id, current_user)
    except NameTaken:
        flash(_("Another template has this name by now. Rename that one first."), "error")
        return redirect(url_for("drafting.templates", deleted=template_id), 303)
    flash(_("The template is back."), "success")
    return redirect(url_for("drafting.templates"), 303)


def _source(filing: str, template_key: str) -> Source:
    if filing:
        return service.of_filing(db.session, filing, current_user)
    return service.of_template(db.session, row_number(template_key), current_user)


def _copy_page(source: Source, form: CopyForm) -> str:
    """Without a service to copy for, the page says why and offers nothing."""
    offered = targets(profile(), source.service)
    form.service.choices = choices({one.code: text(one.name) for one in offered})
    if offered and not form.service.data:
        form.service.data = offered[0].code
    chosen = next((one for one in offered if one.code == form.service.data), None)
    made = copied(source.sections, chosen) if chosen else None
    return render_template("drafting/copy.html", source=source, form=form, offered=offered, copy=made, names=LABELS)


def _to_share(draft_id: str) -> DraftView:
    """The draft, for a person who may show what it holds to the whole firm."""
    view = DraftView.of(draft_id, Act.EDIT)
    return DraftView.of(draft_id, Act.SHARE) if view.draft.is_restricted else view


def _template_page(view: DraftView, form: TemplateForm) -> str:
    left = copied(view.data, view.service).left
    return render_template("drafting/template.html", view=view, form=form, left=left, names=LABELS)


def _deleted(template_id: int | None) -> object | None:
    try:
        return service.template(db.session, template_id, current_user, is_deleted=True) if template_id else None
    except NotFound:
        return None


def _taken() -> str:
    return str(_("Your firm has a template of this name. Choose another name."))
