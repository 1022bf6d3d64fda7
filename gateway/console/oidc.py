"""Signing in by OpenID Connect: the authorization code flow with PKCE, with any provider that describes itself."""

from __future__ import annotations

import secrets
import warnings
from typing import Any, Final

import httpx
from authlib.deprecate import AuthlibDeprecationWarning
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.console.desk import SignOn
from gateway.errors import GatewayError
from gateway.services.signing_in import Person, Role

with warnings.catch_warnings():
    # The library would rather have the successor of httpx, which the gateway does not use.
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.common.errors import AuthlibBaseError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

_PATIENCE_SECONDS: Final = 10.0
_SCOPES: Final = "openid profile"
_LEEWAY_SECONDS: Final = 60
# The algorithms with a public key; one without a signature, or with a secret that both know, proves nothing here.
_ALGORITHMS: Final = ["RS256", "PS256", "ES256", "EdDSA"]
# The role that counts when somebody's groups give several: the one that may change most.
_ORDER: Final = (Role.ADMINISTRATOR, Role.HANDLER, Role.AUDITOR, Role.VIEWER)


class ProviderError(GatewayError):
    """Aanmelden lukt niet."""


async def begin(sign_on: SignOn, return_address: str) -> tuple[str, dict[str, Any]]:
    """Give the address to send somebody to, and what to remember until they come back."""
    metadata = await _metadata(sign_on)
    verifier, nonce = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    async with _client(sign_on, return_address) as client:
        address, state = client.create_authorization_url(
            metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
        )
    return address, {"state": state, "nonce": nonce, "verifier": verifier}


async def finish(sign_on: SignOn, address: str, return_address: str, under_way: dict[str, Any]) -> Person:
    """Find out who came back; raises ProviderError, with what to do, when that is not proven or they have no role."""
    metadata = await _metadata(sign_on)
    try:
        async with _client(sign_on, return_address, state=under_way["state"]) as client:
            token = await client.fetch_token(
                metadata["token_endpoint"], authorization_response=address, code_verifier=under_way["verifier"]
            )
        claims = await _claims(sign_on, metadata, token["id_token"], under_way["nonce"])
    except (AuthlibBaseError, httpx.HTTPError, JoseError, KeyError, ValueError) as error:
        raise ProviderError("De aanmelddienst bevestigt niet wie u bent; probeer het opnieuw.") from error
    return _person(sign_on, claims)


def _client(sign_on: SignOn, return_address: str, state: str | None = None) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        client_id=sign_on.client_id,
        client_secret=sign_on.client_secret,
        scope=_SCOPES,
        redirect_uri=return_address,
        state=state,
        code_challenge_method="S256",
        timeout=_PATIENCE_SECONDS,
    )


async def _metadata(sign_on: SignOn) -> dict[str, Any]:
    address = f"{sign_on.issuer.rstrip('/')}/.well-known/openid-configuration"
    found = await _get(address)
    if found.get("issuer", "").rstrip("/") != sign_on.issuer.rstrip("/"):
        raise ProviderError("De aanmelddienst noemt zichzelf anders dan is ingesteld; controleer IJW_OIDC_ISSUER.")
    return found


async def _claims(sign_on: SignOn, metadata: dict[str, Any], id_token: str, nonce: str) -> dict[str, Any]:
    keys = KeySet.import_key_set(await _get(metadata["jwks_uri"]))  # type: ignore[arg-type]  # what it takes is told by the library when it reads it
    token = jwt.decode(id_token, keys, algorithms=_ALGORITHMS)
    registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY_SECONDS,
        iss={"essential": True, "value": metadata["issuer"]},
        aud={"essential": True, "value": sign_on.client_id},
        sub={"essential": True},
        exp={"essential": True},
        nonce={"essential": True, "value": nonce},
    )
    registry.validate(token.claims)
    return dict(token.claims)


def _person(sign_on: SignOn, claims: dict[str, Any]) -> Person:
    given = claims.get(sign_on.roles_claim, [])
    groups = {given} if isinstance(given, str) else {str(group) for group in given}
    roles = {role for group, role in sign_on.roles.items() if group in groups}
    role = next((role for role in _ORDER if role in roles), None)
    if role is None:
        raise ProviderError("U bent bekend bij de aanmelddienst, maar hebt hier geen rol; vraag die aan uw beheerder.")
    subject = str(claims["sub"])
    return Person(subject, str(claims.get("name") or claims.get("preferred_username") or subject), role)


async def _get(address: str) -> dict[str, Any]:
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
            answer = await client.get(address)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ProviderError("De aanmelddienst antwoordt niet; probeer het later opnieuw.") from error
    return found
