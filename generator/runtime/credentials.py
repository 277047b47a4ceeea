"""The store of secrets, and the only place that hands them out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import isawaitable
from typing import Literal, TypeAlias, cast
from urllib.parse import quote

from .errors import Answer, ConfigurationError

Secret: TypeAlias = str | tuple[str, str]
"""A key or token; a user and a password for basic."""

SecretSource: TypeAlias = Secret | Callable[[], Secret | Awaitable[Secret]]
"""A secret, or a function that gives the current one: it is asked for each attempt of a request."""

_HIDDEN = "***"
_SHORTEST = 6
"""A shorter text isn't secret, and its letters may occur anywhere."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to authenticate (OpenAPI 3.1, Security Scheme Object): which value goes where."""

    kind: Literal["key", "bearer", "basic"]
    place: Literal["header", "query", "cookie"] = "header"
    parameter: str = "Authorization"


class Keys:
    """The secrets of one request. Neither `repr` nor pickling nor an error shows one."""

    __slots__ = ("_hidden", "_places")

    def __init__(self, schemes: Mapping[str, Scheme], secrets: Mapping[str, Secret]) -> None:
        # Two schemes in one place share it: the first one's secret goes there.
        self._places: dict[tuple[str, str], tuple[str, str]] = {}
        for name, secret in secrets.items():
            scheme = schemes[name]
            parameter = scheme.parameter.lower() if scheme.place == "header" else scheme.parameter
            self._places.setdefault((scheme.place, parameter), (scheme.parameter, _written(scheme, secret)))
        written = (value for _, value in self._places.values())
        values = {*written, *(part for secret in secrets.values() for part in _parts(secret))}
        long = sorted((value for value in values if len(value) >= _SHORTEST), key=len, reverse=True)
        self._hidden = tuple(text for value in long for text in (value, quote(value, safe="")))

    def __repr__(self) -> str:
        return "<keys>"

    def __reduce__(self) -> str:
        raise TypeError("keys aren't pickled")

    def headers(self) -> list[tuple[str, str]]:
        """The headers that carry the secrets."""
        cookies = [f"{name}={value}" for name, value in self._at("cookie")]
        return [*self._at("header"), ("Cookie", "; ".join(cookies))] if cookies else self._at("header")

    def query(self) -> str:
        """The part of the query that carries the secrets, or an empty string."""
        return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self._at("query"))

    def shown(self, answer: Answer) -> Answer:
        """An answer as it may be shown: one that refuses gets into messages and logs, and may quote a secret."""
        if 200 <= answer.status < 300:
            return answer
        headers, body = dict(answer.headers), answer.body
        for text in self._hidden:
            body = body.replace(text.encode(), _HIDDEN.encode())
            headers = {name: value.replace(text, _HIDDEN) for name, value in headers.items()}
        return Answer(answer.status, headers, body)

    def _at(self, wanted: str) -> list[tuple[str, str]]:
        return [pair for (place, _), pair in self._places.items() if place == wanted]


