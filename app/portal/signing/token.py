"""A PKCS#11 token that holds signing keys: kept open, spoken to by one thread, opened again when it comes back.

A token can be away, hang, or lock itself after a few wrong PINs. Nobody who files waits for it for longer than
`WAIT`, and a PIN that it refused is never offered to it again.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

import pkcs11
from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from pkcs11 import Attribute, Mechanism, ObjectClass, TokenFlag
from pyhanko.sign.signers.pdf_cms import Signer
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.settings import Settings
from portal.signing.keys import HASHES, NoKey

T = TypeVar("T")
log = logging.getLogger("portal.signing")

WAIT = 5.0
"""Seconds after which whoever asked goes on without a signature; a network token answers in well under one."""
HOLD_OFF = 5.0
"""Seconds for which a token that failed is left alone: until then every request is refused at once."""
RSA_MECHANISMS = {
    "sha256": Mechanism.SHA256_RSA_PKCS,
    "sha384": Mechanism.SHA384_RSA_PKCS,
    "sha512": Mechanism.SHA512_RSA_PKCS,
}
PIN_REFUSALS = (
    pkcs11.exceptions.PinIncorrect,
    pkcs11.exceptions.PinInvalid,
    pkcs11.exceptions.PinLenRange,
    pkcs11.exceptions.PinExpired,
    pkcs11.exceptions.PinLocked,
)


class TokenAway(NoKey):
    """The token cannot be reached, or does not answer in time."""


class PinRefused(NoKey):
    """The token refused the PIN. It is not tried again: a few more tries would lock the token for everyone."""


class TokenSigner(Signer):
    """Signs with a key that never leaves its token."""

    def __init__(self, token: Token, certificate: x509.Certificate, chain: list[x509.Certificate]) -> None:
        self._token = token
        self._public = load_der_public_key(certificate.public_key.dump())
        self.name = str(certificate.subject.native.get("common_name", ""))
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(chain)
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=False)

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        if dry_run:
            return bytes(_largest(self._public))
        return self._token.sign(self._public, data, digest_algorithm)


@dataclass(frozen=True)
class Access:
    """How a token is reached. `folder` is where a refused PIN is remembered for every process of this server."""

    module: Path
    label: str
    pin: str = field(repr=False)
    environment: tuple[str, ...] = ()
    folder: Path | None = None
    secret: str = field(default="", repr=False)

    @classmethod
    def of(cls, settings: Settings) -> Access:
        """The access that the settings describe; raises NoKey without a module."""
        if settings.signing_pkcs11_module is None:
            raise NoKey("no token is configured (signing_pkcs11_module)")
        return cls(
            settings.signing_pkcs11_module,
            settings.signing_pkcs11_token,
            settings.signing_pkcs11_pin.get_secret_value(),
            tuple(settings.signing_pkcs11_environment),
            settings.signing_state,
            settings.secret_key.get_secret_value(),
        )


class Token:
    """One token of this process. Safe to call from any thread; raises NoKey and its kinds."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._attendant = Attendant()
        self._refusals = Refusals(access)
        self._session: Any = None
        self._keys: dict[bytes, Any] = {}
        self._away_until = 0.0
        self._why = ""

    def sign(self, public: Any, data: bytes, digest: str) -> bytes:
        """Sign with the key that belongs to this public key (ECDSA or RSA of `cryptography`), and check what came."""
        if time.monotonic() < self._away_until:
            raise TokenAway(self._why)
        return self._attendant.ask(lambda: self._sign(public, data, digest), self._name())

    def _sign(self, public: Any, data: bytes, digest: str) -> bytes:
        """On the attendant's thread. A session that broke is opened again once; then the token is left alone."""
        while True:
            was_open = self._session is not None
            try:
                return _signed(self._key(public), public, data, digest)
            except (RuntimeError, OSError, InvalidSignature) as error:
                self._forget()
                if not was_open:
                    raise self._away(error) from error
                log.warning("%s: %s; it is opened again", self._name(), _words(error))

    def _key(self, public: Any) -> Any:
        """The private key that signs what this public key verifies; found once for each session."""
        session = self._session = self._session or self._open()
        spki = _spki(public)
        if spki not in self._keys:
            self._keys[spki] = self._find(session, public, spki)
        return self._keys[spki]

    def _find(self, session: Any, public: Any, spki: bytes) -> Any:
        keys = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.SIGN: True}))
        usual = hashlib.sha1(spki, usedforsecurity=False).digest()
        for key in sorted(keys, key=lambda one: one[Attribute.ID] != usual):
            with suppress(RuntimeError, InvalidSignature):
                _signed(key, public, b"Which key is this certificate's?", "sha256")
                return key
        raise OSError(f"none of its {len(keys)} keys belongs to the certificate")

    def _open(self) -> Any:
        """Load the module, find the token by its label, and give it the PIN, once."""
        for line in self.access.environment:
            name, _, value = line.partition("=")
            os.environ[name] = value
        library = pkcs11.lib(str(self.access.module))
        if str(self.access.module) in _initialised:
            # A module lists its tokens once, and only for the process that began: one that came back would stay unseen.
            library.reinitialize()
        _initialised.add(str(self.access.module))
        found = [slot.get_token() for slot in library.get_slots(token_present=True)]
        token = next((one for one in found if one.label == self.access.label), None)
        if token is None:
            labels = ", ".join(repr(one.label) for one in found if one.label) or "no token at all"
            raise OSError(f"it is not there; the module shows {labels}")
        with self._refusals.one_at_a_time():
            if TokenFlag.USER_PIN_FINAL_TRY in token.flags or TokenFlag.USER_PIN_LOCKED in token.flags:
                raise PinRefused(f"{self._name()}: one try of the PIN is left, or none; it is kept for a person")
            try:
                return token.open(user_pin=self.access.pin or None)
            except PIN_REFUSALS as error:
                self._refusals.remember()
                raise PinRefused(f"{self._name()} refused its PIN ({type(error).__name__}); {ONCE}") from error

    def _forget(self) -> None:
        with suppress(Exception):
            if self._session is not None:
                self._session.close()
        self._session = None
        self._keys.clear()

    def _away(self, error: Exception) -> TokenAway:
        self._why = f"{self._name()}: {_words(error)}"
        self._away_until = time.monotonic() + HOLD_OFF
        return TokenAway(self._why)

    def _name(self) -> str:
        return f"the token {self.access.label!r}"


