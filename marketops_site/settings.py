"""Django settings. Everything that differs between installations comes from the environment (docs/settings.md)."""

import re
import ssl
from pathlib import Path

import environ
from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured

from marketops_site import counters, logs, rate_limits
from vocabulary import account_limits, limits

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- What kind of installation this is -------------------------------------------------------------------------------
DEMO = env.bool("MARKETOPS_DEMO", default=True)
VAR_DIR = Path(env.str("MARKETOPS_VAR_DIR", default=str(BASE_DIR / "var")))
PROCESS_NAME = env.str("MARKETOPS_PROCESS", default="manage")
READY_FILE = env.str("MARKETOPS_READY_FILE", default="")
PULSE_FILE = env.str("MARKETOPS_PULSE_FILE", default="")
HTTP_PORT = env.int("MARKETOPS_HTTP_PORT", default=8000)
BIND = env.str("MARKETOPS_BIND", default="127.0.0.1")
SSH_PORT = env.int("MARKETOPS_SSH_PORT", default=2222)
DOORS = ("web", "grpc", "adminshell")
ADMIN_COMMANDS_FILE = env.str("MARKETOPS_ADMIN_COMMANDS_FILE", default="")

# A test names faults here for a copy that is thrown away after it; nobody else may.
FAILPOINTS = env.str("MARKETOPS_FAILPOINTS", default="")
if FAILPOINTS and not (DEMO and VAR_DIR.name.startswith("marketops-test-")):
    raise ImproperlyConfigured("MARKETOPS_FAILPOINTS is for copies that tests throw away; unset it.")

DEBUG = False
SECRET_KEY = env.str("MARKETOPS_SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("MARKETOPS_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"] if DEMO else [])
if not SECRET_KEY and DEMO:
    SECRET_KEY = "demo-only-and-refused-elsewhere-because-everybody-can-read-it"
if not SECRET_KEY:
    raise ImproperlyConfigured("MARKETOPS_SECRET_KEY is empty: set it to a long random text.")
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("MARKETOPS_ALLOWED_HOSTS must list the host names that people use, and not '*'.")
SECRET_KEY_FALLBACKS = env.list("MARKETOPS_SECRET_KEY_FALLBACKS", default=[])

# --- Applications ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "corsheaders",
    "channels",
    "axes",
    "django_htmx",
    "django_structlog",
    "access",
    "market",
    "analytics",
    "simulation",
    "web",
    "rest_api",
    "ws_api",
    "grpc_api",
    "adminshell",
    "marketops_site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "marketops_site.middleware.SecurityHeadersMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "marketops_site.middleware.BodyLimitMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "marketops_site.urls"
ASGI_APPLICATION = "marketops_site.asgi.application"
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
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- PostgreSQL: the only truth --------------------------------------------------------------------------------------
DATABASE_ROLE = env.str("MARKETOPS_DATABASE_ROLE", default="")
if not re.fullmatch("[a-z_]*", DATABASE_ROLE):
    raise ImproperlyConfigured("MARKETOPS_DATABASE_ROLE must be the name of a role: small letters and underscores.")
DATABASE_POOL = env.int("MARKETOPS_DATABASE_POOL", default=12)
# Whoever stands at a door waits for an answer; a worker has nobody waiting, and long reads to do.
DATABASE_PATIENCE_S = env.float("MARKETOPS_DATABASE_PATIENCE_S", default=4 if PROCESS_NAME in DOORS else 0)
DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://marketops@127.0.0.1:5432/marketops")}
DATABASES["default"].update(
    ENGINE="marketops_site.postgres",
    CONN_MAX_AGE=0,
    CONN_HEALTH_CHECKS=True,
    ATOMIC_REQUESTS=False,
    OPTIONS={
        **DATABASES["default"].get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": DATABASE_POOL, "timeout": 3, "reconnect_timeout": 2}
        if DATABASE_POOL
        else False,
        "connect_timeout": 3,
        "prepare_threshold": 5,
        "application_name": f"marketops-{PROCESS_NAME}",
        # A machine that is gone without a word is noticed by those who wait for ever, too.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    },
)
of_the_session = [f"-c role={DATABASE_ROLE}"] if DATABASE_ROLE else []
if DATABASE_PATIENCE_S:
    DATABASES["default"]["OPTIONS"]["patience_s"] = DATABASE_PATIENCE_S
    # The server gives up a little earlier than we do, so that no statement works on for somebody who has gone.
    of_the_session.append(f"-c statement_timeout={round(1000 * DATABASE_PATIENCE_S * 0.9)}")
if of_the_session:
    DATABASES["default"]["OPTIONS"]["options"] = " ".join(of_the_session)

# --- Redis: hints and caches -----------------------------------------------------------------------------------------
REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
REDIS_TIMEOUT_S = 1.0
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "marketops"},
    },
}

