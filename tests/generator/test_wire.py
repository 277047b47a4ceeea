"""What goes over the wire: parameters in every style, filters, bodies, retries, and what is refused beforehand."""

from __future__ import annotations

import asyncio
import datetime
import gzip
import importlib
import json
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from akinon_seller_products import UNSET, AsyncClient, Client, Event, F, Hooks, errors, models

from generator.__main__ import main
from generator.runtime.errors import Answer, APIConnectionError
from generator.runtime.retry import Retry, retry_after

from .conftest import KEY, Driver
from .raw import Peer, page, product, server

Drive = Callable[..., Driver]
MOMENT = datetime.datetime(2025, 5, 22, 14, 42, 32, 935_000, datetime.timezone(datetime.timedelta(hours=3)))


def ask(drive: Drive, *conditions: Any, **arguments: Any) -> str:
    """The query that a call makes."""
    with server(lambda peer: peer.answer(page([], 0))) as made:
        driver = drive(made.url)
        driver.do(driver.client.get_products(*conditions, **arguments))
        return made.seen[0].target.partition("?")[2]


@pytest.mark.parametrize(
    ("condition", "query"),
    [
        (F.name.icontains("a b&c=d+e%_\\'\"ş"), "name__icontains=a%20b%26c%3Dd%2Be%25_%5C%27%22%C5%9F"),
        (F.attribute["COLOR"].startswith("re"), "attribute__COLOR__startswith=re"),
        (F.attribute["A_1"].exact(""), "attribute__A_1="),
        (F.updated_at.gte(MOMENT), "updated_at__gte=2025-05-22T14%3A42%3A32.935000%2B03%3A00"),
        (F.approved.exact(False), "approved=false"),
        (
            F.category.in_([uuid.UUID(int=1), uuid.UUID(int=2)]),
            "category__in=00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000002",
        ),
        (
            F.attribute["A"].exact("x") & F.sku.exact("y") & F.attribute["B"].iexact("z"),
            "sku=y&attribute__A=x&attribute__B__iexact=z",
        ),
    ],
)
def test_conditions_on_the_wire(drive: Drive, condition: Any, query: str) -> None:
    assert ask(drive, condition) == query


def test_keywords_on_the_wire(drive: Drive) -> None:
    assert (
        ask(drive, name__contains="x", page=2, limit=UNSET, extra_query={"a b": True})
        == "page=2&name__contains=x&a%20b=true"
    )
    assert ask(drive, attribute={"attribute__COLOR__iexact": "x"}) == "attribute__COLOR__iexact=x"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"limit": 0}, "limit: Input should be greater than or equal to 1"),
        ({"page": "x"}, "page: "),
        ({"category": "x"}, "category: "),
        ({"category__in": []}, "category__in: an empty list can't be sent"),
        ({"updated_at": datetime.datetime(2025, 1, 1)}, "updated_at: Input should have timezone info"),
        ({"attribute": {"attribute__A__b": "x"}}, "the document allows no name 'attribute__A__b', only such as match"),
        ({"name": None}, "name: "),
        ({"accept_language": "tr\r\nX: y"}, "accept_language: a header can't carry"),
        ({"extra_headers": {"X-A": "b\r\nX: y"}}, "X-A: a header can't carry"),
        ({"where": F.name.exact("x"), "name": "y"}, "name: it is given both"),
        ({"where": True}, "where: a condition such as"),
    ],
)
def test_what_does_not_fit_the_document_is_refused_before_it_is_sent(drive: Drive, arguments: Any, says: str) -> None:
    with server(lambda peer: peer.answer(page([], 0))) as made:
        driver = drive(made.url)
        with pytest.raises(errors.InvalidRequestError) as caught:
            driver.do(driver.client.get_products(**arguments))
        assert says in str(caught.value)
        assert made.seen == []


@pytest.mark.parametrize("keyword", ["name__startswith", "attribute__COLOR", "colour", "filter"])
def test_an_unknown_keyword_never_widens_a_list(drive: Drive, keyword: str) -> None:
    with server(lambda peer: peer.answer(page([], 0))) as made:
        driver = drive(made.url)
        with pytest.raises(TypeError, match=f"get_products got an unexpected keyword argument '{keyword}'"):
            driver.do(driver.client.get_products(**{keyword: "x"}))
        assert made.seen == []


