"""One settings file. What an operator may change comes from the environment (config/env.py)."""

import json
import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONCE, SELF
from django.utils.translation import gettext_lazy as _

from config import env, roles
from kernel.told import kept

django_stubs_ext.monkeypatch()  # forms.ModelForm[Note] at run time

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(env.text("HILO_DATA", str(BASE_DIR / ".hilo")))
ROLE = env.text("HILO_ROLE", "manage")  # web, worker, listeners or manage: set by the supervisor
DEBUG = env.flag("HILO_DEBUG")
TESTING = env.flag("HILO_TESTING")

# --- identity and secrets -------------------------------------------------------------------------
SECRET_KEY = env.text("HILO_SECRET_KEY", "unsafe-outside-bin-up" if TESTING else "")
# id:base64 pairs, newest first; encrypts channel secrets at rest (crm/secrets.py).
FIELD_KEYS = env.words("HILO_FIELD_KEYS", "test:" + "A" * 43 + "=" if TESTING else "")
BASE_URL = env.text("HILO_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
SECURE = BASE_URL.startswith("https://")
ALLOWED_HOSTS = env.hosts(env.words("HILO_ALLOWED_HOSTS"), BASE_URL)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
MAIL_DOMAIN = env.text("HILO_MAIL_DOMAIN", "hilo.example")
SMTP_URL = env.text("HILO_SMTP_URL")
EMAIL_BACKEND = "crm.mail.Queued"  # mails to colleagues: rows first, like everything that leaves
DEFAULT_FROM_EMAIL = f"Hilo <no-reply@{MAIL_DOMAIN}>"
DEMO_PASSWORD = env.text("HILO_DEMO_PASSWORD")
TRUSTED_PROXY_COUNT = int(env.text("HILO_TRUSTED_PROXIES", "0"))
# host:port pairs on private addresses that the egress client may reach (tests, providers inside the same network).
EGRESS_ALLOW_PRIVATE = env.words("HILO_EGRESS_ALLOW_PRIVATE")

# --- applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ConfigApp",
    "journeys",
    "feedback",
    "omnichannel",
    "onsite",
    "crm",
    "kernel",
    "config.apps.HiloAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "channels",
    "csp",
    "config.apps.PeriodicWorkConfig",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "config.middleware.request_context",
    "config.middleware.request_metrics",
    "config.middleware.without_nul",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.session_activity",
    "config.middleware.enforce_policy",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "config.context.shell",
            ],
            "builtins": ["django.templatetags.i18n", "template_partials.templatetags.partials"],
        },
    }
]

if DEBUG:  # read anew for each page, for those who change them
    _FOLDERS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
    TEMPLATES[0] |= {"APP_DIRS": False}
    TEMPLATES[0]["OPTIONS"] |= {"loaders": [("template_partials.loader.Loader", _FOLDERS)]}

# --- database: rows are the truth -----------------------------------------------------------------
DATABASE_URL = env.text("DATABASE_URL") or "postgresql://hilo@/hilo"
DATABASES = {"default": roles.database(DATABASE_URL, ROLE)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Valkey: hints, cache, sockets. Nothing in it that a FLUSHALL could make wrong -------------------
VALKEY_URL = env.text("VALKEY_URL") or "redis://127.0.0.1:6379"
CACHES = {"default": {"BACKEND": "config.cache.HintCache", "LOCATION": env.valkey(VALKEY_URL, 1)}}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [env.valkey(VALKEY_URL, 2)], "prefix": env.text("HILO_LAYER_PREFIX", "hilo")},
    }
}

# --- Celery: tasks take ids and are wake-ups only (ADR 3) ---------------------------------------------
CELERY_BROKER_URL = env.text("BROKER_URL") or env.broker(VALKEY_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 120  # < lease 180 s < visibility timeout 600 s (reliability R4)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = roles.broker(CELERY_BROKER_URL, ROLE)
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1}
CELERY_BEAT_SCHEDULER = "config.periodic:Schedule"
CELERY_RESULT_EXPIRES = None  # no results are kept, so beat has none to clear away
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Beside REMAP_SIGTERM=SIGQUIT: a running task has three seconds, then its message goes back to the queue.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 3
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
# Sweepers: what a lost poke left behind is found here. How often and whether: as admins say (config/periodic.py).
CELERY_BEAT_SCHEDULE = {
    kept("drain the ledger's consumers"): {"task": "crm.tasks.drain_consumers", "schedule": 3.0},
    kept("process what came in"): {"task": "omnichannel.tasks.process_inbound", "schedule": 3.0},
    kept("send what is due"): {"task": "omnichannel.tasks.send_due", "schedule": 3.0},
    kept("send mails to colleagues"): {"task": "config.tasks.send_account_mails", "schedule": 3.0},
    kept("advance due journeys"): {"task": "journeys.tasks.advance_due", "schedule": 1.0},
    kept("ask about what was resolved"): {"task": "feedback.tasks.ask_due", "schedule": 3.0},
    kept("remind of surveys"): {"task": "feedback.tasks.send_reminders", "schedule": 600.0},
    kept("forget what is old"): {"task": "config.tasks.forget_old", "schedule": 3600.0},
    kept("worker heartbeat"): {"task": "crm.tasks.heartbeat", "schedule": 5.0},
}

