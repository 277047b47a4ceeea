"""What packages export beside their own names."""

from __future__ import annotations

from .base import RawResponse
from .batches import AsyncBatch, Batch, BatchResult, Outcome
from .call import Event, Hooks, RequestOptions
from .errors import (
    APIConnectionError,
    APIError,
    APIResponseError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadRequestError,
    BatchTimeoutError,
    ConfigurationError,
    ConflictError,
    InternalServerError,
    InvalidRequestError,
    NotFoundError,
    PaginationError,
    PermissionDeniedError,
    RateLimitError,
    UnprocessableEntityError,
)
from .flow import Timeout
from .pages import AsyncPage, AsyncPager, Page
from .types import UNSET, File, Unset

__all__ = [
    "UNSET",
    "APIConnectionError",
    "APIError",
    "APIResponseError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncBatch",
    "AsyncPage",
    "AsyncPager",
    "AuthenticationError",
    "BadRequestError",
    "Batch",
    "BatchResult",
    "BatchTimeoutError",
    "ConfigurationError",
    "ConflictError",
    "Event",
    "File",
    "Hooks",
    "InternalServerError",
    "InvalidRequestError",
    "NotFoundError",
    "Outcome",
    "Page",
    "PaginationError",
    "PermissionDeniedError",
    "RateLimitError",
    "RawResponse",
    "RequestOptions",
    "Timeout",
    "UnprocessableEntityError",
    "Unset",
]
