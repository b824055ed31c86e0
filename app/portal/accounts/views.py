"""Sign-in, sign-out, and the pages of one's own account."""

from __future__ import annotations

import io

import qrcode
import qrcode.image.svg
from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext, refresh
from flask_security import current_user, login_user, logout_user
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from portal.accounts import service
from portal.accounts.forms import ProfileForm, SecondFactorForm, SignInForm
from portal.accounts.pages import sign_in_page
from portal.accounts.rules import Permission
from portal.context import profile
from portal.web import guards, held, language, safe
from portal.web.interrupted import return_page
from portal.web.permissions import requires

bp = Blueprint("accounts", __name__, template_folder="templates")
SETUP_LIFE = 30 * 60


@bp.get("/sign-in")
@requires(Permission.PUBLIC)
def sign_in() -> AnyResponse:
    """The sign-in page."""
    if current_user.is_authenticated:
        return redirect(safe.next_path(request.args.get("next")) or url_for("web.home"), 303)
    return sign_in_page()


@bp.post("/sign-in")
@requires(Permission.PUBLIC)
def sign_in_post() -> AnyResponse:
    """Sign in with address and password; what was typed before the session ended comes along."""
    form = SignInForm()
    token = form.held.data if form.held.data and held.opened_token(form.held.data) else None
    if not form.validate():
        return sign_in_page(form, token, 400)
    attempt = service.sign_in(form.email.data, form.password.data)
    if attempt.limited:
        form.form_errors.append(gettext("There were too many failed sign-ins. Wait for 15 minutes, then try again."))
        return sign_in_page(form, token, 429)
    if attempt.user is None:
        form.form_errors.append(gettext("The e-mail address or the password is not right."))
        return sign_in_page(form, token, 401)
    session.clear()
    g.pop("csrf_token", None)
    login_user(attempt.user, remember=False)
    guards.start_session()
    if token:
        return return_page(token)
    return redirect(safe.next_path(form.next.data) or url_for("web.home"), 303)


@bp.post("/sign-out")
@requires(Permission.PUBLIC)
def sign_out() -> AnyResponse:
    """End the session."""
    if current_user.is_authenticated:
        service.sign_out(current_user)
        logout_user()
    session.clear()
    flash(gettext("You have signed out."), "success")
    return redirect(url_for("accounts.sign_in"), 303)


@bp.get("/account")
@requires(Permission.SIGNED_IN)
def account() -> AnyResponse:
    """One's own account."""
    return _account_page(ProfileForm(formdata=None, name=current_user.name, locale=current_user.locale))


@bp.post("/account")
@requires(Permission.SIGNED_IN)
def account_post() -> AnyResponse:
    """Change name and language."""
    form = ProfileForm()
    _offer_languages(form)
    if not form.validate():
        return _account_page(form, 400)
    service.change_profile(current_user, form.name.data.strip(), form.locale.data)
    g.language = form.locale.data
    refresh()
    flash(gettext("Your account was changed."), "success")
    response = redirect(url_for("accounts.account"), 303)
    response.set_cookie(language.COOKIE, form.locale.data, **language.cookie_options())  # type: ignore[arg-type]
    return response


def _account_page(form: ProfileForm, status: int = 200) -> Response:
    _offer_languages(form)
    return make_response(render_template("accounts/account.html", form=form), status)


def _offer_languages(form: ProfileForm) -> None:
    form.locale.choices = [(code, language.own_name(code)) for code in profile().office.languages]


@bp.get("/account/second-factor")
@requires(Permission.SIGNED_IN)
def second_factor() -> AnyResponse:
    """Set up an authenticator app."""
    if current_user.tf_totp_secret:
        return redirect(url_for("accounts.account"), 303)
    return _second_factor_page(SecondFactorForm(formdata=None), service.new_totp_secret())


@bp.post("/account/second-factor")
@requires(Permission.SIGNED_IN)
def second_factor_post() -> AnyResponse:
    """Take the first code: the app and the portal now share a key."""
    form = SecondFactorForm()
    try:
        owner, secret = _setup_serializer().loads(form.secret.data or "", max_age=SETUP_LIFE)
    except BadData:
        owner, secret = None, ""
    if owner != current_user.id:
        flash(gettext("The page had been open for too long. Scan the new picture."), "error")
        return redirect(url_for("accounts.second_factor"), 303)
    if not form.validate():
        return _second_factor_page(form, secret, 400)
    if not service.enrol_second_factor(current_user, secret, form.code.data):
        form.code.errors = [gettext("This code is not right. Give the six digits that the app shows now.")]
        return _second_factor_page(form, secret, 400)
    flash(gettext("Your authenticator app is set up. Its codes confirm what you submit."), "success")
    return redirect(url_for("accounts.account"), 303)


def _second_factor_page(form: SecondFactorForm, secret: str, status: int = 200) -> Response:
    form.secret.data = _setup_serializer().dumps([current_user.id, secret])
    key, address = service.totp_setup(current_user, secret)
    picture = qr_svg(address)
    return make_response(render_template("accounts/second_factor.html", form=form, key=key, picture=picture), status)


def qr_svg(text: str) -> str:
    """A QR code as an SVG element without styles of its own."""
    image = qrcode.make(text, image_factory=qrcode.image.svg.SvgPathImage, border=2)
    out = io.BytesIO()
    image.save(out)
    return out.getvalue().decode().split("?>", 1)[-1].strip()


def _setup_serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="portal.accounts.second-factor")
