"""Pages of the docket: the firm's filings, and one filing with its history."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask_security import current_user

from portal.accounts.rules import Permission
from portal.docket import service, words
from portal.docket.rules import BILL_STATES, STATES, Cursor
from portal.payments.words import bill_tags
from portal.web.permissions import requires

bp = Blueprint("docket", __name__, template_folder="templates")


@bp.get("/docket")
@requires(Permission.SEE_DOCKET)
def docket() -> str:
    """The firm's filings, newest first, fifty a page."""
    args = request.args
    state, bill = args.get("state", ""), args.get("bill", "")
    wanted = service.Filter(
        text=args.get("q", "").strip()[:100],
        state=state if state in STATES else "",
        bill=bill if bill in BILL_STATES else "",
        oldest=args.get("order") == "oldest",
    )
    after, before = Cursor.parse(args.get("after", "")), Cursor.parse(args.get("before", ""))
    page = service.listing(current_user.firm_id or 0, current_user.id, wanted, after, before)
    return render_template(
        "docket/docket.html",
        rows=page.rows,
        wanted=wanted,
        filing_tags=words.filing_tags(),
        short_day=words.short_day,
        number=words.number(),
        bill_tags=bill_tags(),
        is_filtered=bool(wanted.text or wanted.state or wanted.bill),
        previous_url=_page_url(wanted, before=page.newer),
        next_url=_page_url(wanted, after=page.older),
    )


def _page_url(wanted: service.Filter, **place: Cursor | None) -> str | None:
    """The address of the page beside this one, with the same filter; None where there is none."""
    if None in place.values():
        return None
    kept: dict[str, Any] = {"q": wanted.text, "state": wanted.state, "bill": wanted.bill}
    kept["order"] = "oldest" if wanted.oldest else ""
    kept |= {name: str(cursor) for name, cursor in place.items()}
    return url_for(".docket", **{name: value for name, value in kept.items() if value})


@bp.get("/filings/<number>")
@requires(Permission.SEE_DOCKET)
def filing(number: str) -> str:
    """One filing of the firm: what was filed, what happened since, and what can be downloaded."""
    if current_user.firm_id is None:
        abort(404)
    view = service.filing(number, current_user.firm_id) or abort(404)
    return render_template("docket/filing.html", **words.of_filing(view))
