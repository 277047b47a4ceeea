"""How many rows a page has: as many as its limit says, the default where there is none, all where nothing is paged."""

from __future__ import annotations

from conformance.laws.law import blocked_by, law, operation_of, rests_on
from conformance.laws.walks import limits_of, same_rows, unnumbered, walks
from conformance.reading.context import Page, RunContext, get, paged, read_page
from conformance.reading.listing import response_excerpt
from conformance.reading.sample import base_query, identity, sample_of
from conformance.verdict import Finding, Held, Result, not_exercised
from spec import Clause, Cursor


@law("page.default-page", requests=2)
@rests_on("page.stable")
def default_page(context: RunContext, clause: Clause) -> Result:
    """A request that names no page is answered with the first."""
    operation = operation_of(context, clause)
    form, without = operation.pagination.form if operation.pagination else None, unnumbered(context, operation)
    if without is None or form is None or isinstance(form, Cursor):
        return not_exercised("not-applicable", "no parameter names a page")
    base = base_query(context, operation)
    given = context.page(operation, paged(operation, base, page=1, limit=limits_of(context, operation)[0]))
    if not given.rows or not given.partial:
        return not_exercised("no-data", "there are fewer rows than two pages need")
    return same_rows(operation, without, given, f"the rows of {form.parameter}={form.default}") or Held(1)


@law("page.default-limit")
@rests_on("page.stable", "page.limit")
def default_limit(context: RunContext, clause: Clause) -> Result:
    """No limit is the declared default."""
    operation = operation_of(context, clause)
    limit = operation.pagination.limit if operation.pagination else None
    if limit is None or limit.default is None:
        return not_exercised("not-applicable", "no limit has a default")
    base = base_query(context, operation)
    without = context.page(operation, base)
    given = context.page(operation, paged(operation, base, limit=limit.default))
    if sample_of(context, operation).least <= limit.default:
        return not_exercised("no-data", f"there are no more than {limit.default} rows")
    if without.is_page and len(without.rows) != limit.default:
        return Finding(f"{limit.default} rows", f"{len(without.rows)} rows", (without.exchange,))
    return same_rows(operation, without, given, f"the rows of {limit.parameter}={limit.default}") or Held(1)


@law("page.limit", requests=7)
def limit_law(context: RunContext, clause: Clause) -> Result:
    """A page has as many rows as its limit, up to a cap of the server's own."""
    operation = operation_of(context, clause)
    known = sample_of(context, operation)
    if not known.least:
        return not_exercised("no-data", "the list shows no rows")
    asked = (1, 2, 7, 10, 20, 50, 51, 100, 200)
    useful = [n for n in asked if n <= known.least] + [n for n in asked if n > known.least][:2]
    requests = {n: get(operation, paged(operation, known.base, page=1, limit=n)) for n in useful}
    context.prefetch(requests.values())
    pages = {n: read_page(operation, context.send(request)) for n, request in requests.items()}
    shown = {n: page for n, page in pages.items() if page.is_page}
    if not shown:
        return blocked_by(context, clause, "response.status", "no limit is answered with a page")
    longest = max(len(page.rows) for page in shown.values())
    before: Page | None = None
    for n, page in shown.items():
        got, count = len(page.rows), page.count if page.count is not None else known.least
        if got > n:
            return Finding(f"at most {n} rows", f"{got} rows", (page.exchange,))
        if before is not None and got < min(len(before.rows), count):
            return Finding(
                f"no fewer rows than the {len(before.rows)} of a smaller limit",
                f"{got} rows",
                (before.exchange, page.exchange),
            )
        if got < min(n, count, longest):
            return Finding(f"{min(n, count)} rows", f"{got} rows", (page.exchange,))
        before = page
    if known.least < 2:
        return not_exercised("no-data", "one row is on one page whatever the limit")
    return Held(sum(n < known.least for n in shown))


@law("page.unasked")
@rests_on("page.stable", "page.complete")
def unasked(context: RunContext, clause: Clause) -> Result:
    """A request that doesn't ask for a page is answered with all rows."""
    operation = operation_of(context, clause)
    names = operation.pagination.parameters if operation.pagination else ()
    plain = tuple(pair for pair in base_query(context, operation) if pair[0] not in names)
    found = [w for w in walks(context, operation) if w.whole]
    if not found:
        return not_exercised("no-data", "the list shows no rows, or so many that they weren't all read")
    page = context.page(operation, plain)
    if not page.is_page:
        return Finding("200 with all rows", response_excerpt(page.exchange), (page.exchange,))
    shown = {identity(operation, row) for row in page.rows}
    for w in found:
        for one in w.pages.values():
            missing = [name for row in one.rows if (name := identity(operation, row)) not in shown]
            if missing:
                return Finding(
                    f"all rows, {missing[0]} among them",
                    f"{len(page.rows)} rows without it",
                    (one.exchange, page.exchange),
                )
    several = any(w.last > 1 for w in found)
    return Held(1) if several else not_exercised("no-data", "there are fewer rows than two pages need")
