"""Reproductions: each curl line, run by a POSIX shell, gives curl exactly the request, and holds no key."""

from __future__ import annotations

import itertools
import os
import shlex
import stat
import subprocess
import urllib.parse
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.oracle.awkward import TEXTS
from conformance.transport.exchange import MISSING, Credential, Request, Response, encode_query
from conformance.transport.key_place import KeyPlace

KEY = "Canary 5f0e'\"$`\\é*!"
BASE = "https://shop.example/"

ODD = (
    *(text for text in TEXTS.values() if "\0" not in text),
    *("", " ", "a b", "+", "&", "=", "#", "?", "%", "%20", "'", '"', "`id`", "$HOME", "$(id)", "\\", "\\n", "\n", "!"),
    *("é", "İ", "[a-b]{1,2}", "*", ";", "|", "<x>", "~", "a/b", "\t", "@/etc/passwd", "-x", "@file", "\u2028"),
)
"""Awkward texts, and what a shell or curl would read; no argument of a command holds a NUL."""


@pytest.fixture(scope="module")
def curl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a curl that writes its arguments down."""
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "curl"
    script.write_text('#!/bin/sh\nfor one in "$@"; do printf "%s\\0" "$one"; done\nprintf "\\1\\0"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


def run(curl: Path, lines: list[str]) -> list[list[str]]:
    """The arguments that curl gets from each line."""
    keys = {"API_KEY": KEY, "SECOND_API_KEY": KEY}
    environment = {"PATH": f"{curl}:{os.environ['PATH']}", "HOME": "/nowhere", **keys}
    done = subprocess.run(["sh", "-eu", "-c", "\n".join(lines)], env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    words = done.stdout.decode().split("\0")[:-1]
    return [list(group) for last, group in itertools.groupby(words, lambda word: word == "\1") if not last]


def options(place: KeyPlace, variant: Credential = Credential.RIGHT) -> list[str]:
    option = place.option(variant, "API_KEY")
    return [option] if option is not None else []


def headers(words: list[str]) -> list[str]:
    return [value for option, value in itertools.pairwise(words) if option == "-H"]


@pytest.mark.parametrize("variant", Credential)
def test_the_shell_makes_the_variant_of_the_key_that_was_sent(curl: Path, variant: Credential) -> None:
    request = Request("PRD102", "GET", "/p", credential=variant)
    place = KeyPlace("header", "Authorization")
    line = request.curl(BASE, options(place, variant))
    (words,) = run(curl, [line])
    assert run(curl, [request.curl(BASE, options(KeyPlace("header", "Authorization", "Bearer "), variant))]) == [
        [word.replace("Authorization: ", "Authorization: Bearer ") for word in words]
    ]
    sent = place.value(KEY, variant)
    wanted = [] if sent is None else ["Authorization;"] if sent == "" else [f"Authorization: {sent}"]
    assert headers(words) == wanted
    assert words[-1] == "https://shop.example/p"
    assert "-X" not in words
    assert "Canary" not in line


def test_unusual_texts_arrive_unchanged(curl: Path) -> None:
    requests = [
        Request("PRD101", "POST", f"/p/{urllib.parse.quote(text, safe='')}", ((text, text),), (), text.encode())
        for text in ODD
    ]
    found = run(curl, [request.curl(BASE, options(KeyPlace("header", "X-Key"))) for request in requests])
    for request, words in zip(requests, found, strict=True):
        assert request.body is not None
        assert words[words.index("-X") + 1] == "POST"
        assert words[-2] == request.body.decode()
        assert words[-3] == ("--data-raw" if request.body.startswith(b"@") else "--data-binary")
        assert words[-1] == "https://shop.example" + request.target
        assert headers(words) == [f"X-Key: {KEY}", "Content-Type: application/json"]


def test_headers_of_its_own_take_the_place_of_the_usual_ones(curl: Path) -> None:
    own = (("Accept-Language", "tr;q='1'"), ("content-TYPE", 'x/"y"'))
    (words,) = run(curl, [Request("PRD101", "DELETE", "/p", (), own, b"[]", Credential.MISSING).curl(BASE)])
    assert headers(words) == ["Accept-Language: tr;q='1'", 'content-TYPE: x/"y"']
    assert words[:5] == ["-sS", "-g", "--path-as-is", "-X", "DELETE"]


@given(
    st.lists(st.tuples(st.text(), st.text())).map(tuple),
    st.none() | st.text().map(str.encode),
    st.sampled_from(Credential),
)
def test_a_line_is_the_words_of_the_request(
    query: tuple[tuple[str, str], ...], body: bytes | None, credential: Credential
) -> None:
    request = Request("PRD101", "POST", "/p/", query, (), body, credential)
    words = shlex.split(request.curl(BASE, options(KeyPlace("header", "Authorization"), credential)))
    url = urllib.parse.urlsplit(words[-1])
    assert urllib.parse.parse_qsl(url.query, keep_blank_values=True) == list(query)
    assert (url.scheme, url.netloc, url.path, url.fragment) == ("https", "shop.example", "/p/", "")
    assert words[-3].startswith("--data-") == (body is not None)
    assert body is None or words[-2] == body.decode()


def test_a_query_has_nothing_left_to_be_misread() -> None:
    assert encode_query((("a b", "c&d=e+f;g#h/é"), ("x", ""))) == "a%20b=c%26d%3De%2Bf%3Bg%23h%2F%C3%A9&x="
    assert Request("X", "GET", "/p").target == "/p"
    assert Request("X", "GET", "/p", (("a", "1"),)).target == "/p?a=1"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff", b"[" * 100_000])
def test_what_isnt_json_is_missing(body: bytes) -> None:
    assert Response(200, {}, body, 0).json is MISSING


def test_an_answer_in_words() -> None:
    found = Response(404, {"content-type": "Application/JSON; charset=x"}, b'{"a": null}', 0)
    assert (found.json, found.content_type, found.ok, found.refused) == ({"a": None}, "application/json", False, True)
    assert found.shown() == '404 {"a": null}'
    assert Response(204, {}, b"", 0).shown() == "204"
    assert Response(200, {}, b"null", 0).json is None
    assert [Response(s, {}, b"", 0).ok for s in (199, 200, 299, 300)] == [False, True, True, False]
    assert [Response(s, {}, b"", 0).refused for s in (399, 400, 499, 500)] == [False, True, True, False]


PLACES = {
    "query": (KeyPlace("query", "api key"), ["--url-query", f"api%20key={KEY}"]),
    "cookie": (KeyPlace("cookie", "session"), ["-b", f"session={KEY}"]),
    "basic": (KeyPlace("header", "Authorization", basic=True, password_only=True), ["-u", f":{KEY}"]),
    "bearer": (KeyPlace("header", "Authorization", "Bearer "), ["-H", f"Authorization: Bearer {KEY}"]),
}


@pytest.mark.parametrize(("place", "wanted"), PLACES.values(), ids=PLACES.keys())
def test_a_line_sends_the_key_where_the_document_has_it(curl: Path, place: KeyPlace, wanted: list[str]) -> None:
    request = Request("PRD102", "GET", "/p", (("a", "b"),))
    line = request.curl(BASE, options(place))
    (words,) = run(curl, [line])
    assert words[3:5] == wanted
    assert "Canary" not in line
