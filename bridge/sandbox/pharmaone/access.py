"""Who is calling PharmaOne: API keys as its gateway checks them, tokens and their scopes."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

import jwt

from bridge.sandbox.kit import Answer, Ask, Reader, Refusal, Route
from bridge.sandbox.settings import DOCUMENTED, SandboxSettings

V2 = "/api/v2/public/orgs/{org_id}"
TOKEN_SECRET = "sandbox-secret-that-signs-every-token"  # noqa: S105 - opens nothing but the simulation
READ = Reader(lambda name, _: Refusal(f"Invalid {name}"), "Invalid JSON", biggest=10**9)


class Access:
    """Checks calls as pharmaone.md sections 3 and 4 say; a call that fails raises Refusal."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._issued: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def check_key(self, ask: Ask, *, query_too: bool) -> None:
        """The gateway lets only the known key through (sections 3.1 and 3.5, C9)."""
        key = ask.headers.get("apikey") or ask.headers.get("X-API-Key")
        if not key and query_too:
            key = ask.query.get("apikey")
        if not key:
            raise _gateway("No API key found in request")
        if key != self._settings.p1_api_key:
            raise _gateway("Unauthorized")

    def check_org(self, ask: Ask) -> None:
        """A key of one organisation at another's address; how it is refused is not documented."""
        if ask.params["org_id"] != self._settings.org_id:
            raise Refusal("Invalid or missing API key", 401)

    def issue(self) -> dict[str, Any]:
        """A token in exchange for a key (section 3.2)."""
        settings = self._settings
        now = settings.clock()
        claims: dict[str, Any] = {
            "org_id": settings.org_id,
            "scopes": list(DOCUMENTED["pharmaone"]["scopes"]),
            "iss": "pharmaone-integration",
            "sub": "integration",
        }
        if settings.token_has_exp:
            claims |= {"iat": int(now), "exp": int(now) + settings.token_seconds}
            claims["jti"] = secrets.token_hex(8)
        claims |= settings.token_claims
        token = jwt.encode(claims, TOKEN_SECRET, algorithm="HS256")
        self._issued[token] = (now + settings.token_seconds, claims)
        return {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": settings.token_seconds,
        }

    def revoke(self) -> None:
        self._issued.clear()

    def check_token(self, ask: Ask, scope: str) -> None:
        kind, _, token = ask.headers.get("Authorization", "").partition(" ")
        ends, claims = self._issued.get(token, (0.0, {}))
        if kind != "Bearer" or self._settings.clock() >= ends:
            raise Refusal("Invalid or missing token", 401)
        if claims["org_id"] != ask.params["org_id"]:
            message = "Token org_id does not match URL orgId"
            raise Refusal({"error": "org_mismatch", "message": message}, 403)
        if scope not in claims["scopes"]:
            message = f"Missing scope: {scope}"
            raise Refusal({"error": "insufficient_scope", "message": message}, 403)

    def route(
        self,
        method: str,
        path: str,
        scope: str,
        handle: Callable[[Ask], Answer],
        unknown: str = "",
    ) -> Route:
        """A route of v2 that opens for a token with this scope; `unknown`: what it says (404)
        where something that the call names is not known (KeyError).
        """

        def checked(ask: Ask) -> Answer:
            self.check_token(ask, scope)
            try:
                return handle(ask)
            except KeyError:
                if not unknown:
                    raise
                raise Refusal(unknown, 404) from None

        return Route(method, V2 + path, path, checked)


def _gateway(message: str) -> Refusal:
    return Refusal({"message": message, "request_id": secrets.token_hex(16)}, 401)
