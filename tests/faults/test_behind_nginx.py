"""The service behind a real nginx that is set up as the guide says: what hospitals are promised holds there too."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import ssl
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import select

from mingcha.access import tokens
from mingcha.access.connections.given import connect
from mingcha.access.connections.states import ConnectionState
from mingcha.access.permissions import Permission
from mingcha.access.roles import Role
from mingcha.audit.calls import CallOutcome
from mingcha.sample.messages import sample_message
from mingcha.store.database.calls import CallRow
from tests.faults.load import PATH, under_load
from tests.faults.service import Service, check_all_there, figures, free_port, until
from tests.platform.gateway.calling import Hospital
from tests.support.asking import own_words
from tests.support.platform import PASSWORD, ROOT, Town

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "install-the-server.md"
LISTED, SLOW, SIGNED = "H35010000011", "H35010000012", "H35010000013"
A_SECOND = 5
MORE_THAN_A_FORM = 72 * 2**20
pytestmark = pytest.mark.skipif(NGINX is None, reason="没有安装 nginx（apt-get install nginx-light）")


@dataclass(frozen=True)
class Front:
    """An nginx before a service.

    Args:
        certificate: by which a caller knows it.
    """

    service: Service
    port: int
    certificate: Path

    def connection(self, source: str = "127.0.0.1") -> http.client.HTTPSConnection:
        """A connection that is kept; from one of the many addresses of this machine."""
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, source_address=(source, 0), context=trusted
        )

    def ask(
        self, method: str, path: str, body: Any = None, source: str = "127.0.0.1", **headers: str
    ) -> Answer:
        """One request."""
        with closing(self.connection(source)) as connection:
            return asked(connection, method, path, body, headers)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content: bytes
    headers: http.client.HTTPMessage

    @property
    def told(self) -> Any:
        return json.loads(self.content)


def asked(
    connection: http.client.HTTPConnection, method: str, path: str, body: Any, headers: dict[str, str]
) -> Answer:
    """One request on a connection."""
    content = body if isinstance(body, bytes | None) else json.dumps(body, ensure_ascii=False).encode()
    connection.request(method, path, content, {"Content-Type": "application/json", **headers})
    answer = connection.getresponse()
    return Answer(answer.status, answer.read(), answer.headers)


def certificate_in(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "fullchain.pem", folder / "privkey.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return paths


def configured(folder: Path, service: Service, port: int, certificate: Path, key: Path) -> str:
    """The configuration of the guide at other places."""
    (site,) = re.findall(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    for written, here in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("127.0.0.1:8000", f"127.0.0.1:{service.port}"),
        ("/etc/ssl/mingcha/fullchain.pem", str(certificate)),
        ("/etc/ssl/mingcha/privkey.pem", str(key)),
        # A machine that stands still for a while is no fault of what is tried here.
        ("proxy_read_timeout 10s", "proxy_read_timeout 300s"),
        ("/var/log/nginx/mingcha.log", str(folder / "access.log")),
    ):
        assert written in site
        site = site.replace(written, here)
    own = "".join(
        f"{kind}_temp_path {folder / kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nuser root;\nworker_processes 1;\npid {folder / 'pid'};\n"
        f"error_log {folder / 'error.log'};\nevents {{}}\nhttp {{\n{own}{site}}}\n"
    )


@pytest.fixture(scope="module")
def front(standing: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder, port = tmp_path_factory.mktemp("nginx"), free_port()
    certificate, key = certificate_in(folder)
    written = folder / "nginx.conf"
    written.write_text(configured(folder, standing, port, certificate, key), "utf-8")
    command = [str(NGINX), "-e", str(folder / "error.log"), "-c", str(written)]
    front = Front(standing, port, certificate)
    with subprocess.Popen(command) as process:
        until(lambda: process.poll() is not None or front_answers(front))
        assert process.poll() is None, (folder / "error.log").read_text("utf-8")
        yield front
        process.terminate()


def front_answers(front: Front) -> bool:
    try:
        return front.ask("GET", "/api/v1/health").status == 200
    except OSError:
        return False


def connected(front: Front, institution: str, **how: Any) -> tuple[str, str]:
    """Connect an institution; its keys, once all processes know it."""
    view, secret = connect(front.service.access, ROOT, institution, state=ConnectionState.LIVE, **how)
    return view.access_key, secret or ""


def visit(institution: str, number: int = 0) -> dict[str, Any]:
    return {
        **sample_message("visit", 1),
        "fixmedins_code": institution,
        "msgid": f"{institution}{number:018d}",
    }


def test_who_calls_from_where_is_told_by_the_proxy_and_by_nobody_else(front: Front) -> None:
    connected(front, LISTED, signed=False, networks=["127.0.0.2/32"])
    sent = visit(LISTED)
    until(lambda: front.ask("POST", PATH, sent, "127.0.0.2").status == 200)
    assert front.ask("POST", PATH, sent, "127.0.0.3").status == 401
    forged = {"X-Forwarded-For": "127.0.0.2", "Forwarded": "for=127.0.0.2", "X-Real-IP": "127.0.0.2"}
    assert front.ask("POST", PATH, sent, "127.0.0.3", **forged).status == 401
    past = http.client.HTTPConnection("127.0.0.1", front.service.port, source_address=("127.0.0.3", 0))
    with closing(past) as connection:
        assert asked(connection, "POST", PATH, sent, forged).status == 401
    assert front.ask("POST", PATH, sent, "127.0.0.2", **{"X-Forwarded-For": "10.9.9.9"}).status == 200


def test_what_an_institution_may_call_a_second_holds_for_all_processes_together(front: Front) -> None:
    connected(front, SLOW, signed=False, networks=["127.0.0.0/8"], a_second=A_SECOND)
    until(lambda: front.ask("POST", PATH, visit(SLOW)).status == 200)

    def window(number: int) -> list[str]:
        with closing(front.connection()) as connection:
            return [said_to(connection, visit(SLOW, 100 * number + one)) for one in range(1, 16)]

    def said_to(connection: http.client.HTTPSConnection, one: dict[str, Any]) -> str:
        """What a process says that knows the institution: each takes it up by itself."""
        answers: list[Answer] = []

        def taken() -> bool:
            answers.append(asked(connection, "POST", PATH, one, {}))
            return answers[-1].status == 200

        until(taken)
        said: str = answers[-1].told["err_msg"]
        return said

    with ThreadPoolExecutor(8) as windows:
        said = [one for some in windows.map(window, range(1, 9)) for one in some]
    assert any("超过约定的调用频率" in one for one in said)
    until(front.service.drained)
    with front.service.access.database.reading() as session:
        rows = session.scalars(select(CallRow).where(CallRow.institution_id == SLOW)).all()
    judged = Counter(
        row.received_at.replace(microsecond=0) for row in rows if row.outcome == CallOutcome.AUDITED
    )
    assert max(judged.values()) <= A_SECOND
    assert max(judged.values()) > A_SECOND // 2


def test_on_a_kept_connection_a_repeated_message_gets_its_first_answer(front: Front) -> None:
    connected(front, LISTED, signed=False, networks=["127.0.0.2/32"])
    sent = visit(LISTED, 7)
    until(lambda: front.ask("POST", PATH, sent, "127.0.0.2").status == 200)
    before = front.service.open_sockets
    with closing(front.connection("127.0.0.2")) as connection:
        answers = {asked(connection, "POST", PATH, sent, {}).content for _ in range(60)}
    assert len(answers) == 1
    assert front.service.open_sockets <= before + 2, "nginx keeps its connections too"


def test_a_page_for_a_hospitals_system_opens_once(front: Front) -> None:
    hospital = Hospital(*connected(front, SIGNED), lambda: datetime.now(UTC))
    bill = own_words(institution_id=SIGNED, message_id="N1")
    until(lambda: front.ask("POST", "/api/v1/audit", bill, **hospital.headers()).status == 200)
    about = {"institution_id": SIGNED, "page": "audit", "message_id": "N1"}
    link = front.ask("POST", "/api/v1/embedded", about, **hospital.headers())
    page = front.ask("GET", link.told["path"])
    assert page.status == 200
    assert "frame-ancestors *" in page.headers["Content-Security-Policy"]
    assert front.ask("GET", "/embedded/page.css").headers["Content-Type"].startswith("text/css")
    assert front.ask("GET", link.told["path"]).status == 410


@pytest.mark.faults
def test_somebody_signs_in_over_https_and_uploads_what_is_large(front: Front) -> None:
    town = Town(front.service.access)
    town.user("nginx", town.grant(Role.FIRST_REVIEWER))
    signed_in = front.ask("POST", "/api/v1/session", {"login": "nginx", "password": PASSWORD})
    assert all("Secure" in cookie for cookie in signed_in.headers.get_all("Set-Cookie"))
    _, token = tokens.create(town.access, town.actor("nginx"), "上传", [Permission.DATA_IMPORT], 1)
    bearer = {"Authorization": f"Bearer {token}"}
    begun = front.ask("POST", "/api/v1/uploads", {}, **bearer).told["id"]
    content = b"mdtrt_id,psn_no\n" + b"E1," + b"P" * MORE_THAN_A_FORM
    files = front.ask("PUT", f"/api/v1/uploads/{begun}/files?name=a.csv", content, **bearer)
    assert files.status == 200, files.content
    assert [(one["name"], one["size"]) for one in files.told] == [("a.csv", len(content))]


@pytest.mark.faults
def test_a_worker_killed_behind_nginx_is_noticed_by_nobody(front: Front, tmp_path: Path) -> None:
    service = front.service
    with under_load(front.port, tmp_path / "nginx", certificate=front.certificate) as load:
        until(lambda: load.answered > 40)
        before = set(service.pids)
        service.kill_worker()
        until(lambda: len(set(service.pids) - before) == 1)
        until(service.answers)
        known = load.answered
        until(lambda: load.answered > known + 40)
    check_all_there(service, load)
    assert {call.sent for call in load.calls} == {1}
    figures("behind nginx", load.calls)
