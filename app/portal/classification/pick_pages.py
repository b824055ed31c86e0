"""The page on which an agent picks entries of a classification for a draft: it needs no script."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_security import current_user
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission
from portal.classification.asking import Asked
from portal.classification.blueprint import bp
from portal.classification.picking import SECTIONS, Pick, add
from portal.classification.rules import PICKED, Scheme
from portal.classification.words import ABOUT
from portal.drafting.service import NotOpen, Stale
from portal.drafting.view import DraftView
from portal.web import held
from portal.web.permissions import requires

ROUTE = f"/drafts/<draft_id>/pick/<any({', '.join(PICKED)}):name>"
MOST_ROWS = 1000


@bp.get(ROUTE)
@requires(Permission.DRAFT)
def pick(draft_id: str, name: str) -> str | Response:
    """Search the classification, or go down in it, and choose; of a filed draft there is nothing left to choose."""
    view = _view(draft_id, Scheme(name))
    if view.draft.state != "open":
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    return _page(view, Scheme(name), _row(request.args))


@bp.post(ROUTE)
@requires(Permission.DRAFT)
def add_picked(draft_id: str, name: str) -> str | Response | tuple[str, int]:
    """Add what was chosen to the section, and go back to it."""
    scheme = Scheme(name)
    view = _view(draft_id, scheme)
    if (values := held.fields()) is not None:
        flash(_("Your session had ended. What you chose is below and not added yet: add it now."), "notice")
        return _page(view, scheme, _row(values), chosen=values.getlist("pick"))
    row = _row(request.form)
    picks = [one for sent in request.form.getlist("pick") if (one := Pick.read(scheme, sent))]
    if not picks:
        return _page(view, scheme, row, problem=_("Choose at least one entry.")), 422
    try:
        add(draft_id, scheme, row, picks, current_user)
    except NotOpen:
        flash(_("This application was filed: its draft cannot be changed any more."), "error")
        return redirect(url_for("drafting.tasks", draft_id=draft_id), 303)
    except Stale:
        flash(_("Others are saving this section just now. Nothing was added: try again."), "error")
        return redirect(url_for(".pick", draft_id=draft_id, name=name, row=row), 303)
    flash(ngettext("%(num)s entry was added.", "%(num)s entries were added.", len(picks)), "success")
    return redirect(url_for("drafting.section", draft_id=draft_id, name=SECTIONS[scheme]), 303)


def _view(draft_id: str, scheme: Scheme) -> DraftView:
    """The person's draft; 404 when its service has no section for this classification."""
    view = DraftView.of(draft_id)
    if SECTIONS[scheme] not in view.service.sections:
        raise NotFound
    return view


def _row(values: MultiDict[str, str]) -> int | None:
    """The row of the section that the entries are for, if one is named."""
    typed = values.get("row", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 5 else None


def _page(view: DraftView, scheme: Scheme, row: int | None, chosen: list[str] | None = None, problem: str = "") -> str:
    draft_id = view.draft.id
    kept = () if row is None else (("row", str(row)),)
    asked = Asked.of(scheme, url_for(".pick", draft_id=draft_id, name=scheme), kept, _class_of(view, scheme, row))
    return render_template(
        "classification/pick.html",
        asked=asked,
        about=ABOUT[scheme],
        view=view,
        row=row,
        chosen=chosen or [],
        problems=[("#results", problem)] if problem else [],
        section_url=url_for("drafting.section", draft_id=draft_id, name=SECTIONS[scheme]),
    )


def _class_of(view: DraftView, scheme: Scheme, row: int | None) -> str:
    """The class that the row of goods and services has: the search begins there."""
    rows = view.data.get("goods", {}).get("classes", []) if scheme is Scheme.NICE else []
    return str(rows[row]["number"]) if row is not None and row < len(rows) else ""
