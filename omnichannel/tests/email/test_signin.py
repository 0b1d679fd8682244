"""Signing in to a mail server by password, with and without encryption."""

import datetime as dt
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from omnichannel.channels.base import ChannelError
from omnichannel.channels.email.smtp import Server, deliver
from tests.fakes.smtp_sink import SmtpSink


def send(server: Server) -> str:
    return deliver(server, sender="support@hilo.example", recipients=["ana@casa.example"], mail=EmailMessage())


def refusal(server: Server) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        send(server)
    return caught.value


class Signing(SmtpSink):
    """Takes one user and password, over TLS where it has a certificate."""

    context: ssl.SSLContext | None = None

    def _session(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            loop=self.loop,
            tls_context=self.context,
            auth_required=True,
            auth_require_tls=False,
            authenticator=self._check,
        )

    def _check(self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        self.signed_in.append(f"{data.login.decode()}:{data.password.decode()}:{session.ssl is not None}")
        return AuthResult(success=data.password == b"secret", handled=False)


def test_password_is_given_and_a_wrong_one_is_told_without_it() -> None:
    with Signing() as sink:
        server = Server("127.0.0.1", sink.port, "ana", "secret", "opportunistic")
        assert send(server) == "OK kept"
        error = refusal(Server("127.0.0.1", sink.port, "ana", "wrong secret", "none"))

    assert sink.signed_in[0] == "ana:secret:False"
    assert str(error).startswith(f"The mail server 127.0.0.1:{server.port} cannot be used: 535 ")
    assert ("wrong" in str(error), error.permanent) == (False, False)


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """A certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + dt.timedelta(days=1))
    path: Path = tmp_path_factory.mktemp("tls") / "pem"
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *private)
        + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@pytest.fixture
def tls(self_signed: ssl.SSLContext) -> Iterator[Signing]:
    sink = Signing()
    sink.context = self_signed
    with sink:
        yield sink


def test_encryption_that_is_offered_is_taken_without_asking_who_vouches_for_it(tls: Signing) -> None:
    send(Server("127.0.0.1", tls.port, "ana", "secret"))
    assert tls.signed_in == ["ana:secret:True"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_required_encryption_is_required_of_somebody_known(tls: Signing, security: str) -> None:
    error = refusal(Server("127.0.0.1", tls.port, "ana", "secret", security))
    assert (error.permanent, tls.signed_in, tls.accepted) == (False, [], [])


def test_without_encryption_none_is_begun(tls: Signing) -> None:
    send(Server("127.0.0.1", tls.port, "ana", "secret", "none"))
    assert tls.signed_in == ["ana:secret:False"]
