"""Encrypting answers for clients, with the keys they registered or publish (OIDC Core §10.1.1, §10.2)."""

from __future__ import annotations

from collections.abc import Mapping

from idp.keysets import KeySets
from idp.protocol.oauth.client import Client
from idp.protocol.oauth.jwe import NESTED, Answer, Encryption, NoEncryptionKey


class Recipients:
    """Clients as those who alone can read their answers."""

    def __init__(self, keysets: KeySets) -> None:
        self._keysets = keysets

    def seal(self, client: Client, answer: Answer, content: str | bytes, cty: str | None = NESTED) -> str:
        """Encrypt an answer where the client registered it; else pass it on.

        Raises:
            NoEncryptionKey: the client has no usable key, also after its key set was fetched again.
        """
        wanted = Encryption.of(client, answer)
        if wanted is None:
            return content if isinstance(content, str) else content.decode("ascii")
        return wanted.encrypt(content, self._keys(client, wanted), cty)

    def require(self, client: Client, *answers: Answer) -> None:
        """Find out before anything is spent or released whether the answer can be encrypted.

        Raises:
            NoEncryptionKey: it cannot.
        """
        for answer in answers:
            wanted = Encryption.of(client, answer)
            if wanted is not None and wanted.key_in(self._keys(client, wanted)) is None:
                raise NoEncryptionKey(f"the client has no key for {wanted.alg}")

    def _keys(self, client: Client, wanted: Encryption) -> Mapping[str, object]:
        if client.jwks_uri is None:
            return client.jwks or {}
        keys = self._keysets.get(client.jwks_uri)
        return keys if wanted.key_in(keys) is not None else self._keysets.refetch(client.jwks_uri)