# Days that bookkeeping is kept (config/retention.py). What customers said and did is never forgotten by itself.
KEEP_DAYS = {"idempotency": 7, "refused": 14, "account_mails": 30, "sessions": 0} | env.days("HILO_KEEP_DAYS")

# --- sign-in ------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "CommonPasswordValidator", "NumericPasswordValidator")
] + [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
]
if TESTING:  # hundreds of users are made in a test run, and none of their passwords is worth anything
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    WHITENOISE_AUTOREFRESH = True  # each test client would list the whole front end anew
    WHITENOISE_USE_FINDERS = True  # what was built just now, not what was collected last
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "config.accounts.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "config.accounts.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by admins, never by strangers (config.accounts)
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can make Hilo write to an address that has no account
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a mail when the password or the second step was changed
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "20/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
USERSESSIONS_TRACK_ACTIVITY = True
MFA_ADAPTER = "config.accounts.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "config.codes.ActivationForm",
    "add_webauthn": "config.passkeys.PasskeyForm",
    "authenticate": "config.codes.SecondStepForm",
    "reauthenticate": "config.codes.AgainForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # the address is the admin's word, see above
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_TOTP_ISSUER = "Hilo"
MFA_TOTP_TOLERANCE = 1  # steps of 30 s that the phone's clock may be off, RFC 6238 §5.2
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": json.loads(env.text("HILO_OIDC", "[]"))}}
# Whoever is sent to the provider by somebody else's link comes back as themselves; a form would have to be allowed
# to go to an address that only the provider knows.
SOCIALACCOUNT_LOGIN_ON_GET = True

# --- safety -------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF, BASE_URL.replace("http", "ws", 1)],
        "frame-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": [SELF],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
if SECURE and TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-hilo-session" if SECURE else env.text("HILO_SESSION_COOKIE", "hilo-session")
CSRF_COOKIE_NAME = "__Host-hilo-csrf" if SECURE else env.text("HILO_CSRF_COOKIE", "hilo-csrf")
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 14 * 24 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# --- language and time --------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.text("HILO_TIME_ZONE", "Europe/Madrid")
DEFAULT_PHONE_REGION = env.text("HILO_PHONE_REGION", "ES")

# --- files --------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "collected"
STATICFILES_DIRS = [path for path in [BASE_DIR / "build" / "static"] if path.exists()]
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+[.-][0-9a-zA-Z]{8,12}\..+$"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- API ----------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.authentication.BearerKey", "crm.authentication.SignedInUser"],
    "DEFAULT_PERMISSION_CLASSES": ["crm.authentication.HasScope"],
    "DEFAULT_PAGINATION_CLASS": "kernel.api.CursorPages",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["kernel.api.PlainJSON"],
    "DEFAULT_SCHEMA_CLASS": "config.schema.Operations",
    "EXCEPTION_HANDLER": "kernel.api.problem_document",
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Hilo",
    "DESCRIPTION": (
        "Customers, conversations, surveys and journeys of one organisation. Events of a shop or a site go to "
        "/v1/track, /v1/identify … /v1/batch, as Segment's libraries send them: /api/v1/docs/#tracking."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.problem_documents",
    ],
    "ENUM_NAME_OVERRIDES": {
        "InboundStateEnum": "omnichannel.models.RawInbound.State",
        "DeliveryStateEnum": "omnichannel.models.Delivery.State",
        "ConsentStateEnum": "crm.models.Consent.State",
    },
}

# --- logs: ids, never values (config/logs.py) ------------------------------------------------------------
LOGGING_CONFIG = "config.logs.configure"
LOGGING = {"format": env.text("HILO_LOG", "json"), "level": env.text("HILO_LOG_LEVEL", "INFO")}
SILENCED_SYSTEM_CHECKS: list[str] = []
if not SECURE and os.environ.get("HILO_DEPLOY_CHECK") != "1":
    # Plain http on a loopback address is how a first start works; bin/check turns these on.
    SILENCED_SYSTEM_CHECKS = [f"security.W{n:03}" for n in (4, 8, 12, 16, 18)]
TEST_RUNNER = "django.test.runner.DiscoverRunner"