# --- Celery: the courier ---------------------------------------------------------------------------------------------
MATCHING_SHARDS = env.int("MATCHING_SHARDS", default=1)
if not 1 <= MATCHING_SHARDS <= limits.MATCHING_SHARDS_MAX:
    raise ImproperlyConfigured(f"MATCHING_SHARDS must be 1 to {limits.MATCHING_SHARDS_MAX}.")
INBOX_DEPTH_MAX = env.int("MARKETOPS_INBOX_DEPTH_MAX", default=limits.INBOX_DEPTH_MAX)
if INBOX_DEPTH_MAX < 1:
    raise ImproperlyConfigured("MARKETOPS_INBOX_DEPTH_MAX must be a number of commands, 1 at least.")
MATCHING_MEMORY_MB = env.int("MATCHING_MEMORY_MB", default=512)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_STORE_EAGER_RESULT = False
CELERY_TASK_DEFAULT_QUEUE = "general"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": "marketops:",
    "health_check_interval": 5,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "visibility_timeout": 3600,
    "max_retries": 1,
}
CELERY_BEAT_SCHEDULE = {
    "build-candles": {"task": "analytics.build_candles", "schedule": 1.0, "options": {"expires": 2}},
    "verify-sample": {
        "task": "market.verify_sample",
        "schedule": float(limits.VERIFY_SAMPLE_INTERVAL_S),
        "options": {"expires": limits.VERIFY_SAMPLE_INTERVAL_S / 2},
    },
    "audit-sample": {
        "task": "marketops_site.audit_sample",
        "schedule": float(limits.AUDIT_SAMPLE_INTERVAL_S),
        "options": {"expires": limits.AUDIT_SAMPLE_INTERVAL_S / 2},
    },
    "keep-audit-head": {"task": "access.keep_audit_head", "schedule": crontab(minute=0)},
    "watch-margins": {
        "task": "market.watch_margins",
        "schedule": float(limits.MARGIN_WATCH_INTERVAL_S),
        "options": {"expires": limits.MARGIN_WATCH_INTERVAL_S},
    },
    "expire-options": {
        "task": "market.expire_options",
        "schedule": float(limits.EXPIRY_WATCH_INTERVAL_S),
        "options": {"expires": limits.EXPIRY_WATCH_INTERVAL_S},
    },
    "go-on-with-payouts": {
        "task": "market.go_on_with_payouts",
        "schedule": float(limits.PAYOUT_WATCH_INTERVAL_S),
        "options": {"expires": limits.PAYOUT_WATCH_INTERVAL_S},
    },
    "sample-equity": {
        "task": "market.sample_equity",
        "schedule": crontab(),
        "options": {"expires": limits.EQUITY_SAMPLE_INTERVAL_S / 2},
    },
    "sample-quotes": {
        "task": "analytics.sample_quotes",
        "schedule": float(limits.QUOTE_SAMPLE_INTERVAL_S),
        "options": {"expires": limits.QUOTE_SAMPLE_INTERVAL_S / 2},
    },
    "keep-classes": {
        "task": "market.keep_classes",
        "schedule": float(limits.CLASS_INTERVAL_S),
        "options": {"expires": limits.CLASS_INTERVAL_S},
    },
    "close-guests": {"task": "market.close_guests", "schedule": crontab(minute=23)},
    "run-retention": {"task": "marketops_site.run_retention", "schedule": crontab(hour=3, minute=17)},
}

# --- What accounts trade within --------------------------------------------------------------------------------------
LIMITS_NAMED = {
    "CASH": env.str("MARKETOPS_LIMITS_CASH", default=""),
    "MARGIN": env.str("MARKETOPS_LIMITS_MARGIN", default=""),
    "HOUSE": env.str("MARKETOPS_LIMITS_HOUSE", default=""),
}
try:
    ACCOUNT_LIMITS = {
        kind: account_limits.parsed(named).over(account_limits.DEFAULTS_BY_KIND[kind])
        for kind, named in LIMITS_NAMED.items()
    }