class Credentials:
    """Secrets by scheme name. Neither `repr` nor pickling nor an error shows one."""

    __slots__ = ("_chosen", "_kept", "_schemes", "_secrets", "_variable")

    def __init__(
        self,
        schemes: Mapping[str, Scheme],
        secrets: Mapping[str, SecretSource],
        variable: str,
    ) -> None:
        """`variable` is where the environment may hold a key; messages name it.

        Raises ConfigurationError for a scheme that the API lacks, or a secret that no header can carry.
        """
        for name, secret in secrets.items():
            if name not in schemes:
                known = ", ".join(sorted(schemes)) or "none"
                raise ConfigurationError(f"there is no security scheme {name!r}; the API has: {known}")
            if not callable(secret):
                _checked(name, secret)
        self._schemes = dict(schemes)
        self._secrets = dict(secrets)
        self._variable = variable
        self._kept: dict[tuple[str, ...], Keys] = {}
        self._chosen: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return f"<credentials for {', '.join(sorted(self._secrets)) or 'nothing'}>"

    def __reduce__(self) -> str:
        raise TypeError("credentials aren't pickled")

    def choose(self, alternatives: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """The first alternative for which every secret is here; going without a key comes last.

        Raises ConfigurationError when there is none; an empty list needs no key.
        """
        if alternatives in self._chosen:
            return self._chosen[alternatives]
        for names in sorted(alternatives, key=lambda names: not names):
            found = [self._holder(name) for name in names]
            if None not in found:
                chosen = tuple(dict.fromkeys(name for name in found if name is not None))
                self._chosen[alternatives] = chosen
                return chosen
        if not alternatives:
            return ()
        wanted = " or ".join(" with ".join(names) for names in alternatives)
        raise ConfigurationError(f"no key was given for {wanted}; pass api_key or set {self._variable}")

    def _holder(self, name: str) -> str | None:
        """The scheme whose secret serves another: itself, or one that puts it in the same place in the same way."""
        same = (other for other in self._secrets if self._schemes[other] == self._schemes.get(name))
        return name if name in self._secrets else next(same, None)

    def keys(self, schemes: tuple[str, ...]) -> Keys:
        """The secrets for one attempt. Raises ConfigurationError for a function that has to be awaited."""
        if schemes in self._kept:
            return self._kept[schemes]
        found: dict[str, Secret] = {}
        for name in schemes:
            secret = self._asked(name)
            if isawaitable(secret):
                getattr(secret, "close", int)()  # else Python warns of a coroutine that was never awaited
                raise ConfigurationError(f"the function for {name} has to be awaited; use AsyncClient")
            found[name] = _checked(name, secret)
        return self._keep(schemes, found)

    async def keys_async(self, schemes: tuple[str, ...]) -> Keys:
        """The same, of functions of either kind."""
        if schemes in self._kept:
            return self._kept[schemes]
        found: dict[str, Secret] = {}
        for name in schemes:
            secret = self._asked(name)
            found[name] = _checked(name, await secret if isawaitable(secret) else secret)
        return self._keep(schemes, found)

    def fingerprint(self, schemes: tuple[str, ...], salt: str) -> str | None:
        """A fingerprint of an account's secrets that reveals none of them; None for secrets that change."""
        fixed = [secret for name in schemes if not callable(secret := self._secrets[name])]
        if len(fixed) < len(schemes):
            return None
        text = "\0".join(part for secret in fixed for part in _parts(secret))
        return hashlib.pbkdf2_hmac("sha256", text.encode(), salt.encode(), 100_000).hex()[:16]

    def _asked(self, name: str) -> Secret | Awaitable[Secret]:
        secret = self._secrets[name]
        return secret() if callable(secret) else secret

    def _keep(self, schemes: tuple[str, ...], found: Mapping[str, Secret]) -> Keys:
        keys = Keys(self._schemes, found)
        if not any(callable(self._secrets[name]) for name in schemes):
            self._kept[schemes] = keys
        return keys


def _checked(name: str, secret: object) -> Secret:
    """A secret that a header or URL can carry. Raises ConfigurationError."""
    if isinstance(secret, str):
        made: Secret = secret
    elif isinstance(secret, tuple):
        user, password = cast("tuple[str, str]", secret)
        made = (user, password)
    else:
        raise ConfigurationError(
            f"the secret for {name} must be text, or user and password, not {type(secret).__name__}"
        )
    if not all(part.isprintable() and part.isascii() for part in _parts(made)):
        raise ConfigurationError(
            f"the secret for {name} has characters that a header can't carry, such as a line break"
        )
    if not all(_parts(made)):
        raise ConfigurationError(f"the secret for {name} is empty")
    return made


def _parts(secret: Secret) -> tuple[str, ...]:
    return (secret,) if isinstance(secret, str) else secret


def _written(scheme: Scheme, secret: Secret) -> str:
    match scheme.kind:
        case "basic":
            return "Basic " + base64.b64encode(":".join(_parts(secret)).encode()).decode()
        case "bearer":
            return f"Bearer {''.join(_parts(secret))}"
        case "key":
            return "".join(_parts(secret))
