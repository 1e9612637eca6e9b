"""Settings, all from the environment. docs/operating.md lists every one of them."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kombu import Queue

from shops.logs import configuration

from .environment import Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(BASE_DIR / ".env")
VAR_DIR = env.folder("VAR_DIR", BASE_DIR / "var")
env.check()  # without it nothing can go on, not even to look for more


def _own_secret() -> str:
    """A secret made once and kept in VAR_DIR, so that a newcomer has to set nothing."""
    path = VAR_DIR / "secret-key"
    try:
        with path.open("x", encoding="ascii") as file:
            path.chmod(0o600)
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    except OSError as problem:
        env.wrong("VAR_DIR", f"{path} cannot be written: {problem.strerror}")
        return ""
    return path.read_text(encoding="ascii")


# -- Django ------------------------------------------------------------------------------------------------------

DEBUG = env.flag("DEBUG", default=False)
SECRET_KEY = env.text("SECRET_KEY") or _own_secret()
APP_URL = env.address("APP_URL")  # where Shopify and merchants reach the program
_OUTSIDE = [urlsplit(APP_URL).hostname or ""] if APP_URL else []
# Whatever is set: a health check asks by the address of its own machine.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *env.texts("ALLOWED_HOSTS", ["testserver", *_OUTSIDE])]
CSRF_TRUSTED_ORIGINS = env.texts(
    "CSRF_TRUSTED_ORIGINS",
    [APP_URL] if APP_URL else [],
    like=r"https?://\S+",
    why="write addresses that begin with https:// (or http://), with commas between them",
)
_BEHIND_PROXY = env.flag("BEHIND_PROXY", default=APP_URL.startswith("https:"))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _BEHIND_PROXY else None
_HTTPS = APP_URL.startswith("https:")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _HTTPS else 0
CSRF_FAILURE_VIEW = "runs.views.forbidden"
ROOT_URLCONF = "shopsync.urls"
WSGI_APPLICATION = "shopsync.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_results",
    "shops",
    "runs",
    "exports",
    "imports",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "shops.middleware.EmbeddedMiddleware",
    "runs.middleware.SentencesMiddleware",
    "runs.middleware.SilenceMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
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
                "shops.context.embedded",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.folder("STATIC_ROOT", VAR_DIR / "static")
WHITENOISE_USE_FINDERS = True
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]


def _database() -> dict[str, Any]:
    """SQLite on one machine (WAL, one writer at a time and no deadlocks), PostgreSQL for more."""
    own = env.database("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")
    if own["ENGINE"].endswith("sqlite3"):
        own["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is deleted is overwritten: of a shop that left, nothing may remain in the file either.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
        }
    else:
        own |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    return own


DATABASES = {"default": _database()}

# -- Shopify -----------------------------------------------------------------------------------------------------

SHOPIFY_API_KEY = env.text("SHOPIFY_API_KEY")
# The new one first, while a secret is rotated. An empty one would let anybody sign.
SHOPIFY_API_SECRETS = [secret.strip() for secret in env.texts("SHOPIFY_API_SECRET") if secret.strip()]
APP_BRIDGE = "https://cdn.shopify.com/shopifycloud/app-bridge.js"
SHOPIFY_API_ORIGIN = env.address("SHOPIFY_API_ORIGIN", "https://{shop}", holds="{shop}")
SHOPIFY_ADMIN_ORIGIN = env.address("SHOPIFY_ADMIN_ORIGIN", "https://admin.shopify.com")
SHOPIFY_APP_BRIDGE_URL = env.address("SHOPIFY_APP_BRIDGE_URL", APP_BRIDGE)
# Hosts that files are fetched from and uploaded to, if not Shopify's own; an origin (http://127.0.0.1:4010) is a
# stand-in for Shopify.
SHOPIFY_FILE_HOSTS = env.texts(
    "SHOPIFY_FILE_HOSTS",
    like=r"(https?://)?[\w.\[\]:-]+",
    why="write names of hosts, or origins such as http://127.0.0.1:4010, with commas between them",
)
TOKEN_KEYS = env.keys("TOKEN_KEYS")  # Fernet keys, the newest first; derived from SECRET_KEY if empty

# -- Runs --------------------------------------------------------------------------------------------------------

FILES_DIR = env.folder("FILES_DIR", VAR_DIR / "files")
SLICE_SECONDS = env.number("SLICE_SECONDS", 20.0)
TURN_SECONDS = env.number("TURN_SECONDS", 5.0)  # of a slice while another shop waits
LEASE_SECONDS = env.number("LEASE_SECONDS", 60.0)
SWEEP_SECONDS = env.number("SWEEP_SECONDS", 10.0)
PURGE_SECONDS = env.number("PURGE_SECONDS", 300.0)
EXPIRE_AFTER_HOURS = env.number("EXPIRE_AFTER_HOURS", 24.0, most=8760.0)
REQUEST_TIMEOUT = env.number("REQUEST_TIMEOUT", 15.0)
if LEASE_SECONDS < 2 * REQUEST_TIMEOUT:  # nothing is sent later than the lease's end less the time-out
    env.wrong("LEASE_SECONDS", f"write twice the REQUEST_TIMEOUT ({REQUEST_TIMEOUT:g}) at least, or lower that")
SETTLING_SECONDS = env.number(
    "SETTLING_SECONDS", 10.0, zero=True
)  # beyond the time-out, before a lost write is looked up
IN_FLIGHT = env.whole("IN_FLIGHT", 16)
BUDGET_SHARE = env.number("BUDGET_SHARE", 1.0, most=1.0)
POISON_LIMIT = env.whole("POISON_LIMIT", 5, least=0)
OUTAGE_LIMIT_SECONDS = env.number("OUTAGE_LIMIT_SECONDS", 6 * 3600.0)
MAX_UPLOAD_BYTES = env.whole("MAX_UPLOAD_BYTES", 2_000_000_000)
UPLOADS_AT_ONCE = env.whole("UPLOADS_AT_ONCE", 4)  # in each web process
WEB_THREADS = UPLOADS_AT_ONCE + 4  # of each: what uploads never take is for pages, webhooks and health
FILE_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
FILE_UPLOAD_TEMP_DIR = str(VAR_DIR)
DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

# -- Celery: a bell. The rows are the queue. ---------------------------------------------------------------------


def _broker_socket() -> Path:
    """The socket of the broker that comes with the install; a path that long names do not make too long."""
    path = VAR_DIR / "broker.sock"
    if len(str(path)) < 90:  # the system's limit is 104 to 108 characters
        return path
    short = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"shopsync-{short}.sock"


REDIS_URL = env.broker("REDIS_URL")
BROKER_SOCKET = _broker_socket()
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}?virtual_host=0"
CELERY_RESULT_BACKEND = "shopsync.results:RedactingBackend"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = 24 * 3600
CELERY_TASK_DEFAULT_QUEUE = "upkeep"
CELERY_TASK_QUEUES = (Queue("shopify"), Queue("upkeep"))
CELERY_TASK_ROUTES = {"runs.tasks.work": {"queue": "shopify"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 3,
}
CELERY_TIMEZONE = "UTC"
BELL_RATE = env.text(
    "BELL_RATE", "20/s", like=r"\d+(\.\d+)?(/[smh])?", why="write a number a second, minute or hour, like 20/s"
)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "runs.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS * 0.9},
    },
    "purge": {
        "task": "runs.tasks.purge",
        "schedule": PURGE_SECONDS,
        "options": {"expires": PURGE_SECONDS * 0.9},
    },
    "webhooks": {
        "task": "shops.tasks.webhooks",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS * 0.9},
    },
    "copies": {
        "task": "imports.tasks.copies",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS * 0.9},
    },
    "keep_tokens": {"task": "shops.tasks.keep_tokens", "schedule": 24 * 3600.0},
}

LOG_FORMAT = env.text("LOG_FORMAT", "line", like="line|json", why="write line or json")
LOGGING = configuration(LOG_FORMAT, env.level("LOG_LEVEL", "WARNING"))
env.check()
