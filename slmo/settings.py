"""Settings of the portal; every value that differs between installations comes from the environment.

docs/operations.md lists each variable; a test derives that list from the calls of `env` below.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from slmo.settings_api import REST_FRAMEWORK, SPECTACULAR_SETTINGS  # noqa: F401  # read by Django's name for them

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """Return the environment variable `name`, or `default` where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_flag(name: str, default: str) -> bool:
    """Return a yes-or-no variable as a truth value; raise ImproperlyConfigured for any other word."""
    word = env(name, default).lower()
    if word not in {"1", "0", "yes", "no", "true", "false", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {word!r}; expected 1 or 0.")
    return word in {"1", "yes", "true", "on"}


# A database server that was cut off is noticed within half a minute; slmo/sessions.py asks it for the same.
DATABASE_OPTIONS = {
    "connect_timeout": "10",
    "keepalives_idle": "15",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "30000",
}


def database_from_url(url: str) -> dict[str, object]:
    """Return Django's settings for one `postgresql://user:password@host:port/name?option=value` URL.

    Raises ImproperlyConfigured where the URL is not one of PostgreSQL's.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise ImproperlyConfigured("DATABASE_URL must read postgresql://user:password@host:port/name.")
    options = DATABASE_OPTIONS | dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = env_flag("SLMO_DEBUG", "0")
DEMO = SLMO_DEMO = env_flag("SLMO_DEMO", "0")
SECRET_KEY = env("SECRET_KEY", "for-development-only" if DEBUG else "")  # empty: slmo/wsgi.py refuses to start
ALLOWED_HOSTS = env("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [origin for origin in env("CSRF_TRUSTED_ORIGINS").split(",") if origin]
SITE_URL = env("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
VAR_DIR = Path(env("SLMO_VAR", str(BASE_DIR / "var")))
# Passwords of other systems are encrypted with these keys, the newest first; without any, none is taken.
SECRETS_KEYS = env("SECRETS_KEYS")
SECRETS_KEYS_FILE = env("SECRETS_KEYS_FILE", str(VAR_DIR / "secrets.keys"))

INSTALLED_APPS = [
    "slmo.apps.SlmoConfig",
    "slmo.accounts",
    "slmo.audit",
    "slmo.notify",
    "slmo.web",
    "agreements",
    "monitoring",
    "reports",
    "governance",
    "slmo.demo",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "rules.apps.AutodiscoverRulesConfig",
    "csp",
]

MIDDLEWARE = [
    "slmo.web.middleware.ReferenceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "slmo.web.middleware.PreferencesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "slmo.web.middleware.HtmxLoginMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "slmo.urls"
WSGI_APPLICATION = "slmo.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "slmo.web.context.portal",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "slmo.web.templatetags.slmo"],
        },
    }
]

DATABASES = {"default": database_from_url(env("DATABASE_URL", "postgresql://slmo:slmo@127.0.0.1:5432/slmo"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# Celery: late acknowledgement and idempotent tasks; rows, not messages, hold what is due.
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB; a process that has grown so far is replaced after its task
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 600, "global_keyprefix": env("CELERY_PREFIX", "slmo:")}
CELERY_TIMEZONE = "UTC"
# The probe points that this machine's workers stand for: besides the common queue they serve one for each.
PROBE_POINTS = [word.strip() for word in env("PROBE_POINTS").split(",") if word.strip()]
CELERY_TASK_QUEUES = [Queue(name) for name in ("celery", *(f"probe.{point}" for point in PROBE_POINTS))]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "rules.permissions.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "/login/"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # the address is unique in any spelling, by an index on lower(email)

# Log-in by e-mail address; accounts are made under Administration, nobody signs up.
ACCOUNT_ADAPTER = "slmo.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# A second factor that anybody may set up: codes of an authenticator, and recovery codes.
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "SLMO"
# Failed log-ins are counted by axes below; these limits keep programs from trying many accounts.
ACCOUNT_RATE_LIMITS = {"login": "120/m/ip", "login_failed": None}

# Five wrong passwords for one account from one address close it to that address for a quarter of an hour.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "slmo.accounts.lockout.username_of"
AXES_LOCKOUT_CALLABLE = "slmo.accounts.lockout.lockout_page"
AXES_ENABLE_ADMIN = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
CSRF_FAILURE_VIEW = "slmo.web.errors.csrf_failure"
SLMO_DEMO_LOGINS = "slmo.demo.people.logins"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "report-uri": "/csp-report/",
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = env_flag("COOKIES_SECURE", "0")
SESSION_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ru", _("Russian"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# With 1 files come from where collectstatic put them, with their digest in the name; else from where they lie.
STATIC_COLLECTED = env_flag("STATIC_COLLECTED", "0")
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

EMAIL_HOST = env("EMAIL_HOST")
# Without a mail server letters are kept as files, so that none is lost unseen.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_TLS", "0")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("EMAIL_FROM", "slmo@localhost")
# Webhooks reach public addresses; 1 permits receivers within the portal's own network too.
WEBHOOK_ALLOW_PRIVATE = env_flag("WEBHOOK_ALLOW_PRIVATE", "0")
# Sources reach public addresses and these networks only, and those of the table in administration; the demo probes its
# own health page.
PROBE_ALLOW_NETWORKS = env("PROBE_ALLOW_NETWORKS", "127.0.0.1/32,::1/128" if DEMO else "")
# Folders beneath this one may be watched for files of facts; empty: none.
WATCHED_FOLDERS = env("WATCHED_FOLDERS")
# Certificates of authorities of one's own, trusted besides the system's.
OUTBOUND_CA_FILE = env("OUTBOUND_CA_FILE")

# Signed agreements are sealed with this key: a PEM file with private key and certificates, else one made under VAR_DIR.
SEAL_FILE = env("SEAL_FILE")
SEAL_FILE_OWN = str(VAR_DIR / "seal" / "seal.pem")
SEAL_PASSPHRASE = env("SEAL_PASSPHRASE")
SEAL_NAME = env("SEAL_NAME", f"SLMO {urlsplit(SITE_URL).hostname or ''}".strip())

# Facts by month: months for which they are kept (empty: for ever), days after which checks are compacted to intervals.
FACTS_KEEP_MONTHS = int(env("FACTS_KEEP_MONTHS", "0")) or None
FACTS_ROWS_DAYS = int(env("FACTS_ROWS_DAYS", "92"))

# One upload may hold a year of one-minute checks: 525 600 rows of about 40 bytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # A damaged file that somebody wants checked is an answer on a page, not a failure of the portal.
    "loggers": {"pyhanko": {"level": "CRITICAL"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", "INFO")},
}
