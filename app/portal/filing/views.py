"""The pages of a submission, and what can be downloaded of a filing."""

from __future__ import annotations

import io
import logging
import time
from typing import BinaryIO

from flask import abort, redirect, render_template, request, send_file, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.accounts.rules import Permission, is_granted
from portal.accounts.service import confirm_second_factor
from portal.calendar.words import explain_reception, explained
from portal.context import profile
from portal.db import db
from portal.documents.store import StoreError
from portal.drafting.service import Incomplete
from portal.filing import draft_pages, reception_notice, service
from portal.filing.blueprint import bp
from portal.filing.forms import SubmitForm
from portal.filing.models import Filing
from portal.filing.printed_form import declaration
from portal.filing.rules import Changed, FilingNumber
from portal.payments.queries import bill_of
from portal.payments.rules import printed_reference
from portal.web.language import chosen
from portal.web.permissions import requires

__all__ = ["bp", "draft_pages"]
log = logging.getLogger("portal.filing")

Answer = str | Response | tuple[str, int]


@bp.get("/drafts/<draft_id>/submit")
@requires(Permission.FILE)
def confirm(draft_id: str) -> Answer:
    """What will be filed and what it costs, the declaration, and the second factor."""
    if known := service.filing_of_draft(draft_id, current_user):
        return _to_confirmation(known)
    try:
        quote = service.quote_draft(draft_id, current_user, chosen())
    except Incomplete:
        return _to_problems(draft_id)
    return _submit_page(draft_id, SubmitForm(formdata=None), quote)


@bp.post("/drafts/<draft_id>/submit")
@requires(Permission.FILE)
def submit(draft_id: str) -> Answer:
    """File the draft, once, as its agent read it; a repeat shows the same filing."""
    if known := service.filing_of_draft(draft_id, current_user):
        return _to_confirmation(known)
    form = SubmitForm()
    try:
        quote = service.quote_draft(draft_id, current_user, chosen())
    except Incomplete:
        return _to_problems(draft_id)
    if form.fingerprint.data != quote.fingerprint:  # before the code is spent
        known = _filed_meanwhile(draft_id)
        return _to_confirmation(known) if known else _changed_page(draft_id)
    if form.validate_on_submit() and not confirm_second_factor(current_user, form.code.data):
        if known := _filed_meanwhile(draft_id):
            return _to_confirmation(known)
        form.code.errors = [_("This code is wrong, or it was used before. Give the one that the app shows now.")]
    return _submit_page(draft_id, form, quote) if form.errors else _file(draft_id, quote.fingerprint)


def _file(draft_id: str, declared: str) -> Answer:
    try:
        filing = service.submit(draft_id, current_user, chosen(), declared)
    except Incomplete:
        return _to_problems(draft_id)
    except Changed:
        return _changed_page(draft_id)
    except StoreError:
        log.exception("draft %s was not filed", draft_id)
        return render_template("filing/refused.html", draft_id=draft_id), 503
    return _to_confirmation(filing)


def _filed_meanwhile(draft_id: str) -> Filing | None:
    """The filing of a double click: its first half spent the code and may still be at work."""
    for attempt in range(20):
        if known := service.filing_of_draft(draft_id, current_user):
            return known
        if attempt > 1 and not service.is_being_filed(draft_id, current_user):
            return None
        db.session.rollback()  # the next look has to see what was committed meanwhile
        time.sleep(0.2)
    return None


def _submit_page(draft_id: str, form: SubmitForm, quote: service.Quote) -> Answer:
    page = render_template(
        "filing/submit.html",
        form=form,
        draft_id=draft_id,
        quote=quote,
        reception=explain_reception(quote.reception),
        declaration=declaration(),
        has_second_factor=bool(current_user.tf_totp_secret),
        problem_title=bool(form.errors),
    )
    return page if request.method == "GET" else (page, 422)


def _changed_page(draft_id: str) -> Answer:
    """The declaration was made of something else; it leads through the answers as they are now."""
    return render_template("filing/changed.html", draft_id=draft_id), 409


def _to_problems(draft_id: str) -> Response:
    return redirect(url_for("drafting.check", draft_id=draft_id), 303)


def _to_confirmation(filing: Filing) -> Response:
    return redirect(url_for("filing.confirmation", number=filing.number), 303)


@bp.get("/filings/<number>/confirmation")
@requires(Permission.SIGNED_IN)
def confirmation(number: str) -> Answer:
    """What the agent has now, and what happens next."""
    filing = _visible(number)
    bill = bill_of(filing.id)
    return render_template(
        "filing/confirmation.html",
        filing=filing,
        reception=explained(filing.reception),
        bill=bill,
        printed=printed_reference,
        number=FilingNumber.parse(filing.number).on_screen(profile().office.code),
        instructions=profile().payment.instructions,
    )


@bp.get("/filings/<number>/receipt.pdf")
@requires(Permission.SIGNED_IN)
def receipt(number: str) -> Answer:
    """The signed receipt, exactly as it was issued."""
    filing = _visible(number)
    content = service.receipt_pdf(filing)
    if content is None:
        return render_template("filing/receipt_follows.html", filing=filing), 404
    return _download(content, "application/pdf", f"receipt-{filing.number}.pdf")


@bp.get("/filings/<number>/reception-date.pdf")
@requires(Permission.SIGNED_IN)
def notice_of_reception(number: str) -> Answer:
    """The signed notice of a reception date that followed from the payment."""
    filing = _visible(number)
    content = reception_notice.notice_pdf(filing) or abort(404)
    return _download(content, "application/pdf", f"reception-date-{filing.number}.pdf")


@bp.get("/filings/<number>/application.xml")
@requires(Permission.SIGNED_IN)
def application_xml(number: str) -> Answer:
    """The application as data."""
    filing = _visible(number)
    return _download(service.application_xml(filing), "application/xml", f"application-{filing.number}.xml")


@bp.get("/filings/<number>/application.pdf")
@requires(Permission.SIGNED_IN)
def application_form(number: str) -> Answer:
    """The application as a signed form, to read and to keep."""
    filing = _visible(number)
    return _download(service.application_form(filing), "application/pdf", f"application-{filing.number}.pdf")


@bp.get("/filings/<number>/documents/<sha512>")
@requires(Permission.SIGNED_IN)
def document(number: str, sha512: str) -> Answer:
    """A file of the package, exactly as it was received or made."""
    found = service.file_of(_visible(number), sha512) or abort(404)
    file, content = found
    answer = _download(content, file["media_type"], file["name"])
    answer.content_length = file["size"]
    return answer


@bp.errorhandler(StoreError)
def unreadable(error: StoreError) -> Answer:
    """A file that cannot be read now, or whose bytes are no longer those that were received, is not served."""
    log.error("%s: %s", request.path, error)
    return render_template("filing/unreadable.html"), 503


def _visible(number: str) -> Filing:
    """The filing, for its own firm and for the office's staff; 404 for anyone else."""
    roles = current_user.role_names()
    is_staff = is_granted(Permission.RECEIVE, roles) or is_granted(Permission.TAKE_PAYMENT, roles)
    if not is_staff and current_user.firm_id is None:
        abort(404)
    return service.visible(number, current_user, is_staff) or abort(404)


def _download(content: bytes | BinaryIO, media_type: str, name: str) -> Response:
    """An attachment: what agents uploaded never runs within the portal's own pages."""
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    answer = send_file(stream, media_type, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
