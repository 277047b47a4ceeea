# Copied from the client generator's runtime; not to be edited here.
"""What packages export beside their own names."""

from __future__ import annotations

from .base import RawResponse
from .batches import AsyncBatch, Batch, BatchResult, Outcome
from .bulk_options import Progress
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
    BulkTimeoutError,
    ConfigurationError,
    ConflictError,
    ConnectTimeoutError,
    ContentTypeError,
    InternalServerError,
    InvalidRequestError,
    JournalError,
    NotFoundError,
    NotModifiedError,
    PaginationError,
    PermissionDeniedError,
    RateLimitError,
    ReadTimeoutError,
    RedirectError,
    ResponseTooLargeError,
    ServiceUnavailableError,
    UnknownFieldWarning,
    UnprocessableEntityError,
)
from .flow import Request, Timeout
from .pages import AsyncPage, AsyncPager, Page
from .rows import AsyncRowStream, RowStream
from .salvage import problems_of
from .streams import AsyncStreamedResponse, ServerSentEvent, StreamedResponse
from .types import UNSET, File, NotModified, Redirect, Unset
from .variants import Unknown

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
    "AsyncRowStream",
    "AsyncStreamedResponse",
    "AuthenticationError",
    "BadRequestError",
    "Batch",
    "BatchResult",
    "BatchTimeoutError",
    "BulkTimeoutError",
    "ConfigurationError",
    "ConflictError",
    "ConnectTimeoutError",
    "ContentTypeError",
    "Event",
    "File",
    "Hooks",
    "InternalServerError",
    "InvalidRequestError",
    "JournalError",
    "NotFoundError",
    "NotModified",
    "NotModifiedError",
    "Outcome",
    "Page",
    "PaginationError",
    "PermissionDeniedError",
    "Progress",
    "RateLimitError",
    "RawResponse",
    "ReadTimeoutError",
    "Redirect",
    "RedirectError",
    "Request",
    "RequestOptions",
    "ResponseTooLargeError",
    "RowStream",
    "ServerSentEvent",
    "ServiceUnavailableError",
    "StreamedResponse",
    "Timeout",
    "Unknown",
    "UnknownFieldWarning",
    "UnprocessableEntityError",
    "Unset",
    "problems_of",
]
