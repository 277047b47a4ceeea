"""Every format, read by somebody else's reader, with the strings that a hostile or careless server may send."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped, TestCase
from markdown_it import MarkdownIt
from markupsafe import escape
from otr_ctrf_bridge.ctrf import parse_ctrf
from rich.console import Console
from sarif_pydantic import Sarif

from conformance.commands.terminal import summary, violation_lines
from conformance.reports.difference import marked, marked_response
from conformance.reports.formats import FILES, FORMATS, write_all
from conformance.reports.html import TEMPLATES, html
from conformance.reports.markdown import markdown
from conformance.reports.model import Report, Waiver
from conformance.verdict import Outcome, Reason
from tests.conformance.made_up import contract, documented, inferred, outcome, report, violated

HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;<!--",
    "closing": "</script></pre></style></title>--></details>]]>{{ 7*7 }}{% raw %}",
    "ansi": "\x1b[2J\x1b[31mred\x1b]0;title\x07 \x9b1m",
    "newlines": "one\ntwo\r\nthree\r\rfour\x0b\x0c\x85\u2028\u2029five",
    "right-to-left": "\u202eevil\u202c \u2066x\u2069 \u200f\u061c \u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "controls": "".join(map(chr, [*range(32), 127, *range(128, 160), 0xFFFE, 0xFFFF, 0xFDD0])),
    "surrogates": "a\ud800b\udfffc\udc80",
    "zero-width": "a\u200bb\u200dc\ufeff\u00ad",
    "markdown": "# h\n- [x](javascript:alert(1)) `code` ``` **b** | a | <b> ~~~ @you #1 ![i](x)\n```\n|-|",
    "xml": "]]> <![CDATA[ <?xml ?> <!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]> &e; &#0;",
    "rich": "[bold red]x[/bold red] [link=file:///]y[/] [/]",
    "percent": "%s %d {0} {x} ${jndi:ldap://x} $(id) `id`",
    "megabyte": "x\u00e9<" * 350_000,
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1f9\U0001f1f7 Z\u0351\u036b\u0343",
    "empty": "",
}


def hostile_report(folder: Path, text: str) -> Report:
    """A report whose every free text is hostile."""
    one, two, three, four, five = documented(5)
    waiver: Waiver = {
        "clause": five.id,
        "reason": text[:500] or "-",
        "owner": text[:500] or "-",
        "expires": "2026-12-31",
    }
    outcomes = [
        violated(one, text, chain=3),
        Outcome(two, "not-exercised", reason=Reason("no-data", text)),
        Outcome(three, "error", reason=Reason("own-fault", text)),
        Outcome(four, "held", witnesses=1, survivors=(text,)),
        violated(five, text),
        violated(inferred(), text),
    ]
    return report(folder, outcomes, waivers=[waiver], notes=[text], stopped=text or None)


@pytest.fixture(params=HOSTILE, scope="module")
def hostile(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A report for each of the hostile texts."""
    return hostile_report(tmp_path_factory.mktemp("hostile"), HOSTILE[request.param])