def test_an_asynchronous_list_may_be_asked_for_again() -> None:
    async def twice(url: str) -> list[int]:
        async with AsyncClient("key", base_url=url) as client:
            rows = client.get_products()
            return [len([row async for row in rows]), len([row async for row in rows]), len((await rows).results)]

    with server(lambda peer: peer.answer(page([product(1)], 1))) as made:
        assert asyncio.run(twice(made.url)) == [1, 1, 1]


@pytest.mark.parametrize("row", [{"sku": "x"}, models.ProductDelete(sku="x"), "x"])
def test_one_row_is_not_taken_for_a_list(drive: Drive, row: Any) -> None:
    driver = drive("http://127.0.0.1:1")
    with pytest.raises(errors.InvalidRequestError, match="delete_products: body: a list of rows is needed, not "):
        driver.do(driver.client.delete_products(row))


def test_a_raw_response_of_a_method_that_asks_nothing() -> None:
    client = Client("key", base_url="http://127.0.0.1:1")
    with pytest.raises(TypeError, match="takes a method that asks the server"):
        client.with_raw_response(client.resume_batch, '{"batch": "x", "rows": 1}')


def test_an_httpx2_client_that_could_not_be_used() -> None:
    with pytest.raises(TypeError, match=r"must be an httpx2\.Client, not AsyncClient"):
        Client("key", http_client=cast(Any, httpx2.AsyncClient()))
    with httpx2.Client() as own, pytest.raises(TypeError, match=r"must be an httpx2\.AsyncClient, not Client"):
        AsyncClient("key", http_client=cast(Any, own))
    with httpx2.Client() as own, pytest.raises(TypeError, match="not both"):
        Client("key", http_client=own, transport=httpx2.HTTPTransport())


def test_a_client_that_was_not_set_up_can_be_shown() -> None:
    with pytest.raises(TypeError, match="a timeout is a number of seconds or a Timeout, not None") as caught:
        Client("key", timeout=cast(Any, None))
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "<Client not set up>" in "".join(shown.format())


def test_a_missing_key_is_reported_with_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRD_API_KEY", raising=False)
    with pytest.raises(errors.ConfigurationError, match="pass api_key or set PRD_API_KEY"):
        Client(base_url="http://127.0.0.1:1").get_products()


def test_a_lookup_or_key_that_the_document_lacks() -> None:
    with pytest.raises(AttributeError, match="it has: contains, exact, icontains"):
        _ = cast(Any, F.name).startswith
    with pytest.raises(ValueError, match="can't be a key"):
        _ = F.attribute["A__B"]
    with pytest.raises(ValueError, match="can't be a key"):
        _ = F.attribute["A B"]
    with pytest.raises(ValueError, match="the API takes it once"):
        _ = F.name.exact("a") & F.name.exact("b")
    with pytest.raises(TypeError, match="make two calls"):
        F.name.exact("a") | F.name.exact("b")
    with pytest.raises(TypeError, match="not by 'and'"):
        bool(F.name.exact("a"))


def test_bodies_are_checked_before_they_are_sent(drive: Drive) -> None:
    with server(lambda peer: peer.answer({"batch_request_id": str(uuid.UUID(int=1))}, 202)) as made:
        driver = drive(made.url)
        price = {"sku": "s", "price_list": str(uuid.UUID(int=1)), "price": Decimal("1E+3")}
        for wrong in ({"sku": "s"}, {**price, "price": None}, {**price, "price": Decimal("NaN")}):
            with pytest.raises(errors.InvalidRequestError, match=r"body\[0\]"):
                driver.do(driver.client.upsert_prices([wrong]))
        assert made.seen == []
        with pytest.warns(errors.UnknownFieldWarning, match="'tax_rte' is sent, .* is 'tax_rate' meant"):
            driver.do(driver.client.upsert_prices([{**price, "tax_rte": "1"}]))
        assert made.seen.pop().body.endswith(b'"tax_rte":"1"}]')
        driver.do(driver.client.upsert_prices([models.PriceUpsert.model_validate(price)]))
        assert json.loads(made.seen[0].body) == [{**price, "price": "1000"}]
        product = models.ProductUpsert(
            name="n", base_code="b", sku="s", category=uuid.UUID(int=1), attributes={}, restrict_for_others=None
        )
        driver.do(driver.client.upsert_products([product]))
        assert b'"restrict_for_others":null' in made.seen[1].body
        assert b"product" not in made.seen[1].body


