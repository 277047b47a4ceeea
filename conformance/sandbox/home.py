"""The page at `/`: what this is and how to call it."""

from __future__ import annotations

from html import escape

from spec import Contract

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sandbox: {title}</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
  pre {{ background: #f4f4f4; padding: .75rem; overflow-x: auto; }}
  td {{ padding: .15rem 1rem .15rem 0; vertical-align: top; }}
  code {{ font-size: .9rem; }}
</style>
<h1>{title}: a sandbox</h1>
<p>A server that behaves as <a href="/openapi.yaml">its document</a> says (version {version}), with made-up data.
Nothing here is anybody's product; change what you like.</p>
<p>Send the key in every request. It is the one that the sandbox was started with, <code>sandbox-key</code> where it
was given none:</p>
<pre>export PRD_API_KEY=sandbox-key
{curl}</pre>
<table>{operations}</table>
{faults}</html>
"""


def page(contract: Contract, base_url: str, faults: tuple[str, ...]) -> str:
    """The page as HTML."""
    first = next((o for o in contract.operations if o.pagination and o.filters), contract.operations[0])
    header = next((s.parameter for s in contract.security_schemes if s.place == "header"), "Authorization")
    rows = "".join(
        f"<tr><td>{escape(o.code)}<td><code>{escape(o.method)} {escape(o.path)}</code><td>{escape(o.summary)}"
        for o in contract.operations
    )
    wrong = "".join(f"<li><code>{escape(id)}</code>" for id in faults)
    return _PAGE.format(
        title=escape(contract.title),
        version=escape(contract.version),
        curl=escape(f"curl --header \"{header}: $PRD_API_KEY\" '{base_url}{first.path}'"),
        operations=rows,
        faults=f"<p>Faults that are switched on:<ul>{wrong}</ul>" if faults else "",
    )