except account_limits.ImpossibleLimit as error:
    raise ImproperlyConfigured(f"MARKETOPS_LIMITS_CASH, _MARGIN or _HOUSE: {error}") from error
INITIAL_MARGIN_BPS = env.int("MARKETOPS_INITIAL_MARGIN_BPS", default=5_000)
MAINTENANCE_MARGIN_BPS = env.int("MARKETOPS_MAINTENANCE_MARGIN_BPS", default=2_500)
MARGIN_CALL_GRACE_S = env.int("MARKETOPS_MARGIN_CALL_GRACE_S", default=limits.MARGIN_CALL_GRACE_S)
if MARGIN_CALL_GRACE_S < 0:
    raise ImproperlyConfigured("MARKETOPS_MARGIN_CALL_GRACE_S must be 0, which liquidates at once, or more.")
if not 0 < MAINTENANCE_MARGIN_BPS <= INITIAL_MARGIN_BPS <= limits.MARGIN_BPS_MAX:
    raise ImproperlyConfigured(
        "MARKETOPS_MAINTENANCE_MARGIN_BPS must be above 0 and at most MARKETOPS_INITIAL_MARGIN_BPS, and that at most "
        f"{limits.MARGIN_BPS_MAX}."
    )

# --- How long history is kept -----------------------------------------------------------------------------------------
JOURNAL_DAYS = env.int("MARKETOPS_JOURNAL_DAYS", default=0)
SECOND_CANDLE_DAYS = env.int("MARKETOPS_SECOND_CANDLE_DAYS", default=30)
EQUITY_DAYS = env.int("MARKETOPS_EQUITY_DAYS", default=limits.EQUITY_SAMPLE_DAYS)
QUOTE_DAYS = env.int("MARKETOPS_QUOTE_DAYS", default=limits.QUOTE_SAMPLE_DAYS)
EXPORT_DIR = Path(env.str("MARKETOPS_EXPORT_DIR", default=str(VAR_DIR / "exports")))
if JOURNAL_DAYS and JOURNAL_DAYS < limits.JOURNAL_DAYS_MIN:
    raise ImproperlyConfigured(
        f"MARKETOPS_JOURNAL_DAYS must be 0, which keeps all, or {limits.JOURNAL_DAYS_MIN} at least."
    )
if EQUITY_DAYS < 0:
    raise ImproperlyConfigured("MARKETOPS_EQUITY_DAYS must be 0, which keeps all, or a number of days.")
if QUOTE_DAYS < 0:
    raise ImproperlyConfigured("MARKETOPS_QUOTE_DAYS must be 0, which keeps all, or a number of days.")
if SECOND_CANDLE_DAYS < 0:
    raise ImproperlyConfigured("MARKETOPS_SECOND_CANDLE_DAYS must be 0, which keeps all, or a number of days.")

# --- Money ------------------------------------------------------------------------------------------------------------
DUAL_CONTROL = env.bool("MARKETOPS_DUAL_CONTROL", default=False)

# --- The audit log ---------------------------------------------------------------------------------------------------
AUDIT_HEADS_FILE = Path(env.str("MARKETOPS_AUDIT_HEADS_FILE", default=str(VAR_DIR / "audit-heads.log")))

# --- Backups ---------------------------------------------------------------------------------------------------------
BACKUP_KEY_FILE = (
    Path(env.str("MARKETOPS_BACKUP_KEY_FILE")) if env.str("MARKETOPS_BACKUP_KEY_FILE", default="") else None
)

# --- Who may come in -------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "web:sign_in"
LOGIN_REDIRECT_URL = "web:markets"
LOGOUT_REDIRECT_URL = "web:markets"
AXES_HANDLER = "axes.handlers.database.AxesDatabaseHandler"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "web.views.errors.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
PROXY_COUNT = env.int("MARKETOPS_PROXY_COUNT", default=0)
AXES_IPWARE_PROXY_COUNT = PROXY_COUNT
AXES_VERBOSE = False

