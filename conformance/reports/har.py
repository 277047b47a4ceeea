"""findings.har: the requests and responses of all violations, for the tools that read HTTP archives (HAR 1.2)."""

from __future__ import annotations

import base64
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.reports.evidence import body, exchanges
from conformance.reports.model import Recorded, Report
from conformance.reports.text import as_json

HAR = "findings.har"


def har(report: Report, folder: Path) -> str:
    """The archive of a report, with the bodies that its folder holds."""
    entries = [_entry(clause, exchange, report["started"], folder) for clause, exchange in exchanges(report)]
    log = {"version": "1.2", "creator": report["tool"], "entries": entries, "comment": report["answer"]}
    return as_json({"log": log}, indent=2) + "\n"


def _entry(clause: str, exchange: Recorded, started: str, folder: Path) -> dict[str, Any]:
    return {
        "startedDateTime": exchange.get("sent_at", started),
        "time": exchange["milliseconds"],
        "request": _request(exchange, folder),
        "response": _response(exchange, folder),
        "cache": {},
        "timings": {"send": 0, "wait": exchange["milliseconds"], "receive": 0},
        "comment": clause,
    }


def _request(exchange: Recorded, folder: Path) -> dict[str, Any]:
    query = parse_qsl(urlsplit(exchange["url"]).query, keep_blank_values=True)
    sent = body(folder, exchange.get("sent"))
    request = {
        "method": exchange["method"],
        "url": exchange["url"],
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange["request_headers"]),
        "queryString": _pairs(query),
        "headersSize": -1,
        "bodySize": len(sent or b""),
    }
    if "sent" in exchange:
        kind = _header(exchange["request_headers"], "content-type")
        request["postData"] = {"mimeType": kind, "params": [], "text": (sent or b"").decode("utf-8", "replace")}
    return request


def _response(exchange: Recorded, folder: Path) -> dict[str, Any]:
    received = body(folder, exchange.get("received"))
    content: dict[str, Any] = {
        "size": len(received or b""),
        "mimeType": _header(exchange["response_headers"], "content-type"),
    }
    if received is None and "received" in exchange:
        content["comment"] = f"{exchange['received']} isn't beside the report"
    elif received is not None:
        try:
            content["text"] = received.decode("utf-8")
        except UnicodeDecodeError:
            content |= {"text": base64.b64encode(received).decode(), "encoding": "base64"}
    return {
        "status": exchange["status"],
        "statusText": _phrase(exchange["status"]),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(exchange["response_headers"]),
        "content": content,
        "redirectURL": _header(exchange["response_headers"], "location"),
        "headersSize": -1,
        "bodySize": -1,
    }


def _pairs(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(pairs: list[tuple[str, str]], name: str) -> str:
    return next((value for one, value in pairs if one.lower() == name), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
