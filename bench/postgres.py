"""A PostgreSQL server of our own for a while: in a temporary folder, on a loopback port.

Nothing of a server that may be installed and running is touched; only its programs are used.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import psycopg.sql

MISSING = (
    "PostgreSQL is not installed, and the store is tested on it. Install its server programs (on "
    "Debian: apt-get install postgresql); they are run in a temporary folder, so that no server "
    "has to be set up or started."
)
USER = "onboard"
PASSWORD = "hunter2"  # noqa: S105 (the server trusts everyone; it shows where passwords end up)

_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "autovacuum": "off",
}
_ATTEMPTS = 5


class Cluster:
    """A running server, which can be stopped and started again."""

    def __init__(self, folder: Path, settings: dict[str, str]) -> None:
        self._folder = folder
        self._settings = settings
        self._programs = programs()
        self._made = 0
        self.port = 0
        self._as_user("initdb", "-A", "trust", "-U", USER, "-E", "UTF8", "--no-sync", "-D", "data")
        for _ in range(_ATTEMPTS):
            self.port = _free_port()
            if self.start():
                return
        log = (folder / "log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"PostgreSQL does not start:\n{log}")

    def start(self) -> bool:
        """Start the server, and wait until it answers; whether it does."""
        options = " ".join(
            f"-c {name}={value}"
            for name, value in {
                **self._settings,
                "port": str(self.port),
                "unix_socket_directories": str(self._folder),
            }.items()
        )
        started = self._as_user(
            "pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start", check=False
        )
        return started == 0

    def stop(self) -> None:
        """Stop the server at once, as a crash would."""
        self._as_user("pg_ctl", "-D", "data", "-w", "-m", "immediate", "stop", check=False)

    def url(self, database: str, port: int | None = None) -> str:
        """Return the address of a database, with a password that nobody may see."""
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def run(
        self, statement: LiteralString, values: Sequence[object] = (), database: str = "postgres"
    ) -> list[Any]:
        """Run a statement as the server's owner, and return its rows."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database from a template for a while; its address."""
        self._made += 1
        name = f"d{self._made}"
        self._manage("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.url(name)
        finally:
            # At once: dozens of them would be a gigabyte on the disk.
            self._manage("DROP DATABASE {} WITH (FORCE)", name)

    def _manage(self, statement: LiteralString, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            identifiers = [psycopg.sql.Identifier(name) for name in names]
            connection.execute(psycopg.sql.SQL(statement).format(*identifiers))

    def _as_user(self, program: str, *arguments: str, check: bool = True) -> int:
        command = [str(self._programs / program), *arguments]
        if os.geteuid() == 0:
            # The server refuses to run as root.
            command = ["runuser", "-u", _someone().pw_name, "--", *command]
        ran = subprocess.run(  # noqa: S603 (programs of PostgreSQL, arguments of ours)
            command,
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            # The server inherits it, and would keep a pipe open for as long as it runs.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        if check and ran.returncode:
            raise RuntimeError(f"{program} ended with {ran.returncode}")
        return ran.returncode


@contextmanager
def cluster(**settings: str) -> Iterator[Cluster]:
    """A server with these settings, which ends with its data when this does."""
    folder = Path(tempfile.mkdtemp(prefix="onboard-pg-"))
    made: Cluster | None = None
    try:
        if os.geteuid() == 0:
            os.chown(folder, _someone().pw_uid, _someone().pw_gid)
        made = Cluster(folder, {**_SETTINGS, **settings})
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """Return the folder of the newest PostgreSQL. Raises RuntimeError with what to install."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parent.parent.name),
    )
    if found:
        return found[-1].parent
    if on_path := shutil.which("initdb"):
        return Path(on_path).resolve().parent
    raise RuntimeError(MISSING)


def _someone() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
