"""`python -m tests.servers.django_rest`: serve, and print READY with the address once it serves."""

from __future__ import annotations

import signal
import sys

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

from .ready import clean_up
from .seed import fill
from .setup import on
from .worker import start


class Handler(WSGIRequestHandler):
    """Sends the head and the body of a response without a wait between them."""

    disable_nagle_algorithm = True


fill(on.products)
start()
server = ThreadedWSGIServer(("127.0.0.1", on.port), Handler)
server.set_app(get_wsgi_application())
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
sys.stdout.write(f"READY http://127.0.0.1:{server.server_port}\n")
sys.stdout.flush()
try:
    server.serve_forever(poll_interval=0.05)
finally:
    clean_up()