def test_headers_carry_key_language_and_kind(drive: Drive) -> None:
    with server(lambda peer: peer.answer(page([], 0))) as made:
        driver = drive(made.url, accept_language="tr", headers={"X-App": "a"})
        driver.do(driver.client.get_products(extra_headers={"X-Call": "b", "Authorization": "another"}))
        head = made.seen[0].head.lower()
    for line in (f"authorization: {KEY}", "accept-language: tr", "x-app: a", "x-call: b", "accept: application/json"):
        assert line in head
    assert "another" not in head
    assert "user-agent: akinon-seller-products/1.0.0" in head
    assert KEY not in repr(driver.client) + repr(vars(driver.client))


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, drive: Drive) -> None:
    with server(lambda peer: peer.answer(page([], 0))) as made:
        monkeypatch.setenv("PRD_API_KEY", "from-environment")
        monkeypatch.setenv("PRD_BASE_URL", made.url)
        driver = drive("", api_key=None)
        driver.do(driver.client.get_products())
        assert "authorization: from-environment" in made.seen[0].head.lower()


@pytest.mark.parametrize(
    "settings",
    [
        {"base_url": "ftp://x"}, {"base_url": "http://u:p@x"}, {"base_url": "x"}, {"api_key": "a\nb"},
        {"api_key": {"Other": "x"}}, {"timeout": 0}, {"max_retries": -1},
    ],
)  # fmt: skip
def test_settings_that_cannot_work(drive: Drive, settings: Any) -> None:
    with pytest.raises((errors.ConfigurationError, ValueError)):
        drive("http://127.0.0.1:9", **settings) if "base_url" not in settings else drive(**settings)


def test_no_key_is_an_error_before_anything_is_sent(drive: Drive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRD_API_KEY", raising=False)
    driver = drive("http://127.0.0.1:9", api_key=None)
    with pytest.raises(errors.ConfigurationError, match="no key"):
        driver.do(driver.client.get_products())


def test_a_refused_request_is_sent_again_and_hooks_are_called(drive: Drive) -> None:
    def handler(peer: Peer) -> None:
        if peer.number < 2:
            peer.answer({}, 429, headers="Retry-After: 0\r\n")
        else:
            peer.answer(page([product(1)], 1))

    events: list[Event] = []
    with server(handler) as made:
        driver = drive(made.url, hooks=Hooks(on_request=events.append, on_retry=events.append))
        assert driver.do(driver.client.get_products()).count == 1
    assert [(e.exchange.attempts, e.delay) for e in events] == [(1, None), (1, 0.0), (2, None), (2, 0.0), (3, None)]
    with server(lambda peer: peer.answer({"detail": "slow down"}, 429, headers="Retry-After: 900\r\n")) as made:
        driver = drive(made.url)
        with pytest.raises(errors.RateLimitError) as caught:
            driver.do(driver.client.with_options(max_retries=5).get_products())
        assert (caught.value.retry_after, caught.value.attempts, caught.value.body) == (
            900.0,
            1,
            {"detail": "slow down"},
        )


def test_when_and_after_how_long_a_request_is_sent_again() -> None:
    retry, now = Retry(), datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)

    def answer(status: int, **headers: str) -> Answer:
        return Answer(status, headers, b"")

    assert [retry.again(answer(s), repeatable=False) for s in (200, 400, 429, 500, 502, 503)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]
    assert [retry.again(answer(s), repeatable=True) for s in (200, 404, 408, 500, 501, 504)] == [
        False,
        False,
        True,
        True,
        False,
        True,
    ]
    assert retry.again(APIConnectionError("x", sent=False), repeatable=False)
    assert not retry.again(APIConnectionError("x", sent=True), repeatable=False)
    assert [retry.delay(n, answer(500), lambda: 0.0) for n in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 8.0]
    assert retry.delay(1, answer(500), lambda: 1.0) == 0.25
    later = format_datetime(now + datetime.timedelta(seconds=30), usegmt=True)
    assert retry_after({"retry-after": later}, now) == 30.0
    assert retry_after({"retry-after": "1.5"}) == 1.5
    assert retry_after({"retry-after-ms": "250", "retry-after": "9"}) == 0.25
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({"retry-after": "1 Dec 30000000000 0:0:0"}) is None
    assert retry_after({"retry-after": format_datetime(now, usegmt=True)}, now + datetime.timedelta(1)) == 0.0
    assert retry.delay(1, Answer(429, {"retry-after": "61"}, b"")) is None


