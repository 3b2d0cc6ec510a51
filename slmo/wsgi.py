"""The WSGI application that the web server runs."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "slmo.settings")
if not (os.environ.get("SECRET_KEY") or os.environ.get("SLMO_DEBUG") in {"1", "yes", "true", "on"}):
    raise ImproperlyConfigured("SECRET_KEY is not set; expected a long random text, the same for all processes.")
application = get_wsgi_application()
