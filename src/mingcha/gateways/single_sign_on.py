"""Signing in through a unit's own identity provider: OpenID Connect, code flow with PKCE, state and nonce."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from mingcha.access.actor import Actor
from mingcha.access.context import Access
from mingcha.access.errors import SignInFailed, Unreachable
from mingcha.access.provided_identities import Flow, Identity, begin_flow, enter, flow_of, link, proved
from mingcha.access.secrets import same
from mingcha.access.sessions import Secrets
from mingcha.settings import Provider, SettingsError

_ALGORITHMS = ["RS256", "PS256", "ES256"]
_SECONDS = 10.0
_LEEWAY = 60
_LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, and what it must bring back."""

    address: str
    state: str


@dataclass
class SingleSignOn:
    """The provider of this installation.

    Raises:
        SettingsError: its address is not encrypted.
    """

    provider: Provider
    client: httpx2.Client = field(default_factory=lambda: httpx2.Client(timeout=_SECONDS, trust_env=False))

    def __post_init__(self) -> None:
        for address in (self.provider.issuer, self.provider.returns_to):
            if not _is_safe(address):
                raise SettingsError(
                    "统一身份认证的地址须是 https",
                    where=address,
                    remedy="请改正 MINGCHA_OIDC_ISSUER、_RETURN",
                )

    def begin(self, access: Access, actor: Actor | None = None) -> Begun:
        """Send a browser to the provider; for somebody who is signed in, to link the own account.

        Raises:
            Unreachable: the provider does not answer as it should.
        """
        endpoint = self._known()["authorization_endpoint"]
        flow = begin_flow(access, actor)
        digest = hashlib.sha256(flow.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self.provider.returns_to,
            "scope": "openid",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        joined = "&" if urlsplit(endpoint).query else "?"
        return Begun(f"{endpoint}{joined}{urlencode(asked)}", flow.state)

    def finish(
        self,
        access: Access,
        state: str,
        code: str,
        *,
        second_factor: str | None,
        address: str,
        held_token: str | None,
    ) -> Secrets:
        """Let in whose account the provider's person is linked to; nobody else.

        Raises:
            SignInFailed: the answer is not the provider's, not for us, or of nobody known here.
            CodeNeeded: the second factor is still to come.
        """
        flow = flow_of(access, state)
        identity = flow.identity or proved(access, flow, self._identity(flow, code))
        return enter(
            access, flow, identity, second_factor=second_factor, address=address, held_token=held_token
        )

    def finish_link(self, access: Access, actor: Actor, state: str, code: str) -> None:
        """Link the account of whoever is signed in and began this.

        Raises:
            SignInFailed: the answer is not the provider's, or not for this person.
            Conflict: it is linked to another account.
        """
        flow = flow_of(access, state)
        link(access, actor, flow, self._identity(flow, code))

    def _identity(self, flow: Flow, code: str) -> Identity:
        """Whom the provider says that the browser is, after everything it says was checked."""
        known = self._known()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.provider.returns_to,
            "client_id": self.provider.client_id,
            "code_verifier": flow.verifier,
        }
        headers = {} if self.provider.client_secret is None else {"Authorization": self._who_we_are()}
        try:
            answer = self.client.post(known["token_endpoint"], data=form, headers=headers)
            said = answer.json() if answer.status_code == httpx2.codes.OK else {}
            keys = KeySet.import_key_set(self.client.get(known["jwks_uri"]).json())
        except (httpx2.HTTPError, ValueError, JoseError) as error:
            raise _unreachable() from error
        if not isinstance(said, dict) or not isinstance(said.get("id_token"), str):
            raise _refused()
        return self._checked(said["id_token"], keys, flow)

    def _who_we_are(self) -> str:
        """Our name and secret as RFC 6749 writes them (2.3.1)."""
        named = f"{quote(self.provider.client_id)}:{quote(self.provider.client_secret or '')}"
        return "Basic " + base64.b64encode(named.encode()).decode()

    def _checked(self, token: str, keys: KeySet, flow: Flow) -> Identity:
        try:
            claims = jwt.decode(token, keys, algorithms=_ALGORITHMS).claims
            jwt.JWTClaimsRegistry(
                leeway=_LEEWAY,
                iss={"essential": True, "value": self.provider.issuer},
                aud={"essential": True, "value": self.provider.client_id},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
            ).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _refused() from error
        others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (others or "azp" in claims) and claims.get("azp") != self.provider.client_id:
            raise _refused()
        subject = claims["sub"]
        if not isinstance(subject, str) or not same(str(claims.get("nonce", "")), flow.nonce):
            raise _refused()
        return Identity(self.provider.issuer, subject)

    def _known(self) -> dict[str, Any]:
        """What the provider says of itself; asked each time, so that a change of its keys is met."""
        address = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        try:
            said = self.client.get(address).raise_for_status().json()
        except (httpx2.HTTPError, ValueError) as error:
            raise _unreachable() from error
        endpoints = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not isinstance(said, dict) or said.get("issuer") != self.provider.issuer:
            raise _unreachable()
        if not all(isinstance(said.get(name), str) and _is_safe(said[name]) for name in endpoints):
            raise _unreachable()
        return said


def _is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is sent there."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)


def _refused() -> SignInFailed:
    return SignInFailed("统一身份认证没有通过", remedy="请重新登录；仍不行请用登录名和口令，并告知系统管理员")


def _unreachable() -> Unreachable:
    return Unreachable(
        "统一身份认证没有应答", remedy="请稍后重试，或用登录名和口令登录；仍不行请告知系统管理员"
    )
