"""The real nginx and Caddy, started on the configurations of docker/proxy with a certificate of
the test's own. Where one is missing, the test says so; in CI that is a failure.
"""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from docker.folder import DOCKER

PATIENCE_SECONDS = 20
NGINX, CADDY = DOCKER / "proxy" / "nginx.conf", DOCKER / "proxy" / "Caddyfile"
FLEET = DOCKER / "proxy" / "fleet.conf"
AROUND = """
pid {folder}/nginx.pid;
events {{ }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxied;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/rxbridge.conf;
}}
"""
"""What Debian's nginx.conf has around a file of conf.d, as far as it matters."""


def program(name: str) -> str:
    """Where it is. Skips the test where there is none; in CI that is a failure."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found:
        return found
    text = f"no {name} on this machine (`make proxies` installs it for root, from Debian)"
    if os.environ.get("CI"):
        pytest.fail(text)
    pytest.skip(text)


def certificate(folder: Path) -> Path:
    """A self-signed one for localhost, its key beside it."""
    made, key = folder / "cert.pem", folder / "key.pem"
    words = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    words += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    words += ["-keyout", str(key), "-out", str(made)]
    subprocess.run([program("openssl"), "req", "-x509", *words], check=True, capture_output=True)
    return made


def put_in(text: str, changes: Mapping[str, str]) -> str:
    """The text with each replaced, which has to stand in it once."""
    for before, after in changes.items():
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


def nginx(folder: Path, port: int, upstream: int) -> list[str]:
    """Writes its configuration; the command that runs it."""
    made = certificate(folder)
    changes = {
        "server 127.0.0.1:8080;": f"server 127.0.0.1:{upstream};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen [::]:443 ssl http2;": "",
        "bridge.example.org;": "localhost;",
        "/etc/ssl/rxbridge/fullchain.pem": str(made),
        "/etc/ssl/rxbridge/privkey.pem": str(made.with_name("key.pem")),
        "/var/log/nginx/rxbridge.log": str(folder / "access.log"),
        "/var/log/nginx/rxbridge.error.log": str(folder / "error.log"),
    }
    (folder / "rxbridge.conf").write_text(put_in(NGINX.read_text(), changes))
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(user + AROUND.format(folder=folder))
    words = [program("nginx"), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/start.log"]
    return [*words, "-g", "daemon off;"]


def fleet(folder: Path, port: int, upstreams: Sequence[int]) -> list[str]:
    """That of three replicas; without Docker's names, and what an older nginx does not know."""
    text = FLEET.read_text().replace(" resolve ", " ").replace("/tmp/", f"{folder}/")  # noqa: S108
    changes = {f"fleet-{n}:8080": f"127.0.0.1:{each}" for n, each in enumerate(upstreams, start=1)}
    changes |= {
        "listen 8080;": f"listen 127.0.0.1:{port};",
        "worker_processes 1;": "user root;" if os.geteuid() == 0 else "",
        "access_log /dev/stdout": f"access_log {folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
    }
    (folder / "fleet.conf").write_text(put_in(text, changes))
    words = [program("nginx"), "-c", f"{folder}/fleet.conf", "-e", f"{folder}/start.log"]
    return [*words, "-g", "daemon off;"]


def caddy(folder: Path, port: int, upstream: int) -> list[str]:
    """Writes its configuration; the command that runs it."""
    made = certificate(folder)
    site = f"https://localhost:{port} {{\n\tbind 127.0.0.1\n\ttls {made} {folder / 'key.pem'}\n"
    changes = {
        "\tservers {": "\tadmin off\n\tauto_https disable_redirects\n\tservers {",
        "bridge.example.org {\n": site,
        "127.0.0.1:8080 {": f"127.0.0.1:{upstream} {{",
    }
    (folder / "Caddyfile").write_text(put_in(CADDY.read_text(), changes))
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


@asynccontextmanager
async def running(words: list[str], port: int, folder: Path) -> AsyncIterator[None]:
    """Until it listens; ended after the test. What it says goes to output.log."""
    homes = {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)}
    with (folder / "output.log").open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=folder, stdout=output, stderr=output, env={**os.environ, **homes}
        )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not listens(port):
                assert process.returncode is None, (folder / "output.log").read_text()
                await asyncio.sleep(0.02)
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        await asyncio.wait_for(process.wait(), PATIENCE_SECONDS)


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0