class Page(HTMLParser):
    """What a browser would make of a page: its elements and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "input", "br", "link", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_html_holds_no_element_of_the_servers_making(hostile: Report) -> None:
    page = Page(html(hostile))
    assert page.open == []
    tags = [tag for tag, _ in page.elements]
    assert tags.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "link", "base", "svg"} & set(tags)
    for tag, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes), (tag, attributes)
        assert not (attributes.get("href") or "#").startswith("javascript:")
        assert "src" not in attributes


def test_html_is_small_and_needs_no_network(hostile: Report) -> None:
    page = html(hostile)
    assert len(page.encode()) < 2_000_000
    assert "default-src 'none'" in page
    assert not re.search(r"url\(|@import|<link", page)


def test_html_deep_links_lead_somewhere(hostile: Report) -> None:
    page = Page(html(hostile))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes.get("href") or "" for tag, attributes in page.elements if tag == "a"}
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert {clause.id for clause in contract().clauses} <= set(ids)


def test_junit_is_read_by_junitparser(hostile: Report) -> None:
    suites = JUnitXml.fromstring(FORMATS["junit"][1](hostile, ()).encode())
    cases: dict[str, TestCase] = {case.name: case for suite in suites for case in suite}
    assert set(cases) == {clause["id"] for clause in hostile["clauses"]}
    one, two, three, four, five = (cases[clause.id] for clause in documented(5))
    assert [type(case.result[0]) for case in (one, two, three, five)] == [Failure, Skipped, Error, Skipped]
    assert four.result == []
    assert five.result[0].type == "waived"
    assert cases[inferred().id].result[0].type == "advice"
    assert (suites.tests, suites.failures, suites.errors) == (len(cases), 1, 1)
    suite = ElementTree.fromstring(FORMATS["junit"][1](hostile, ()))[0]
    properties = {element.get("name"): element.get("value") for element in suite.iter("property")}
    assert (properties["seed"], properties["document.sha256"]) == ("7", contract().sha256)


def test_junit_has_only_what_the_common_schema_knows(hostile: Report) -> None:
    known = {
        "testsuites": {"name", "time", "tests", "failures", "errors"},
        "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
        "properties": set(),
        "property": {"name", "value"},
        "testcase": {"name", "classname", "time"},
        "failure": {"type", "message"},
        "error": {"type", "message"},
        "skipped": {"type", "message"},
    }
    for element in ElementTree.fromstring(FORMATS["junit"][1](hostile, ())).iter():
        assert set(element.attrib) <= known[element.tag]


def test_ctrf_is_read_by_a_consumer(hostile: Report) -> None:
    data = json.loads(FORMATS["ctrf"][1](hostile, ()))
    tests = parse_ctrf(data)
    assert [test.name for test in tests] == [clause["id"] for clause in hostile["clauses"]]
    summary = data["results"]["summary"]
    assert summary["tests"] == sum(summary[s] for s in ("passed", "failed", "skipped", "pending", "other"))
    assert (summary["failed"], summary["other"]) == (2, 2)


def test_sarif_is_read_by_a_consumer_and_points_at_the_document(hostile: Report) -> None:
    text = FORMATS["sarif"][1](hostile, ())
    run = Sarif.model_validate_json(text).runs[0]
    results = run.results or []
    assert [result.rule_id for result in results] == [c["id"] for c in hostile["clauses"] if c["verdict"] == "violated"]
    for result in results:
        clause = contract().clause(result.rule_id or "")
        assert clause is not None
        place = result.locations[0].physical_location if result.locations else None
        assert place is not None
        assert place.region is not None
        assert place.region.start_line == clause.location.line
    assert ["suppressions" in result for result in json.loads(text)["runs"][0]["results"]].count(True) == 1


def test_markdown_shows_no_element_of_the_servers_making(hostile: Report) -> None:
    text = markdown(hostile)
    assert len(text.encode()) < 1_000_000
    allowed = ("<details><summary>Not exercised, and what was missing</summary>", "</details>")
    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(text)
    for element in allowed:
        page = page.replace(element, "")
    elements = {tag for tag, _ in Page(page.replace("<hr />", "").replace("<br />", "")).elements}
    assert elements <= {"h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr", "th", "td"}


def test_the_badge_is_xml(hostile: Report) -> None:
    assert ElementTree.fromstring(FORMATS["badge"][1](hostile, ())).tag == "{http://www.w3.org/2000/svg}svg"


def test_no_format_holds_a_character_that_acts(hostile: Report) -> None:
    for name, (_, make) in FORMATS.items():
        text = make(hostile, ())
        text.encode("utf-8")
        acting = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
        assert not re.search(acting, text), name


def test_a_terminal_is_shown_no_character_that_acts(hostile: Report, capsys: pytest.CaptureFixture[str]) -> None:
    summary(hostile, Console(highlight=False, soft_wrap=True, width=200))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", capsys.readouterr().out)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_violation_is_shown_in_a_few_lines(name: str) -> None:
    lines = violation_lines(violated(documented(1)[0], HOSTILE[name]), "x")
    assert all(len(line) < 2_100 for line in lines)
    assert not any(re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]", line) for line in lines)


@pytest.mark.slow
def test_the_report_of_20_000_requests_is_small(tmp_path: Path) -> None:
    every = [violated(clause, "a long answer " * 400, chain=9) for clause in contract().clauses]
    found = report(tmp_path, every, answers=20_000)
    assert found["timings"]["PRD102"]["answers"] == {"200": 20_000}
    assert sum(found["timings"]["PRD102"]["histogram"]) == 20_000
    assert len(html(found).encode()) < 2_000_000


def test_the_difference_is_marked_and_escaped() -> None:
    shown = marked("price <b>89.90</b> in TRY", "price <b>89.95</b> in TRY")
    assert shown == "price &lt;b&gt;89.<mark>90</mark>&lt;/b&gt; in TRY"
    assert "<mark>" not in marked("each row on one page", "something else altogether, with nothing alike")


def test_the_difference_is_marked_in_the_response() -> None:
    body = '200 {"count": 20, "next": "/?page=2&limit=20", "results": [{"sku": "A+1-b"}, {"sku": "<C>"}]}'
    shown = str(marked_response(body, "a count of 21: page 2 shows A+1-b", '20, and no "<C>"'))
    assert '&#34;count&#34;: <mark class="observed">20</mark>, ' in shown
    assert "limit=20&#34;" in shown
    assert '<mark class="expected">A+1-b</mark>' in shown
    assert '<mark class="observed">&lt;C&gt;</mark>' in shown
    assert "<mark" not in marked_response(body, "20 rows of A+1-b", "20 rows of A+1-b")
    assert marked_response(body, "", "") == escape(body)


def test_past_reports_make_a_trend(tmp_path: Path) -> None:
    clause = documented(1)[0]
    past = [
        report(tmp_path, [violated(clause)], started=datetime(2026, 2, 1, tzinfo=UTC)),
        report(tmp_path, [], started=datetime(2026, 2, 2, tzinfo=UTC)),
    ]
    elsewhere = report(tmp_path, [], target="https://other.example", started=datetime(2026, 2, 3, tzinfo=UTC))
    page = html(report(tmp_path, [outcome(clause, "not-exercised")]), [*past, elsewhere])
    assert "over time: 2026-02-01 violated, 2026-02-02 held, 2026-03-01 not-exercised" in page
    assert "over time" not in html(report(tmp_path, []))


def test_the_summary_is_appended_to_a_jobs_summary_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "step.md"
    page.write_text("before\n", "utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    found = report(tmp_path, [])
    write_all(tmp_path / "report", found)
    assert page.read_text("utf-8") == "before\n" + markdown(found)
    assert {path.name for path in (tmp_path / "report").iterdir()} == set(FILES)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, by WCAG 2.2."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_text_can_be_read_by_wcag_aa(theme: int) -> None:
    style = (TEMPLATES / "report.css").read_text("utf-8")
    found = re.findall(r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
    colours = {name: pair[theme] for name, *pair in found}
    verdicts = [name.removesuffix("-back") for name in colours if name.endswith("-back")]
    assert set(verdicts) == {"held", "violated", "error", "not-exercised", "skipped"}
    pairs = [(text, background) for text in ("text", "soft", "link", *verdicts) for background in ("page", "raised")]
    # A cell of the matrix may count any verdict on the background of the worst; notes and answers stand on them too.
    pairs += [(text, f"{verdict}-back") for verdict in verdicts for text in ("text", *verdicts)]
    pairs += [("page", verdict) for verdict in ("held", "violated", "not-exercised")]
    low = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}