GUESTS = env.bool("MARKETOPS_GUESTS", default=DEMO)
GUEST_IDLE_HOURS = env.int("MARKETOPS_GUEST_IDLE_HOURS", default=limits.GUEST_IDLE_HOURS)
if GUEST_IDLE_HOURS < 1:
    raise ImproperlyConfigured("MARKETOPS_GUEST_IDLE_HOURS must be a number of hours, 1 at least.")

# --- How often callers may ask ---------------------------------------------------------------------------------------
RATE_LIMITS = rate_limits.parse(env.str("MARKETOPS_RATE_LIMITS", default=rate_limits.DEFAULT))
RATE_LIMIT_ADDRESS_FACTOR = env.int("MARKETOPS_RATE_LIMIT_ADDRESS_FACTOR", default=5)
if RATE_LIMIT_ADDRESS_FACTOR < 1:
    raise ImproperlyConfigured("MARKETOPS_RATE_LIMIT_ADDRESS_FACTOR must be 1 or more.")

# --- What the browser is told ----------------------------------------------------------------------------------------
TLS = env.bool("MARKETOPS_TLS", default=not DEMO)
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = TLS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if env.bool("MARKETOPS_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-marketops-session" if TLS else f"marketops-session-{HTTP_PORT}"
SESSION_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "__Host-marketops-csrf" if TLS else f"marketops-csrf-{HTTP_PORT}"
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = env.list("MARKETOPS_TRUSTED_ORIGINS", default=[])
CSRF_FAILURE_VIEW = "web.views.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = limits.BODY_BYTES_MAX
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- REST ------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "rest_api.problems.handle_exception",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
}
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOWED_ORIGINS = env.list("MARKETOPS_CORS_ORIGINS", default=[])
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "if-none-match", "prefer"]
CORS_EXPOSE_HEADERS = [
    "ETag", "Idempotent-Replayed", "Link", "Location", "Preference-Applied", "RateLimit-Limit", "RateLimit-Remaining",
    "RateLimit-Reset", "Retry-After",
]  # fmt: skip
SPECTACULAR_SETTINGS = {
    "TITLE": "MarketOps",
    "DESCRIPTION": "A simulated exchange: real order books, real accounts, real market data.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_SUFFIX": "",
    "ENUM_NAME_OVERRIDES": {
        "Side": "rest_api.documentation.SIDE_WORDS",
        "RejectReason": "rest_api.documentation.REASON_WORDS",
        "Phase": "rest_api.documentation.PHASE_WORDS",
        "CalendarKind": "rest_api.documentation.CALENDAR_WORDS",
    },
}

# --- gRPC ------------------------------------------------------------------------------------------------------------
GRPC_PORT = env.int("MARKETOPS_GRPC_PORT", default=50051)
GRPC_BIND = env.str("MARKETOPS_BIND", default="127.0.0.1")
GRPC_TLS_CERT = env.str("MARKETOPS_GRPC_TLS_CERT", default="")
GRPC_TLS_KEY = env.str("MARKETOPS_GRPC_TLS_KEY", default="")
GRPC_TLS_CLIENT_CA = env.str("MARKETOPS_GRPC_TLS_CLIENT_CA", default="")

# --- Admin -----------------------------------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "MarketOps",
    "SITE_HEADER": "MarketOps",
    "SITE_SYMBOL": "candlestick_chart",
    "SHOW_HISTORY": False,
}

# --- Static files ----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("MARKETOPS_STATIC_DIR", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "marketops_site.packaged_scripts.PackagedScriptFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "marketops_site.static_storage.HashedModulesStorage"},
}

# --- Time, language, logs --------------------------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False
DATETIME_FORMAT = "Y-m-d H:i:s"
METRICS_DIR = Path(env.str("PROMETHEUS_MULTIPROC_DIR", default=str(VAR_DIR / "run" / "metrics")))
counters.keep_in(METRICS_DIR)
LOGGING = logs.configuration(
    var_dir=VAR_DIR,
    process=PROCESS_NAME,
    level=env.str("MARKETOPS_LOG_LEVEL", default="INFO"),
    into_files=env.bool("MARKETOPS_LOG_FILES", default=True),
)
LOGGING_CONFIG = "logging.config.dictConfig"
DJANGO_STRUCTLOG_CELERY_ENABLED = False

if REDIS_URL.startswith("rediss://"):
    CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
