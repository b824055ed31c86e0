"""Every route declares its permission: `@requires(Permission.X)`; a test walks the URL map for one that does not."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from flask import abort, current_app
from flask_security import current_user

from portal.accounts.rules import Permission, is_granted

P = ParamSpec("P")
R = TypeVar("R")


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let the view run only for those who have the permission: 401 leads to sign-in, 403 is for those signed in."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if permission is not Permission.PUBLIC:
                if not current_user.is_authenticated:
                    return current_app.login_manager.unauthorized()  # type: ignore[attr-defined,no-any-return]
                if not is_granted(permission, current_user.role_names()):
                    abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
