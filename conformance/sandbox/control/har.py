"""Requests as an HTTP Archive (HAR 1.2), which browsers and other tools open."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl

from conformance.sandbox import values
from conformance.sandbox.requests import Entry, Pairs
from spec.model import JSON


def archive(entries: Iterable[Entry]) -> JSON:
    """The archive."""
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "sandbox", "version": "1"},
            "entries": [_entry(entry) for entry in entries],
        }
    }


def _entry(entry: Entry) -> JSON:
    return {
        "startedDateTime": values.rendered(entry.at),
        "time": entry.milliseconds,
        "request": {
            "method": entry.method,
            "url": entry.url,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(entry.headers),
            "queryString": _pairs(tuple(parse_qsl(entry.query, keep_blank_values=True))),
            "headersSize": -1,
            "bodySize": len(entry.body.encode("utf-8", "replace")),
            **({"postData": {"mimeType": _content_type(entry.headers), "text": entry.body}} if entry.body else {}),
        },
        "response": {
            # 0 is how browsers write down that there was no answer.
            "status": entry.status or 0,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(entry.response_headers),
            "content": {
                "size": len(entry.response_body.encode("utf-8", "replace")),
                "mimeType": entry.content_type,
                "text": entry.response_body,
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": entry.milliseconds, "receive": 0},
    }


def _pairs(pairs: Pairs) -> list[JSON]:
    return [{"name": name, "value": value} for name, value in pairs]


def _content_type(headers: Pairs) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "application/octet-stream")