@pytest.fixture(scope="module")
def made_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Any]:
    """Imports the client that a document of the corpus makes."""
    folder = tmp_path_factory.mktemp("made_of")

    def load(name: str) -> Any:
        package = f"wire_{name}"
        if package not in sys.modules:
            document = Path(__file__).parent / "corpus" / f"{name}.yaml"
            assert main(["--spec", str(document), "--out", str(folder / name), "--package", package]) == 0
            sys.path.insert(0, str(folder / name))
        return importlib.import_module(package)

    return load


def test_parameters_in_every_style(made_of: Callable[[str], Any]) -> None:
    styles = made_of("styles")
    with server(lambda peer: peer.answer({})) as made, styles.Client(base_url=made.url) as client:
        client.simple([1, 2], {"a": "b c", "d": "/"})
        client.label(["x", "y"])
        client.matrix("a;b")
        client.queries(
            form=["a", "b"], csv=["a,b", "c"], space=["a", "b"], pipe=["a", "b"], deep={"a": "x"}, free={"k": 1},
            raw="a/b?c", when=MOMENT, day=MOMENT.date(), maybe=None, as_json={"x": [1]}, x_trace=[1, 2],
            session_id="a b",
        )  # fmt: skip
        with pytest.raises(ValueError, match="b: an empty dict can't be sent"):
            client.simple([1], {})
    targets = [peer.target for peer in made.seen]
    assert targets[:3] == ["/simple/1,2/a=b%20c,d=%2F", "/label/.x.y", "/matrix;a=a%3Bb"]
    assert targets[3].partition("?")[2].split("&") == [
        "form=a", "form=b", "csv=a%2Cb,c", "space=a%20b", "pipe=a%7Cb", "deep%5Ba%5D=x", "k=1", "raw=a/b?c",
        "when=2025-05-22T14%3A42%3A32.935000%2B03%3A00", "day=2025-05-22",
        "as-json=%7B%22x%22%3A%5B1%5D%7D",
    ]  # fmt: skip
    assert "x-trace: 1,2" in made.seen[3].head.lower()
    assert "cookie: session id=a%20b" in made.seen[3].head.lower()


def test_bodies_of_every_kind(made_of: Callable[[str], Any]) -> None:
    bodies = made_of("bodies")

    def handler(peer: Peer) -> None:
        kind = {"/form": "text/plain", "/raw": "image/png"}.get(peer.target, "application/json")
        peer.answer(
            '{"name": "n"}' if peer.target != "/raw" else b"\x89PNG",
            201 if peer.target == "/upload" else 200,
            type=kind,
        )

    with server(handler) as made, bodies.Client(base_url=made.url) as client:
        form = {"name": "a b", "tags": ["x", "y"], "when": MOMENT}
        assert client.form(form) == '{"name": "n"}'
        assert client.form(form, content_type="application/x-www-form-urlencoded")
        assert (
            client.upload(
                {"file": b"DATA", "note": "n", "meta": {"x": 1}, "more": [bodies.File(b"2", "f.txt", "text/plain")]}
            )
            is None
        )
        assert client.raw(b"\x00") == b"\x89PNG"
        assert client.text("a;b", content_type="text/csv").name == "n"
    sent = [peer.body for peer in made.seen]
    assert sent[0] == b'{"name":"a b","tags":["x","y"],"when":"2025-05-22T14:42:32.935000+03:00"}'
    assert sent[1] == b"name=a+b&tags=x&tags=y&when=2025-05-22T14%3A42%3A32.935000%2B03%3A00"
    for part in (
        b'name="file"; filename="file"',
        b"DATA",
        b'name="meta"\r\nContent-Type: application/json\r\n\r\n{"x":1}',
    ):
        assert part in sent[2]
    assert b'filename="f.txt"\r\nContent-Type: text/plain\r\n\r\n2' in sent[2]
    assert sent[3:] == [b"\x00", b"a;b"]


