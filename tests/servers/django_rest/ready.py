"""Django, with its settings: whatever has models is imported after this."""

from __future__ import annotations

import logging

import django

from .setup import FOLDER, configure

configure()
django.setup()
logging.disable()

clean_up = FOLDER.cleanup
