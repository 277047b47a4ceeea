"""A bookshop with FastAPI, fastapi-pagination and fastapi-filter over SQLAlchemy, as their manuals have it.

python app.py schema            prints the OpenAPI document
python app.py serve PORT        serves the bookshop with some data, in memory
"""

import json
import socket
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, HTTPException
from fastapi_filter import FilterDepends, with_prefix
from fastapi_filter.contrib.sqlalchemy import Filter
from fastapi_pagination import LimitOffsetPage, Page, add_pagination
from fastapi_pagination.ext.sqlalchemy import paginate
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    born: Mapped[date | None]


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    isbn: Mapped[str]
    pages: Mapped[int]
    price: Mapped[float]
    published: Mapped[date]
    in_print: Mapped[bool]
    subtitle: Mapped[str | None]
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))
    author: Mapped[Author] = relationship(lazy="joined")


class AuthorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    born: date | None


class BookIn(BaseModel):
    title: str
    isbn: str
    pages: int
    price: float
    published: date
    in_print: bool = True
    subtitle: str | None = None
    author_id: int


class BookOut(BookIn):
    model_config = ConfigDict(from_attributes=True)
    id: int
    author: AuthorOut


class AuthorFilter(Filter):
    name: str | None = None
    name__ilike: str | None = None
    name__in: list[str] | None = None
    born__isnull: bool | None = None
    born__gte: date | None = None

    class Constants(Filter.Constants):
        model = Author


class BookFilter(Filter):
    title: str | None = None
    title__neq: str | None = None
    title__like: str | None = None
    title__ilike: str | None = None
    isbn__in: list[str] | None = None
    isbn__not_in: list[str] | None = None
    pages__gt: int | None = None
    pages__gte: int | None = None
    pages__lt: int | None = None
    pages__lte: int | None = None
    price__gte: float | None = None
    price__lt: float | None = None
    published__gte: date | None = None
    published__lt: date | None = None
    in_print: bool | None = None
    subtitle__isnull: bool | None = None
    author: AuthorFilter | None = FilterDepends(with_prefix("author", AuthorFilter))
    order_by: list[str] | None = None
    search: str | None = None

    class Constants(Filter.Constants):
        model = Book
        search_model_fields = ["title", "isbn"]


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]
app = FastAPI(title="Bookshop", version="1.0.0")


@app.get("/books")
def list_books(opened: Opened, wanted: BookFilter = FilterDepends(BookFilter)) -> Page[BookOut]:
    return paginate(opened, wanted.sort(wanted.filter(select(Book).join(Author))))


@app.get("/authors")
def list_authors(opened: Opened, wanted: AuthorFilter = FilterDepends(AuthorFilter)) -> LimitOffsetPage[AuthorOut]:
    return paginate(opened, wanted.filter(select(Author)).order_by(Author.id))


@app.get("/books/{id}")
def get_book(opened: Opened, id: int) -> BookOut:
    return _book(opened, id)


@app.post("/books", status_code=201)
def create_book(opened: Opened, book: BookIn) -> BookOut:
    made = Book(**book.model_dump())
    opened.add(made)
    opened.commit()
    return made


@app.put("/books/{id}")
def replace_book(opened: Opened, id: int, book: BookIn) -> BookOut:
    found = _book(opened, id)
    for name, value in book.model_dump().items():
        setattr(found, name, value)
    opened.commit()
    return found


@app.delete("/books/{id}", status_code=204)
def delete_book(opened: Opened, id: int) -> None:
    opened.delete(_book(opened, id))
    opened.commit()


def _book(opened: Session, id: int) -> Book:
    found = opened.get(Book, id)
    if found is None:
        raise HTTPException(404)
    return found


add_pagination(app)


def fill() -> None:
    """Make the tables, and some rows."""
    Base.metadata.create_all(engine)
    names = ["Ayşe Kulin", "Şule Gürbüz", "O'Brien, Flann", "Ursula K. Le Guin", "100% Anonymous", "a_b", "ursula"]
    words = ["Red", "red", "Kırmızı", "The Left Hand", "100%", "under_score", "Çay", "back\\slash", "a, b & c", "7"]
    with Session(engine) as opened:
        opened.add_all(
            Author(name=name, born=date(1920 + 7 * index, 1 + index, 2 + index) if index % 3 else None)
            for index, name in enumerate(names)
        )
        opened.add_all(
            Book(
                title=f"{words[index % 10]} {words[(index * 3 + 1) % 10]} {index // 10}",
                isbn=f"97{index * 7919 % 10**6:06d}X",
                pages=40 + index * 13 % 400,
                price=(index * 37 % 90) + (index * 11 % 4) / 4,
                published=date(1999, 12, 30) + timedelta(days=index * 97),
                in_print=index % 3 != 0,
                subtitle=[None, "", "A novel", "a NOVEL", "Essays"][index % 5],
                author_id=1 + index % len(names),
            )
            for index in range(60)
        )
        opened.commit()


def main() -> None:
    if sys.argv[1:2] == ["schema"]:
        print(json.dumps(app.openapi(), indent=2, ensure_ascii=False))
        return
    fill()
    with socket.create_server(("127.0.0.1", int(sys.argv[2]))) as listening:
        print(f"READY http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
