"""Where a request carries the key: in a header, the query or a cookie, as the document's security schemes say."""

from __future__ import annotations

import base64
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from conformance.transport.exchange import Credential, swap_case
from spec import Contract, SecurityScheme


@dataclass(frozen=True)
class KeyPlace:
    """One place of the key."""

    place: Literal["header", "query", "cookie"]
    name: str
    prefix: str = ""
    """What stands before the key: `Bearer `."""
    basic: bool = False
    """True for HTTP Basic. The key is USER:PASSWORD; one without a colon is the password of a user without a name."""
    password_only: bool = False
    """True when the key of an HTTP Basic has no colon."""

    def value(self, key: str | None, variant: Credential) -> str | None:
        """What is sent for a variant of the key; None where nothing is."""
        secret = _variant(key, variant)
        if not secret:
            return secret
        if self.basic:
            pair = secret if ":" in secret else f":{secret}"
            return "Basic " + base64.b64encode(pair.encode("utf-8")).decode("ascii")
        return self.prefix + secret

    def option(self, variant: Credential, variable: str) -> str | None:
        """The option of a curl line that sends it, the key taken from an environment variable; None for none."""
        if variant is Credential.MISSING:
            return None
        secret = variant.from_variable(variable)
        match self.place:
            case "query":
                name = urllib.parse.quote(self.name, safe="")
                return f"--url-query '{name}='" if variant is Credential.EMPTY else f'--url-query "{name}={secret}"'
            case "cookie":
                return f"-b '{self.name}='" if variant is Credential.EMPTY else f'-b "{self.name}={secret}"'
        if variant is Credential.EMPTY:
            return f"-H '{self.name};'"
        if self.basic:
            colon = ":" if self.password_only or variant is Credential.WRONG else ""
            return f'-u "{colon}{secret}"'
        return f'-H "{self.name}: {self.prefix}{secret}"'


def with_scheme(contract: Contract, name: str) -> Contract:
    """The contract where a scheme comes first among the alternatives of each operation, so that the key goes there."""
    operations = tuple(
        replace(o, alternatives=tuple(sorted(o.alternatives, key=lambda names: name not in names)))
        for o in contract.operations
    )
    schemes = tuple(sorted(contract.security_schemes, key=lambda scheme: scheme.name != name))
    return replace(contract, operations=operations, security_schemes=schemes)


def key_places(contract: Contract, operation: str, key: str | None) -> tuple[KeyPlace, ...]:
    """The places of the key in requests of an operation (its code): those of its first alternative that takes one.

    An operation that needs none gets it where the document's first scheme has it: servers show more to whom they
    know. Where two schemes are needed at once the key goes to both.
    """
    schemes = {scheme.name: scheme for scheme in contract.security_schemes if scheme.type != "mutualTLS"}
    found = contract.by_code.get(operation)
    asked = [names for names in (found.alternatives if found else ()) if names and all(n in schemes for n in names)]
    usual = [scheme.name for scheme in schemes.values() if scheme.place == "header"] or list(schemes)
    names: Iterable[str] = asked[0] if asked else usual[:1]
    places = tuple(_place(schemes[name], key) for name in names)
    return places or (KeyPlace("header", "Authorization"),)


def _place(scheme: SecurityScheme, key: str | None) -> KeyPlace:
    if scheme.type == "apiKey":
        places: dict[str, Literal["header", "query", "cookie"]] = {"query": "query", "cookie": "cookie"}
        return KeyPlace(places.get(scheme.place, "header"), scheme.parameter)
    if scheme.scheme == "basic":
        return KeyPlace("header", "Authorization", basic=True, password_only=":" not in (key or ""))
    token = scheme.scheme == "bearer" or scheme.type in ("oauth2", "openIdConnect")
    return KeyPlace("header", "Authorization", "Bearer " if token else "")


def _variant(key: str | None, variant: Credential) -> str | None:
    text = key or ""
    match variant:
        case Credential.MISSING:
            return None
        case Credential.EMPTY:
            return ""
        case Credential.WRONG | Credential.NOT_ASCII:
            return str(variant.value)
        case Credential.TRUNCATED:
            return text[:-1]
        case Credential.EXTENDED:
            return f"{text} {text}"
        case Credential.SWAPPED_CASE:
            return swap_case(text)
        case _:
            return key
