"""The pages of drafts: the list, a new one, the task list, check your answers, delete and bring back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.approvals.service import standing
from portal.catalogue.service import open_services
from portal.context import profile
from portal.db import db
from portal.drafting import (
    copy_pages,
    document_pages,
    lists,
    missing_pages,
    party_pages,
    refusals,
    section_pages,
    service,
    team_pages,
    upload_pages,
)
from portal.drafting.answers import answers
from portal.drafting.blueprint import bp
from portal.drafting.forms import NewForm
from portal.drafting.sections import LABELS
from portal.drafting.team import team_of
from portal.drafting.view import DraftView
from portal.web import held
from portal.web.formats import text
from portal.web.forms import choices
from portal.web.language import chosen
from portal.web.paging import SIZE, Page, asked_page
from portal.web.permissions import requires
from portal.web.texts import clean, is_printable

__all__ = [
    "bp",
    "copy_pages",
    "document_pages",
    "missing_pages",
    "party_pages",
    "refusals",
    "section_pages",
    "team_pages",
    "upload_pages",
]


@bp.get("/drafts")
@requires(Permission.DRAFT)
def drafts() -> str:
    """The open drafts that a person may see, and what can be filed."""
    number, names = asked_page(), {one.code: one.name for one in profile().services}
    whose, only = request.args.get("whose", ""), request.args.get("service", "")
    wanted = lists.Wanted(
        text=request.args.get("q", "").strip()[:100],
        whose=lists.WHOSE.get(whose, ""),
        service=only if only in names else "",
    )
    found = lists.drafts(db.session, current_user, wanted, (number - 1) * SIZE, SIZE + 1)
    deleted = service.deleted(db.session, request.args.get("deleted", ""), current_user)
    return render_template(
        "drafting/drafts.html",
        page=Page.of(found, number),
        wanted=wanted,
        names=names,
        services=open_services(profile()),
        references={draft.id: service.data_of(draft).get("about", {}).get("reference", "") for draft in found},
        deleted=deleted,
    )


@bp.get("/drafts/new")
@requires(Permission.DRAFT)
def new() -> str:
    """Choose what to file."""
    return _new_page(NewForm(formdata=None, data={"service": request.args.get("service")}))


@bp.post("/drafts/new")
@requires(Permission.DRAFT)
def create() -> str | Response:
    """Begin a draft."""
    values = held.fields()
    if values is not None:
        return _new_page(NewForm(formdata=None, data=values.to_dict()))
    form = NewForm()
    reference = clean(form.reference.data or "")
    codes = [one.code for one in open_services(profile())]
    if form.service.data not in codes:
        form.service.errors = [_("Choose what you want to file.")]
    elif not is_printable(reference) or len(reference) > 100:
        form.reference.errors = [_("Use at most 100 characters, and no control characters.")]
    else:
        draft = service.create(form.service.data, reference, current_user, profile())
        return redirect(url_for("drafting.tasks", draft_id=draft.id), 303)
    return _new_page(form)


def _new_page(form: NewForm) -> str:
    services = open_services(profile())
    form.service.choices = choices({one.code: text(one.name) for one in services})
    if len(services) == 1:
        form.service.data = services[0].code
    return render_template("drafting/new.html", form=form, services=services)


@bp.get("/drafts/<draft_id>")
@requires(Permission.DRAFT)
def tasks(draft_id: str) -> str:
    """The task list: each section's state, and what is missing."""
    view = DraftView.of(draft_id)
    return render_template(
        "drafting/tasks.html",
        view=view,
        names=LABELS,
        team=team_of(view.draft),
        approval=standing(db.session, view, chosen()),
    )


@bp.get("/drafts/<draft_id>/check")
@requires(Permission.DRAFT)
def check(draft_id: str) -> str:
    """All answers on one page, with what is still wrong."""
    view = DraftView.of(draft_id)
    sections = answers(view.held, chosen())
    return render_template("drafting/check.html", view=view, sections=sections.items(), names=LABELS)


@bp.post("/drafts/<draft_id>/delete")
@requires(Permission.DRAFT)
def delete(draft_id: str) -> Response:
    """Delete the draft; the list offers to bring it back."""
    if held.fields() is not None:
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    try:
        service.delete(draft_id, current_user)
    except service.NotOpen:
        flash(_("This application was filed: it cannot be deleted."), "error")
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    return redirect(url_for("drafting.drafts", deleted=draft_id), 303)


@bp.post("/drafts/<draft_id>/restore")
@requires(Permission.DRAFT)
def restore(draft_id: str) -> Response:
    """Bring a deleted draft back."""
    service.restore(draft_id, current_user)
    flash(_("The draft is back."), "success")
    return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
