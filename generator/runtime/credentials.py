"""Where secrets are kept, and the one place that gives them out."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from .errors import Answer, ConfigurationError

_HIDDEN = "***"
_SHORTEST = 6
"""A shorter secret is no secret, and its letters may stand anywhere."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A way to authenticate (OpenAPI 3.1, Security Scheme Object): what is put where."""

    kind: Literal["key", "bearer", "basic"]
    place: Literal["header", "query", "cookie"] = "header"
    parameter: str = "Authorization"


class Credentials:
    """Secrets by scheme name. Neither `repr` nor pickling nor an error shows one."""

    __slots__ = ("_schemes", "_secrets", "_variable")

    def __init__(
        self,
        schemes: Mapping[str, Scheme],
        secrets: Mapping[str, str | tuple[str, str]],
        variable: str,
    ) -> None:
        """`variable` is where the environment may hold a key; messages name it.

        Raises ConfigurationError for a scheme that the API lacks, or a secret that no header can carry.
        """
        for name, secret in secrets.items():
            if name not in schemes:
                known = ", ".join(sorted(schemes)) or "none"
                raise ConfigurationError(f"there is no security scheme {name!r}; the API has: {known}")
            if not all(part.isprintable() and part.isascii() for part in _parts(secret)):
                raise ConfigurationError(
                    f"the secret for {name} has characters that a header can't carry, such as a line break"
                )
            if not all(_parts(secret)):
                raise ConfigurationError(f"the secret for {name} is empty")
        self._schemes = dict(schemes)
        self._secrets = dict(secrets)
        self._variable = variable

    def __repr__(self) -> str:
        return f"<credentials for {', '.join(sorted(self._secrets)) or 'nothing'}>"

    def __reduce__(self) -> str:
        raise TypeError("credentials aren't pickled")

    def choose(self, alternatives: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
        """The first alternative for which every secret is here; going without a key comes last.

        Raises ConfigurationError when there is none; no alternatives at all need none.
        """
        for names in sorted(alternatives, key=lambda names: not names):
            if all(name in self._secrets for name in names):
                return names
        if not alternatives:
            return ()
        wanted = " or ".join(" with ".join(names) for names in alternatives)
        raise ConfigurationError(f"no key was given for {wanted}; pass api_key or set {self._variable}")

    def headers(self, schemes: tuple[str, ...]) -> list[tuple[str, str]]:
        """The headers that carry the secrets."""
        found = [(self._schemes[n].parameter, self._value(n)) for n in schemes if self._place(n) == "header"]
        cookies = [f"{self._schemes[n].parameter}={self._value(n)}" for n in schemes if self._place(n) == "cookie"]
        return [*found, ("Cookie", "; ".join(cookies))] if cookies else found

    def query(self, schemes: tuple[str, ...]) -> str:
        """The part of the query that carries the secrets, or an empty string."""
        return "&".join(
            f"{quote(self._schemes[n].parameter, safe='')}={quote(self._value(n), safe='')}"
            for n in schemes
            if self._place(n) == "query"
        )

    def shown(self, answer: Answer) -> Answer:
        """An answer as it may be shown: one that refuses gets into messages and logs, and may quote a secret."""
        if 200 <= answer.status < 300:
            return answer
        values = (part for name in self._secrets for part in (*_parts(self._secrets[name]), self._value(name)))
        texts = (text for value in values for text in (value, quote(value, safe="")) if len(value) >= _SHORTEST)
        headers, body = dict(answer.headers), answer.body
        for text in texts:
            body = body.replace(text.encode(), _HIDDEN.encode())
            headers = {name: value.replace(text, _HIDDEN) for name, value in headers.items()}
        return Answer(answer.status, headers, body)

    def _place(self, name: str) -> str:
        return self._schemes[name].place

    def _value(self, name: str) -> str:
        secret = self._secrets[name]
        match self._schemes[name].kind:
            case "basic":
                plain = ":".join(_parts(secret))
                return "Basic " + base64.b64encode(plain.encode()).decode()
            case "bearer":
                return f"Bearer {''.join(_parts(secret))}"
            case _:
                return "".join(_parts(secret))


def _parts(secret: str | tuple[str, str]) -> tuple[str, ...]:
    return (secret,) if isinstance(secret, str) else secret
