"""A server with 1,000 pages of 100 products, quick enough not to be what is measured. Prints its port."""

from __future__ import annotations

import json
import re
import socket
import threading
import uuid
from typing import Any

PAGES = 1000
_PAGE = re.compile(rb"[?&]page=(\d+)")


def body() -> bytes:
    """A page; `@page` stands where its number goes."""
    rows: list[dict[str, Any]] = [
        {
            "name": f"Product {n} of @page",
            "base_code": f"BASE-{n}",
            "sku": f"SKU-@page-{n}",
            "category": str(uuid.UUID(int=n)),
            "attributes": {"COLOR": "Red", "SIZE": "S", "ESTIMATED_SHIPPING_DURATION": 1},
            "images": ["https://example.com/1920x1080.png"],
            "videos": ["https://example.com/1920x1080.mp4"],
            "prices": [
                {
                    "price_list": str(uuid.UUID(int=1)),
                    "currency_type": "USD",
                    "retail_price": "99.99",
                    "price": "89.99",
                    "tax_rate": "0.08",
                }
            ],
            "stocks": [
                {
                    "stock_list": str(uuid.UUID(int=2)),
                    "unit_type": "qty",
                    "stock": "90",
                    "sold_quantity_unreported": "10",
                }
            ],
            "updated_at": "2025-05-22T11:42:32.935Z",
            "created_at": "2025-05-22T11:42:32.935Z",
        }
        for n in range(100)
    ]
    return json.dumps({"count": PAGES * 100, "next": "@next", "previous": None, "results": rows}).encode()


def answer(template: bytes, number: int) -> bytes:
    """The answer for a page."""
    following = b"null" if number >= PAGES else b'"http://elsewhere.example/?page=2"'
    data = template.replace(b'"@next"', following).replace(b"@page", b"%04d" % number)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(data)
    return head + data


def main() -> None:
    """Serve until killed."""
    template = body()
    first = answer(template, 1)

    def talk(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        buffer = b""
        while data := connection.recv(65536):
            buffer += data
            while b"\r\n\r\n" in buffer:
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                found = _PAGE.search(head.split(b"\r\n", 1)[0])
                number = int(found[1]) if found else 1
                connection.sendall(first if number == 1 else answer(template, number))

    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=talk, args=(connection,), daemon=True).start()


if __name__ == "__main__":
    main()
