"""The page of a report in a headless browser: at three widths, by axe, on paper, and its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from conformance.reports.formats import write_all
from conformance.reports.model import Report
from conformance.verdict import Outcome, Reason
from tests.browser import chromium, in_browser
from tests.conformance.made_up import contract, report, violated

WIDTHS = (360, 768, 1280)
ALIKE = 20

pytestmark = in_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def _of(name: str) -> Any:
    return next(clause for clause in contract().clauses if clause.id == name)


def _bad(folder: Path) -> Report:
    """Violations, advice, a waiver, gaps, errors, and what wasn't exercised."""
    ids = ("PRD102.page.count", "PRD108.page.count", "PRD102.filter.name", "PRD101.param.accepted.Accept-Language")
    blocked = Reason("blocked-by", "the list goes on", clause="PRD102.page.count")
    outcomes = [
        *(violated(_of(name), 'a row that isn\'t one: sku="A-1", name="Göz <b>"', chain=12) for name in ids),
        Outcome(_of("PRD102.page.next"), "not-exercised", reason=blocked),
        Outcome(_of("PRD102.page.past-end"), "not-exercised", reason=Reason("no-data", "there are no rows")),
        Outcome(_of("PRD102.edges"), "error", reason=Reason("own-fault", "a fault of the suite's own: " + "x" * 300)),
        Outcome(_of("PRD101.write.inserts"), "skipped", reason=Reason("needs-writes", "needs writes (--writes)")),
    ]
    waiver: Any = {
        "clause": "PRD102.filter.name",
        "reason": "the index lags",
        "owner": "Ada",
        "expires": "2030-01-31",
        "issue": "https://issues.example/42",
    }
    gaps: Any = [{"clause": "PRD102.page.past-end", "reason": "few rows"}]
    return report(folder, outcomes, waivers=[waiver], gaps=gaps, notes=["A note. " + "k" * 200])


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A page with violations and a history, and a green one."""
    found = {}
    past = report(tmp_path_factory.mktemp("past"), [], started=datetime(2026, 2, 1, tzinfo=UTC))
    for name, make in (("bad", _bad), ("green", lambda folder: report(folder, []))):
        folder = tmp_path_factory.mktemp(name)
        write_all(folder, make(folder), [past])
        found[name] = folder / "report.html"
    return found


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        yield page
        assert page.problems == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["bad", "green"])
def test_axe_finds_nothing_and_every_column_is_reached(
    page: Any, pages: dict[str, Path], name: str, width: int
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe, of the dev extra")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pages[name].as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    beyond = """[...document.querySelectorAll('td:not(.none)')]
        .filter((cell) => cell.getBoundingClientRect().right > innerWidth).map((cell) => cell.textContent)"""
    assert page.evaluate(beyond) == []
    # The clauses of one verdict look alike, so axe needs a few of each.
    alike = f"[...document.querySelectorAll('.clause[data-verdict=held]')].slice({ALIKE})"
    page.evaluate(f"{alike}.forEach((one) => one.remove())")
    found = axe.Axe().run(page).response["violations"]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found] == []


def test_a_green_report_takes_less_than_six_pages(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["green"].as_uri())
    printed = page.pdf(format="A4", print_background=True)
    assert 0 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 6


def _shown(page: Any, selector: str, attribute: str) -> list[str]:
    shown: list[str] = page.evaluate(
        "([selector, name]) => [...document.querySelectorAll(selector)]"
        ".filter((one) => one.offsetParent).map((one) => one.dataset[name])",
        [selector, attribute],
    )
    return shown


def test_the_filters_stand_in_the_address(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["bad"].as_uri())
    page.get_by_role("button", name="violated").click()
    page.get_by_label("Search the clauses").fill("count")
    address = page.evaluate("location.href")
    assert address.endswith("#?q=count&verdict=violated")
    wanted = ["PRD108.page.count", "PRD102.page.count"]
    assert _shown(page, ".clause", "id") == wanted
    page.goto("about:blank")
    page.goto(address)
    assert page.get_by_label("Search the clauses").input_value() == "count"
    assert _shown(page, ".clause", "id") == wanted
    page.keyboard.press("Escape")
    assert "#" not in page.evaluate("location.href")
    assert len(_shown(page, ".clause", "id")) == len(contract().clauses)


def test_a_cell_of_the_matrix_opens_its_cards(page: Any, pages: dict[str, Path]) -> None:
    page.goto(pages["bad"].as_uri())
    page.get_by_role("link", name=re.compile(r"^PRD102\.page: 1 violated")).click()
    # The address changes first, the page follows in an event of its own.
    page.wait_for_function("document.activeElement.dataset.clause === 'PRD102.page.count'")
    assert page.evaluate("location.hash") == "#?in=PRD102.page"
    assert _shown(page, ".card", "clause") == ["PRD102.page.count"]
    assert {id.rpartition(".")[0] for id in _shown(page, ".clause", "id")} == {"PRD102.page"}
    page.get_by_role("button", name="Show all").click()
    assert set(_shown(page, ".card", "clause")) >= {"PRD108.page.count", "PRD102.filter.name"}


def test_a_link_to_a_folded_card_unfolds_it(page: Any, pages: dict[str, Path]) -> None:
    page.goto(f"{pages['bad'].as_uri()}#PRD102.page.count")
    assert "PRD102.page.count" in _shown(page, ".card", "clause")
