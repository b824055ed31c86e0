"""The entry point of gunicorn: `portal.wsgi:app`."""

from portal.app import create_app

app = create_app()
