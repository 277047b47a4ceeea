"""The page at `/` and the interactive documentation, in a headless browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from conformance.sandbox import DEFAULT_KEY, Settings, serve
from conformance.sandbox.control import PREFIX, pages
from spec import Contract
from tests.browser import chromium, in_browser
from tests.sandbox.asking import PRODUCTS, product

WIDTHS = (360, 800, 1280)
ELSEWHERE = "sandbox.test"
"""A name that isn't one of this machine's own, as a browser elsewhere uses one."""
HEADERS = {"Authorization": DEFAULT_KEY}


@pytest.fixture(scope="module")
def url(contract: Contract) -> Iterator[str]:
    with serve(contract, Settings(products=40)) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium(f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1") as browser:
        yield browser


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """The page in a tab of its own, of a sandbox that is as at the start."""
    httpx2.post(f"{url}{PREFIX}reset").raise_for_status()
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        page.goto(url)
        page.get_by_role("heading", name="a sandbox").wait_for()
        yield page
        assert page.problems == []


def test_the_page_needs_no_key_and_loads_nothing_from_elsewhere(url: str) -> None:
    response = httpx2.get(url)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'self'" in response.headers["content-security-policy"]
    for path in ("/", f"{PREFIX}page/page.css", f"{PREFIX}page/page.js", pages.DOCS, f"{PREFIX}page/docs.js"):
        response = httpx2.get(url + path)
        assert response.status_code == 200
        assert "//" not in response.text.replace("// ", "").replace("http://www.w3.org", "")
    assert httpx2.get(f"{url}{PREFIX}page/%2e%2e/app.py").status_code == 404


def test_the_documentation_sends_what_is_tried_out_here(url: str) -> None:
    for name in ("api", "control"):
        servers = httpx2.get(f"{url}{pages.DOCS}{name}.json").json()["servers"]
        assert [server["url"] for server in servers] == ["/"]


@in_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut_off_and_axe_finds_nothing(page: Any, url: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe, of the dev extra")
    page.set_viewport_size({"width": width, "height": 900})
    httpx2.patch(f"{url}{PREFIX}switches", json={"batch_delay": 60, "faults": ["PRD102.filter.name:ignored"]})
    httpx2.get(f"{url}{PRODUCTS}?name={'long-' * 60}", headers=HEADERS)
    httpx2.post(url + PRODUCTS, headers=HEADERS, json=[product("x")])
    page.locator("#log li").nth(1).wait_for()
    page.get_by_role("button", name="Finish").wait_for()
    page.get_by_role("button", name="Switch PRD102.filter.name:ignored off").wait_for()
    page.locator("#log summary").first.click()
    page.locator("summary", has_text="Operations").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = axe.Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


@in_browser
def test_requests_come_in(page: Any, url: str) -> None:
    assert page.get_by_text("None yet. They come in here").is_visible()
    httpx2.get(f"{url}{PRODUCTS}?limit=0", headers=HEADERS)
    httpx2.post(url + PRODUCTS, headers=HEADERS, json=[product("<b>bold</b>")])
    page.locator("#log li").nth(1).wait_for()
    lines = page.locator("#log summary").all_inner_texts()
    assert [text.split()[:2] for text in lines] == [["POST", "PRD101"], ["GET", "PRD102"]]
    page.locator("#log summary").first.click()
    assert "<b>bold</b>" in page.get_by_label("Request body").inner_text()
    assert "batch_request_id" in page.get_by_label("Answer's body").inner_text()
    assert DEFAULT_KEY not in page.locator("#log").inner_text()
    page.get_by_label("Show", exact=True).fill("400")
    assert page.locator("#log li:visible").count() == 1


@in_browser
def test_it_is_used_with_the_keyboard_alone(page: Any, url: str) -> None:
    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "[document.activeElement.labels?.[0]?.innerText, document.activeElement.ariaLabel,"
                " document.activeElement.innerText].filter(Boolean).map((text) => text.trim())[0] ?? ''"
            )
            if focused.startswith(name):
                shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert shown != "none", f"{name} doesn't show that it has the focus"
                return
        raise AssertionError(f"Tab never comes to {name}")

    tab_to("Skip to the requests")
    tab_to("A batch takes")
    page.keyboard.press("Control+A")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    page.get_by_text("The switches are set.").wait_for()
    assert httpx2.get(f"{url}{PREFIX}switches").json()["batch_delay"] == 60
    httpx2.put(f"{url}{PREFIX}clock", json={"frozen": True})
    httpx2.post(url + PRODUCTS, headers=HEADERS, json=[product("x")])
    page.get_by_role("button", name="Finish").wait_for()
    tab_to("Break a promise")
    page.keyboard.type("PRD102.filter.name:ignored")
    page.keyboard.press("Enter")
    page.get_by_text("The fault is on.").wait_for()
    tab_to("Finish")
    page.keyboard.press("Space")
    page.get_by_text("The batch is finished.").wait_for()
    assert [batch["over"] for batch in httpx2.get(f"{url}{PREFIX}batches").json()] == [True]
    tab_to("Begin anew")
    page.keyboard.press("Enter")
    page.get_by_text("Everything is as at the start.").wait_for()
    assert httpx2.get(f"{url}{PREFIX}switches").json()["faults"] == []


@in_browser
def test_what_is_refused_is_said(page: Any) -> None:
    page.get_by_label("Break a promise").fill("PRD102.filter.nmae:ignored")
    page.get_by_role("button", name="Switch on").click()
    page.get_by_text("did you mean").wait_for()
    # Chromium notes every answer of 400 and more on the console.
    page.problems[:] = [problem for problem in page.problems if "400" not in problem]


@in_browser
def test_failures_clock_and_snapshot(page: Any, url: str) -> None:
    page.get_by_role("button", name="Take a snapshot").click()
    page.get_by_text("The snapshot is taken.").wait_for()
    page.get_by_role("button", name="Freeze").click()
    page.get_by_text("(stands still)").wait_for()
    page.get_by_label("Move on, seconds").fill("3600")
    before = httpx2.get(f"{url}{PREFIX}clock").json()["now"]
    page.get_by_role("button", name="Move on").click()
    page.get_by_text("The clock was moved on.").wait_for()
    assert httpx2.get(f"{url}{PREFIX}clock").json()["now"] > before
    page.get_by_label("Times").fill("2")
    page.get_by_role("button", name="Let the next fail").click()
    page.get_by_text("2 × any operation: 503").wait_for()
    assert httpx2.get(url + PRODUCTS, headers=HEADERS).status_code == 503
    page.get_by_role("button", name="Back to the snapshot").click()
    page.get_by_text("Rows and batches are as they were.").wait_for()


@in_browser
def test_the_documentation_works_offline_and_knows_the_key(page: Any, url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("link", name="Try the API out").click()
    page.locator("#operations-Products-get_products").click()
    page.locator("#operations-Products-get_products button", has_text="Execute").click()
    page.locator("#operations-Products-get_products .live-responses-table .response-col_status").last.wait_for()
    assert [one for one in asked if not one.startswith((url, "data:"))] == []
    last = httpx2.get(f"{url}{PREFIX}requests").json()[-1]
    assert (last["operation"], last["status"]) == ("PRD102", 200)


@in_browser
def test_another_machine_unlocks_it_with_the_control_key(browser: Any, contract: Contract) -> None:
    settings = Settings(products=2, control_key="canary-77")
    with serve(contract, settings) as url, browser.new_context() as context:
        page = context.new_page()
        page.goto(url.replace("127.0.0.1", ELSEWHERE))
        page.get_by_text("A control key is needed").wait_for()
        page.get_by_label("Control key").fill("canary-77")
        page.get_by_role("button", name="Unlock").click()
        page.get_by_role("heading", name="a sandbox").wait_for()
        page.get_by_role("button", name="Take a snapshot").click()
        page.get_by_text("The snapshot is taken.").wait_for()
