"""Serves the real host names of a vendor on loopback: a CONNECT proxy that answers for them itself, with certificates of
a CA of its own. Manifests and clients stay as they are; HTTPS_PROXY and SSL_CERT_FILE lead here. Nothing is forwarded."""

import datetime
import http.server
import ipaddress
import pathlib
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _sign(name: str, key, issuer: x509.Name, issuer_key, extensions) -> x509.Certificate:
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(_name(name)).issuer_name(issuer).public_key(key.public_key())
               .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
               .not_valid_after(now + datetime.timedelta(days=1)))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem_key(key) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _alternative(host: str):
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class RealNames:
    """`handler`: a BaseHTTPRequestHandler; the name asked for is in its Host header, `double` is what it serves."""

    def __init__(self, folder: pathlib.Path, hosts: list[str], handler, double):
        self.hosts, self.handler, self.double = set(hosts), handler, double
        self.ca_path = folder / "ca.pem"
        pair = self._issue(folder)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(pair)
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._proxy_handler())
        self._server.daemon_threads = True
        self._server.double = double
        self.proxy = f"http://127.0.0.1:{self._server.server_port}"

    def _issue(self, folder: pathlib.Path) -> pathlib.Path:
        ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        ca = _sign("double CA", ca_key, _name("double CA"), ca_key, [(x509.BasicConstraints(True, 0), True)])
        names = x509.SubjectAlternativeName([_alternative(host) for host in sorted(self.hosts)])
        leaf = _sign("double", key, ca.subject, ca_key, [(names, False)])
        self.ca_path.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
        pair = folder / "double.pem"
        pair.write_bytes(_pem_key(key) + leaf.public_bytes(serialization.Encoding.PEM))
        return pair

    def _proxy_handler(self):
        names = self

        class Proxy(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_CONNECT(self):
                self.close_connection = True
                if self.path.removesuffix(":443") not in names.hosts:
                    self.send_error(502, "not one of the names served here")
                    return
                self.send_response(200)
                self.end_headers()
                try:
                    with names._tls.wrap_socket(self.connection, server_side=True) as tls:
                        names.handler(tls, self.client_address, self.server)
                except (ssl.SSLError, ConnectionError):
                    pass  # the client went away, or does not trust us

            def log_message(self, *_):
                pass

        return Proxy

    def start(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def environment(self) -> dict:
        return {"HTTPS_PROXY": self.proxy, "SSL_CERT_FILE": str(self.ca_path)}
