"""The keys of this deployment: the current signer per algorithm, the published set, lookup by kid, decryption."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Self

import orjson

from keys.algorithms import ALGORITHMS
from keys.concealed import Concealed
from keys.decrypter import Decrypter, DecryptionKey
from keys.errors import NoSigner, SealBroken
from keys.jws import payload_of, sign_payload
from keys.kek import KeyTree
from keys.key_management import KEY_MANAGEMENT
from keys.signer import PrivateKey, Signer, kind_of
from keys.states import KeyState, StoredKey
from keys.store import KeyStore
from keys.verifier import VerificationKey, Verifier

_PUBLISHED: Final = (KeyState.ACTIVE, KeyState.PENDING, KeyState.RETIRING)

_ORDER: Final = (*ALGORITHMS, *KEY_MANAGEMENT)

Stamp = frozenset[tuple[str, KeyState]]


class Keyring(Concealed):
    """An unchanging view of the keys; after a change load another."""

    __slots__ = ("_decrypter", "_keys", "_published", "_signers", "_stamp", "_verifier", "jwks_bytes")

    def __init__(self, opened: Sequence[tuple[StoredKey, PrivateKey]]) -> None:
        self._signers: dict[str, Signer] = {}
        self._keys: dict[str, VerificationKey] = {}
        self._published: list[dict[str, object]] = []
        decryption: dict[str, DecryptionKey] = {}
        for stored, private in sorted(opened, key=_precedence):
            published = stored.state in _PUBLISHED
            if published:
                self._published += [private.jwk | {"kid": kid, "alg": alg} for kid, alg in _names(private)]
            if private.alg in KEY_MANAGEMENT:
                if published:
                    key = private.decrypter()
                    decryption |= {kid: DecryptionKey(kid, alg, key) for kid, alg in _names(private)}
                continue
            for kid, alg in _names(private):
                self._keys[kid] = VerificationKey(
                    kid,
                    alg,
                    stored.state,
                    private.jwk | {"kid": kid, "alg": alg},
                    ALGORITHMS[private.alg].verifying(private.public),
                )
                if stored.state is KeyState.ACTIVE:
                    self._signers.setdefault(alg, private.signer(kid, alg))
        self._verifier = Verifier(self._keys)
        self._decrypter = Decrypter(decryption)
        self._stamp = _stamp([stored for stored, _ in opened])
        self.jwks_bytes: Final = orjson.dumps(self.jwks())

    @classmethod
    def load(cls, tree: KeyTree, store: KeyStore) -> Self:
        """Unwrap the stored keys; a key whose public half or name was tampered with raises SealBroken."""
        return cls([(stored, _opened(tree, stored)) for stored in store.signing_keys()])

    def signer(self, alg: str) -> Signer:
        """Return the newest active signer of an algorithm, or raise NoSigner."""
        try:
            return self._signers[alg]
        except KeyError:
            raise NoSigner(f"no active key for {alg}") from None

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Name the algorithms that have an active key."""
        return tuple(self._signers)

    @property
    def key_management_algorithms(self) -> tuple[str, ...]:
        """Name the algorithms by which others may encrypt to us."""
        return self._decrypter.algorithms

    def jwks(self) -> dict[str, list[dict[str, object]]]:
        """List the public keys that are or will be or were lately in use (RFC 7517 section 5)."""
        return {"keys": [dict(jwk) for jwk in self._published]}

    def find(self, kid: str) -> VerificationKey | None:
        """Look up one of our signing keys, retired ones too."""
        return self._keys.get(kid)

    def verify(
        self,
        compact: str,
        *,
        typ: str | None,
        algorithms: Collection[str] | None = None,
        include_retired: bool = False,
    ) -> dict[str, object]:
        """Return the claims of a JWT we signed ourselves, or raise BadSignature.

        Checks form, `kid`, `alg`, `typ` (None accepts any) and signature, not time or revocation. A pending
        key verifies: another process may have promoted it a moment ago. Retired ones count for hints only.
        """
        return self._verifier.verify(compact, typ=typ, algorithms=algorithms, include_retired=include_retired)

    def sign(self, alg: str, claims: Mapping[str, object], typ: str) -> str:
        """Sign a token that this process will soon be asked to verify, and remember it as good.

        Raises:
            NoSigner: when no active key has this algorithm.
        """
        payload = payload_of(claims)
        token = sign_payload(self.signer(alg), payload, typ)
        self._verifier.remember(token, payload)
        return token

    def decrypt(self, compact: str) -> bytes:
        """Return the content of a JWE that was encrypted to a published key of ours (RFC 7516 section 5.2).

        A key decrypts as long as it is published, so while others may still find it; a retired one does not.

        Raises:
            UnknownDecryptionKey: no published key has its `kid`.
            CannotDecrypt: too long, malformed, an algorithm or member that is not allowed, or not for us.
        """
        return self._decrypter.decrypt(compact)

    def is_current(self, stored: Sequence[StoredKey]) -> bool:
        """Tell whether these are the keys and states this ring was loaded with."""
        return _stamp(stored) == self._stamp


def _opened(tree: KeyTree, stored: StoredKey) -> PrivateKey:
    private = PrivateKey.load(tree.unwrap_private(stored.kid, stored.alg, stored.wrapped), stored.alg)
    if private.kid != stored.kid or any(stored.public_jwk.get(k) != v for k, v in private.jwk.items()):
        raise SealBroken("the stored public key is not that of the sealed private key")
    return private


def _names(private: PrivateKey) -> list[tuple[str, str]]:
    """Name the key once per name of its algorithm, since relying parties match it (RFC 7517 section 4.4)."""
    aliases = kind_of(private.alg).aliases
    return [(private.kid, private.alg), *((f"{private.kid}.{alias}", alias) for alias in aliases)]


def _precedence(entry: tuple[StoredKey, PrivateKey]) -> tuple[int, int, float, str]:
    """Order keys by use: active first, then by algorithm, the newest first."""
    stored = entry[0]
    rank = _PUBLISHED.index(stored.state) if stored.state in _PUBLISHED else len(_PUBLISHED)
    return rank, _ORDER.index(stored.alg), -(stored.activated_at or stored.created_at).timestamp(), stored.kid


def _stamp(stored: Sequence[StoredKey]) -> Stamp:
    return frozenset((key.kid, key.state) for key in stored)