def test_schemas_of_every_kind(made_of: Callable[[str], Any]) -> None:
    schemas = made_of("schemas31")
    shape, user = schemas.models.Circle, schemas.models.UserRequest
    answers: Iterator[Any] = iter([
        [{"kind": "sq", "size": 1}, {"kind": "circle", "new": 1}],
        {"left": {"right": None}, "by": {"x": {"leaves": [{}]}}},
        [1, "a", {"b": [0, "x"]}],
        {"id": 1, "name": "n", "role": "root", "friend": {"id": 2, "name": "m", "role": "admin"}},
    ])  # fmt: skip
    with server(lambda peer: peer.answer(next(answers))) as made, schemas.Client(base_url=made.url) as client:
        square, circle = client.list_shapes()
        assert (type(square).__name__, type(circle).__name__) == ("Square", "Circle")
        assert client.tree().by["x"].leaves
        assert client.anything().root
        made_user = client.make_user(user(name="n", password="secret"))
        assert (made_user.role.value, made_user.role.known, made_user.friend.role.known) == ("root", False, True)
        assert b'{"name":"n","password":"secret"}' in made.seen[3].body
        with pytest.raises(ValueError, match="at least 3 characters"):
            user(name="n", password="x")
        with pytest.raises(ValueError, match="role: Input should be 'admin'"):
            client.make_user({"name": "n", "password": "secret", "role": "root"})
        with pytest.raises(ValueError, match="less than 10"):
            client.make_odd({"n": 10})
    assert shape(kind="circle").size is None


def test_what_stands_twice(made_of: Callable[[str], Any]) -> None:
    twice, kinds = made_of("twice"), iter(("square", "line"))
    with server(lambda peer: peer.answer({"kind": next(kinds)})) as made, twice.Client(base_url=made.url) as client:
        assert type(client.same_name_in_two_places(1, {"kind": "round"}, id_2=2)) is twice.models.Shape
        assert type(client.same_name_in_two_places(1)) is twice.models.Line
    assert [peer.target for peer in made.seen] == ["/things/1?id=2", "/things/1"]


def test_credentials_go_where_the_document_says(
    made_of: Callable[[str], Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    security = made_of("security")
    keys = {"Key": "k y", "Basic": ("u", "p"), "Query": "q&q", "Cookie": "c"}
    with server(lambda peer: peer.answer(b"")) as made, security.Client(keys, base_url=made.url) as client:
        client.both()
        client.one()
        client.none()
        client.maybe()
    with (
        server(lambda peer: peer.answer(b"")) as cookies,
        security.Client({"Cookie": "c"}, base_url=cookies.url) as client,
    ):
        client.one()
        client.maybe()
    heads = [peer.head.lower() for peer in made.seen]
    assert "x-key: k y" in heads[0]
    assert "authorization: basic dtpw" in heads[0]
    assert made.seen[1].target == "/one?key=q%26q"
    assert "x-key: k y" in heads[3]
    assert "key" not in heads[2].replace("keep", "")
    assert "cookie: sid=c" in cookies.seen[0].head.lower()
    assert "/one" in caplog.text
    assert "q%26q" not in caplog.text


@pytest.mark.parametrize("packed", [False, True])
def test_a_transport_of_the_callers_own_that_gives_whole_answers(packed: bool) -> None:
    body = json.dumps(page([product(1)], 1)).encode()
    headers = {"content-type": "application/json", **({"content-encoding": "gzip"} if packed else {})}

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, content=gzip.compress(body) if packed else body, headers=headers)

    with Client(KEY, transport=httpx2.MockTransport(answer)) as client:
        assert len(client.get_products().results) == 1

    async def first() -> int:
        async with AsyncClient(KEY, transport=httpx2.MockTransport(answer)) as client:
            return len((await client.get_products()).results)

    assert asyncio.run(first()) == 1
    with (
        Client(KEY, transport=httpx2.MockTransport(answer), max_response_bytes=10) as client,
        pytest.raises(errors.ResponseTooLargeError),
    ):
        client.get_products()


def test_an_operation_with_a_server_of_its_own_is_sent_there(made_of: Callable[[str], Any]) -> None:
    servers, urls = made_of("servers"), list[str]()

    def answer(request: httpx2.Request) -> httpx2.Response:
        urls.append(str(request.url))
        return httpx2.Response(200)

    for base_url in (None, "http://localhost:1/base"):
        with servers.Client("key", base_url=base_url, transport=httpx2.MockTransport(answer)) as client:
            for operation in (client.usual, client.newer, client.elsewhere, client.near, client.mutual):
                operation()
    assert urls == [
        "https://eu.example.com/v1/usual",
        "https://eu.example.com/v2/newer",
        "https://files.example.com/newer",
        "https://eu.example.com/v3/near",
        "https://eu.example.com/v1/mutual",
        "http://localhost:1/base/usual",
        "http://localhost:1/v2/newer",
        "http://localhost:1/base/newer",
        "http://localhost:1/v3/near",
        "http://localhost:1/base/mutual",
    ]