ONCE = "it is not tried again until the settings name another one"


class Refusals:
    """Which PIN a token refused: known to every process of the server, also after a restart.

    What stands on the disk is a keyed hash, from which the PIN cannot be guessed without the portal's own secret.
    """

    def __init__(self, access: Access) -> None:
        told = "\0".join((str(access.module), access.label, access.pin))
        self._mark = hmac.new(access.secret.encode(), told.encode(), "sha256").hexdigest()
        self._folder = access.folder
        self._label = access.label
        self._refused = False

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Keep the server's other processes from offering the PIN meanwhile; raises PinRefused for a known one."""
        if self._folder is None:
            self._refuse_if(self._refused)
            yield
            return
        with (self._folder / "pin.lock").open("a") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            self._refuse_if(self._refused or self._stands_in(self._folder / "pin.refused"))
            yield

    def remember(self) -> None:
        """Never offer this PIN again."""
        self._refused = True
        if self._folder is not None:
            (self._folder / "pin.refused").write_text(self._mark + "\n", encoding="ascii")

    def _stands_in(self, file: Path) -> bool:
        try:
            return self._mark in file.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return False

    def _refuse_if(self, known: bool) -> None:
        if known:
            raise PinRefused(f"the token {self._label!r} refused this PIN before; {ONCE}")


class Attendant:
    """The one thread that speaks to a module, so that nobody waits for a module that hangs."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._since: float | None = None
        threading.Thread(target=self._attend, name="signing-token", daemon=True).start()

    def ask(self, work: Callable[[], T], whom: str) -> T:
        """Have it done, within `WAIT`; raises TokenAway, or whatever `work` raises."""
        since = self._since
        if since is not None and time.monotonic() - since > WAIT:
            raise TokenAway(f"{whom} has not answered for {time.monotonic() - since:.0f} s")
        future: Future[T] = Future()
        self._jobs.put((future, work))
        try:
            return future.result(WAIT)
        except TimeoutError:
            future.cancel()
            raise TokenAway(f"{whom} did not answer within {WAIT:.0f} s") from None

    def _attend(self) -> None:
        while True:
            future, work = self._jobs.get()
            if not future.set_running_or_notify_cancel():
                continue
            self._since = time.monotonic()
            try:
                future.set_result(work())
            except BaseException as error:
                future.set_exception(error)
            finally:
                self._since = None


_initialised: set[str] = set()
"""Modules that this process, or the one that it was forked from, has initialised."""
_tokens: dict[Access, Token] = {}
_owner = os.getpid()
_lock = threading.Lock()


def token(access: Access) -> Token:
    """This process's token of that access: a process that was forked opens its own."""
    global _owner  # noqa: PLW0603
    with _lock:
        if _owner != os.getpid():
            _tokens.clear()
            _owner = os.getpid()
        if access not in _tokens:
            _tokens[access] = Token(access)
        return _tokens[access]


def _signed(key: Any, public: Any, data: bytes, digest: str) -> bytes:
    """A signature by a token's key in the form that certificates' readers expect; raises InvalidSignature."""
    algorithm = HASHES[digest]
    if isinstance(public, rsa.RSAPublicKey):
        signature: bytes = key.sign(data, mechanism=RSA_MECHANISMS[digest])
        public.verify(signature, data, padding.PKCS1v15(), algorithm)
        return signature
    hashed = hashlib.new(digest, data).digest()
    raw: bytes = key.sign(hashed, mechanism=Mechanism.ECDSA)
    half = len(raw) // 2
    signature = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
    public.verify(signature, hashed, ec.ECDSA(Prehashed(algorithm)))
    return signature


def _largest(public: Any) -> int:
    """The most bytes that a signature of this key can have."""
    size: int = (public.key_size + 7) // 8
    return size if isinstance(public, rsa.RSAPublicKey) else 2 * size + 16


def _spki(public: Any) -> bytes:
    """What a key's identifier is usually the SHA-1 of (RFC 5280, 4.2.1.2)."""
    if isinstance(public, rsa.RSAPublicKey):
        return bytes(public.public_bytes(Encoding.DER, PublicFormat.PKCS1))
    return bytes(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def _words(error: Exception) -> str:
    if isinstance(error, InvalidSignature):
        return "what it signed does not verify"
    return str(error) or type(error).__name__
