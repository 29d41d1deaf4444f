"""nginx as `deploy/nginx` sets it up, in front of two processes of the test's own."""

import asyncio
import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FILES = Path(__file__).parents[2] / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
NAME = "shimin.example"
FRAME = """
daemon off; master_process off; pid {here}/pid; error_log {here}/start.log;
events {{ worker_connections 256; }}
http {{
    client_body_temp_path {here}/body; proxy_temp_path {here}/proxy; fastcgi_temp_path {here}/f;
    uwsgi_temp_path {here}/u; scgi_temp_path {here}/s;
    include {here}/shimin.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Its folder, and its two doors."""

    folder: Path
    plain: int
    secure: int

    def set_up(self, upstreams: Mapping[str, int]) -> None:
        """The files as they are, but for ports, the folder of the logs, and the pages' rate, so slow that what counts is their number.
        `upstreams`: the port of each process in the file."""
        (self.folder / "shimin").mkdir()
        conf = (FILES / "shimin.conf").read_text("utf-8").replace("/var/log/nginx", str(self.folder))
        conf = conf.replace("listen 80", f"listen 127.0.0.1:{self.plain}")
        conf = conf.replace("rate=30r/s", "rate=1r/m")
        conf = conf.replace("listen 443", f"listen 127.0.0.1:{self.secure}").replace(
            "buffer=64k flush=5s", ""
        )
        where = (FILES / "upstreams.conf").read_text("utf-8")
        for written, port in upstreams.items():
            where = where.replace(f"127.0.0.1:{written}", f"127.0.0.1:{port}")
        city = (FILES / "city.conf").read_text("utf-8").replace("/etc/nginx", str(self.folder))
        (self.folder / "shimin.conf").write_text(conf)
        (self.folder / "shimin" / "upstreams.conf").write_text(where)
        (self.folder / "shimin" / "city.conf").write_text(city)
        (self.folder / "nginx.conf").write_text(FRAME.format(here=self.folder))
        certify(self.folder / "shimin")

    @property
    def command(self) -> list[str]:
        assert NGINX
        return [NGINX, "-e", str(self.folder / "start.log"), "-p", str(self.folder), "-c", "nginx.conf"]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[aiohttp.ClientSession]:
        """A citizen's client that finds the city there."""
        process = await asyncio.create_subprocess_exec(*self.command)
        trusted = ssl.create_default_context(cafile=str(self.folder / "shimin" / "fullchain.pem"))
        connector = aiohttp.TCPConnector(ssl=trusted, resolver=Here(), force_close=True)
        try:
            async with aiohttp.ClientSession(f"https://{NAME}:{self.secure}", connector=connector) as client:
                await self._until_open(process)
                yield client
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()

    async def _until_open(self, process: asyncio.subprocess.Process) -> None:
        async with asyncio.timeout(30):
            while True:
                assert process.returncode is None, (self.folder / "start.log").read_text()
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.secure)
                except ConnectionError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return


class Here(aiohttp.abc.AbstractResolver):
    """Every name is this machine's."""

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[aiohttp.abc.ResolveResult]:
        found = aiohttp.abc.ResolveResult(
            hostname=host, host="127.0.0.1", port=port, family=2, proto=0, flags=0
        )
        return [found]

    async def close(self) -> None:
        """Nothing is open."""


def certify(folder: Path) -> None:
    """A certificate of the city's name, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, pkcs8, plain = (
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "privkey.pem").write_bytes(key.private_bytes(pem, pkcs8, plain))
