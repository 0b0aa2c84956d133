"""Everything a request needs, wired once: the provider, the worker and the CLI share it."""

from __future__ import annotations

import os
import stat
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import structlog

from idp.clock import Clock, system_clock
from idp.domain.authenticators.hashing import HashPool
from idp.domain.exchange.publishers import Publications
from idp.domain.keystore.store import STAMP as KEYS_STAMP, DatabaseKeyStore
from idp.domain.registry.lookup import STAMP as REGISTRY_STAMP, ClientCache
from idp.domain.sessions.limits import Limits, SessionLimits
from idp.domain.store import stamps
from idp.domain.store.database import Database
from idp.keysets import KeySets, key_sets
from idp.outbound import Outbound
from idp.protocol.client_auth.authorities import Authorities, FrontVerified, IssuingAuthorities, NoAuthorities
from idp.protocol.oidc import acr
from idp.protocol.webauthn.attestation import certificates
from idp.protocol.webauthn.relying_party import Trust
from idp.publishing import Publishing
from idp.recipients import Recipients
from idp.request_uris import RequestUris, request_uris
from idp.settings import Settings, SettingsError
from keys import DataKey, Keyring, KeyTree, RootKey, RotationPolicy, rotate

log = structlog.get_logger()

REFRESH_SECONDS = 2.0
CACHE_SLACK = timedelta(hours=24)
ROOT_KEY_FILE = "root.key"


class LiveKeys:
    """The keyring in force; replaced whole when the `keys` stamp moves."""

    def __init__(self, tree: KeyTree, store: DatabaseKeyStore) -> None:
        self._tree = tree
        self._store = store
        self.ring = Keyring.load(tree, store)

    def reload(self) -> None:
        """Read the signing keys again."""
        self.ring = Keyring.load(self._tree, self._store)


@dataclass(frozen=True, slots=True)
class Services:
    """One deployment, wired. Tests build it with their own clock."""

    settings: Settings
    clock: Clock
    database: Database
    tree: KeyTree
    keystore: DatabaseKeyStore
    keys: LiveKeys
    clients: ClientCache
    hasher: HashPool
    outbound: Outbound
    keysets: KeySets
    recipients: Recipients
    request_uris: RequestUris
    refresher: Refresher
    authorities: Authorities
    trust: Trust
    session_limits: SessionLimits
    publishing: Publishing

    @property
    def keyring(self) -> Keyring:
        """Return the keyring in force."""
        return self.keys.ring

    @property
    def secret_seal(self) -> DataKey:
        """Return what keeps the secrets of `client_secret_jwt` clients."""
        return self.tree.vault.system("factor")

    def close(self) -> None:
        """Stop background work and give back connections."""
        self.refresher.stop()
        self.publishing.close()
        self.outbound.close()
        self.database.close()


class Refresher:
    """Notices what other nodes changed: one small read every two seconds, off the request path."""

    def __init__(
        self, database: Database, keys: LiveKeys, clients: ClientCache, publications: Publications
    ) -> None:
        self._database = database
        self._keys = keys
        self._clients = clients
        self._publications = publications
        self._seen: dict[str, int] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.check()

    def check(self) -> None:
        """Compare stamps and reload what moved."""
        with self._database.reading() as db:
            found = stamps.read(db)
        before = self._seen
        if found.get(REGISTRY_STAMP) != before.get(REGISTRY_STAMP):
            self._clients.clear()
            self._publications.clear()
        if found.get(KEYS_STAMP) != before.get(KEYS_STAMP):
            self._keys.reload()
        self._seen = found  # only now: a reload that failed must be tried again

    def start(self) -> None:
        """Check in the background from now on."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="refresher", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop checking."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
            self._thread = None

    def _run(self) -> None:
        while not self._stop.wait(REFRESH_SECONDS):
            try:
                self.check()
            except Exception as exc:
                log.warning("refresh_failed", error=type(exc).__name__)


def wire(settings: Settings, clock: Clock = system_clock) -> Services:
    """Open the database and the keys of a deployment whose schema is in place.

    Raises:
        SettingsError: when no root key can be had, or the authorities of client certificates cannot be read.
    """
    database = Database(settings.database_url)
    keystore = DatabaseKeyStore(database)
    previous = RootKey.parse(settings.master_key_previous) if settings.master_key_previous else None
    tree = KeyTree.open(root_key(settings), keystore, clock(), previous)
    rotate(keystore, tree, clock(), RotationPolicy())
    keys = LiveKeys(tree, keystore)
    clients = ClientCache(database)
    outbound = Outbound(settings.outbound_allow, loopback=not settings.production)
    keysets = key_sets(outbound)
    publishing = Publishing(
        database, tree, lambda alg: keys.ring.signer(alg), clients, outbound, settings.issuer, clock
    )
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        tree=tree,
        keystore=keystore,
        keys=keys,
        clients=clients,
        hasher=HashPool(tree.pepper, parallel=settings.hash_parallelism, queue=settings.hash_queue),
        outbound=outbound,
        keysets=keysets,
        recipients=Recipients(keysets),
        request_uris=request_uris(outbound),
        refresher=Refresher(database, keys, clients, publishing.publications),
        authorities=_authorities(settings),
        trust=_trust(settings),
        session_limits=_session_limits(settings),
        publishing=publishing,
    )


def _session_limits(settings: Settings) -> SessionLimits:
    """Put the limits of citizens' sessions together."""
    levels = {
        acr.AAL1: Limits(settings.aal1_session_idle, settings.aal1_session_lifetime),
        acr.AAL2: Limits(settings.session_idle, settings.session_lifetime),
        acr.AAL3: Limits(settings.aal3_session_idle, settings.aal3_session_lifetime),
    }
    return SessionLimits(levels, settings.shared_session_idle)


def _authorities(settings: Settings) -> Authorities:
    """Read who vouches for client certificates; unverified names are never believed in production (ADR 0012)."""
    path = settings.mtls_client_ca
    if path is None:
        return NoAuthorities() if settings.production else FrontVerified()
    try:
        return IssuingAuthorities.of_pem(path.read_bytes())
    except (OSError, ValueError) as exc:
        raise SettingsError(f"IDP_MTLS_CLIENT_CA: {exc}") from exc


def _trust(settings: Settings) -> Trust:
    """Read which makers and models of security keys count as hardware."""
    models = frozenset(model.lower() for model in settings.security_key_models)
    if settings.security_key_roots is None:
        return Trust(models=models)
    try:
        return Trust(certificates(settings.security_key_roots.read_bytes()), models)
    except (OSError, ValueError) as exc:
        raise SettingsError(f"IDP_SECURITY_KEY_ROOTS: {exc}") from exc


def root_key(settings: Settings) -> RootKey:
    """Return the configured root key; the sandbox makes one in its data folder, readable by its owner only."""
    if settings.master_key is not None:
        return RootKey.parse(settings.master_key)
    path = settings.data_dir / ROOT_KEY_FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    except FileExistsError:
        return _read_root(path)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(RootKey.new_text() + "\n")
    return _read_root(path)


def _read_root(path: Path) -> RootKey:
    return RootKey.parse(path.read_text(encoding="ascii"))
