"""How many rows a collection has, kept beside them by triggers, so that nobody has to count them.

There is a number for each combination of values of the columns that filters narrow by default. A condition on these
columns alone, or none at all, needs no look at the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, Column, Connection, Dialect, Executable, Index, Select, Table, event
from sqlalchemy.sql import visitors
from sqlalchemy.sql.expression import ColumnClause, FromClause, SelectBase, TextClause
from sqlalchemy.sql.visitors import ExternallyTraversible

from conformance.sandbox.lookups import Predicate

NUMBER = "$number"
_KEPT = "kept by triggers"

_SQLITE = (
    "CREATE TRIGGER {added} AFTER INSERT ON {rows} BEGIN {more} END",
    "CREATE TRIGGER {removed} AFTER DELETE ON {rows} BEGIN {less} END",
    "CREATE TRIGGER {moved} AFTER UPDATE OF {columns} ON {rows} WHEN NOT ({same}) BEGIN {less} {more} END",
)
_SQLITE_MORE = """
  INSERT INTO {counts} SELECT {new}0 WHERE NOT EXISTS (SELECT 1 FROM {counts} WHERE {is_new});
  UPDATE {counts} SET "$number" = "$number" + 1 WHERE {is_new};
"""
_SQLITE_LESS = 'UPDATE {counts} SET "$number" = "$number" - 1 WHERE {is_old};'

# Transactions that counted in one record would wait for each other, so each adds a record of its own.
_FUNCTION = (
    "CREATE FUNCTION {%s}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO {counts} %s; RETURN NULL; END $$"
)
_POSTGRESQL = (
    _FUNCTION % ("added", "SELECT {each}count(*) FROM come {grouped} HAVING count(*) > 0"),
    _FUNCTION % ("removed", "SELECT {each}-count(*) FROM gone {grouped} HAVING count(*) > 0"),
    _FUNCTION % ("moved", "VALUES ({old}-1), ({new}1)"),
    "CREATE TRIGGER added AFTER INSERT ON {rows} REFERENCING NEW TABLE AS come"
    " FOR EACH STATEMENT EXECUTE FUNCTION {added}()",
    "CREATE TRIGGER removed AFTER DELETE ON {rows} REFERENCING OLD TABLE AS gone"
    " FOR EACH STATEMENT EXECUTE FUNCTION {removed}()",
    "CREATE TRIGGER moved AFTER UPDATE ON {rows} FOR EACH ROW WHEN (NOT ({same})) EXECUTE FUNCTION {moved}()",
)


def beside(rows: Table, columns: Sequence[Column[Any]]) -> Table:
    """The table of the numbers of `rows`, by these columns of theirs; its triggers are made with the rows' table."""
    kept = [Column(column.name, column.type) for column in columns]
    counts = Table(
        f"{rows.name}$count",
        rows.metadata,
        *kept,
        Column(NUMBER, BigInteger),
        *([Index(f"{rows.name}$counted", *kept)] if kept else []),
        info={_KEPT: True},
    )

    def make(_: Table, connection: Connection, **__: Any) -> None:
        for statement in _statements(connection.dialect, rows, counts):
            connection.exec_driver_sql(statement)

    event.listen(rows, "after_create", make)
    return counts


def is_kept(table: Table) -> bool:
    """True for a table of numbers: nobody but its triggers writes it."""
    return _KEPT in table.info


def known(rows: Table, counts: Table, where: Predicate) -> Select[int] | None:
    """How many rows there are for which `where` is true; None where that can't be known without looking at them."""
    kept = {rows.c[column.name]: column for column in counts.columns if column.name != NUMBER}
    for part in visitors.iterate(where):
        if isinstance(part, SelectBase | FromClause | TextClause):
            return None
        if isinstance(part, ColumnClause) and not (isinstance(part, Column) and part in kept):
            return None

    def adapted(element: ExternallyTraversible, **_: Any) -> ExternallyTraversible | None:
        return kept.get(element) if isinstance(element, Column) else None

    found = sa.func.coalesce(sa.func.sum(counts.c[NUMBER]), 0)
    return sa.select(sa.cast(found, BigInteger)).where(visitors.replacement_traverse(where, {}, adapted))


def summed_up(counts: Table) -> Executable:
    """The statement that makes few records of the many that PostgreSQL's transactions added."""
    *columns, number = counts.columns
    gone = sa.delete(counts).returning(*counts.columns).cte("gone")
    total = sa.func.sum(gone.c[NUMBER])
    left = sa.select(*(gone.c[c.name] for c in columns), total).having(total != 0)
    if columns:
        left = left.group_by(*(gone.c[column.name] for column in columns))
    return sa.insert(counts).from_select([*(column.name for column in columns), number.name], left)


def _statements(dialect: Dialect, rows: Table, counts: Table) -> list[str]:
    """What makes the triggers."""
    quote, postgresql = dialect.identifier_preparer.quote, dialect.name == "postgresql"
    columns = [quote(column.name) for column in counts.columns if column.name != NUMBER]
    table = quote(counts.name)

    def of(record: str) -> str:
        return "".join(f"{record}.{column}, " for column in columns)

    def equal(one: str, other: str) -> str:
        same = "IS NOT DISTINCT FROM" if postgresql else "IS"
        return " AND ".join(f"{one}.{column} {same} {other}.{column}" for column in columns) or "true"

    names = {name: quote(f"{counts.name}/{name}") for name in ("added", "removed", "moved")}
    less = _SQLITE_LESS.format(counts=table, is_old=equal(table, "OLD"))
    more = _SQLITE_MORE.format(counts=table, is_new=equal(table, "NEW"), new=of("NEW"))
    made = [
        one.format(
            **names,
            rows=quote(rows.name),
            counts=table,
            columns=", ".join(columns),
            same=equal("OLD", "NEW"),
            more=more,
            less=less,
            old=of("OLD"),
            new=of("NEW"),
            each="".join(f"{column}, " for column in columns),
            grouped=f"GROUP BY {', '.join(columns)}" if columns else "",
        )
        for one in (_POSTGRESQL if postgresql else _SQLITE)
        if columns or "{moved}" not in one
    ]
    return [one.replace("%", "%%") for one in made] if postgresql else made
