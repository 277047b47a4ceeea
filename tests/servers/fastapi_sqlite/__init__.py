"""The Products API in FastAPI, Pydantic, SQLAlchemy and SQLite."""
