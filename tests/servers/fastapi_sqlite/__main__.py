"""`python -m tests.servers.fastapi_sqlite`: serve, and print READY with the address once it serves."""

from __future__ import annotations

import socket
import sys

import uvicorn

from .app import app
from .models import fill
from .setup import on

fill(on.products)
listener = socket.create_server(("127.0.0.1", on.port))
sys.stdout.write(f"READY http://127.0.0.1:{listener.getsockname()[1]}\n")
sys.stdout.flush()
uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listener])
