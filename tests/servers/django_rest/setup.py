"""What is switched on in this process, and Django's settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from django.conf import settings

from ..switches import read
from .faults import FAULTS, VARIANTS

on = read(FAULTS, VARIANTS, "python -m tests.servers.django_rest")
KEY = os.environ.get("PRD_API_KEY", "test-key")
FOLDER = tempfile.TemporaryDirectory(prefix="django_rest_")


def configure() -> None:
    """Set Django's settings, as its manual has them for a service without templates and sessions."""
    local = on("tz-local") or on("local-as-utc")
    settings.configure(
        SECRET_KEY="servers",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="tests.servers.django_rest.urls",
        USE_TZ=not on("use-tz-off"),
        TIME_ZONE="Europe/Istanbul" if local else "UTC",
        LANGUAGE_CODE="en",
        LANGUAGES=[("en", "English"), ("tr", "Turkish"), ("de", "German")],
        USE_THOUSAND_SEPARATOR=on("number-format"),
        INSTALLED_APPS=["tests.servers.django_rest"],
        MIDDLEWARE=[
            *(["tests.servers.django_rest.caching.CacheFirst"] if on("cache-before-auth") else []),
            "django.middleware.locale.LocaleMiddleware",
            "django.middleware.common.CommonMiddleware",
        ],
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(Path(FOLDER.name) / "db.sqlite3"),
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "timeout": 60,
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF",
                },
            }
        },
        LOGGING_CONFIG=None,
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["tests.servers.django_rest.keys.KeyAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["tests.servers.django_rest.keys.Permission"],
            "DEFAULT_RENDERER_CLASSES": [
                *(["tests.servers.django_rest.media.Html"] if on("browsable") else []),
                "tests.servers.django_rest.media.Json",
            ],
            "DEFAULT_PARSER_CLASSES": ["tests.servers.django_rest.media.Body"],
            "EXCEPTION_HANDLER": "tests.servers.django_rest.views.problem",
            "UNAUTHENTICATED_USER": None,
            "COERCE_DECIMAL_TO_STRING": not on("decimal-number"),
            "URL_FORMAT_OVERRIDE": None,
        },
    )
