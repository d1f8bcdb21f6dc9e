"""`mingcha serve` from nothing: the first administrators, the whole way in, and commands for the console."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from mingcha.cli import commands
from mingcha.cli.app import run
from mingcha.settings import TRUSTED_PROXIES, SettingsError, settings_from
from tests.support.platform import PASSWORD

assert commands.COMMANDS


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert run(list(arguments)) == status
    return capsys.readouterr().out


def post(url: str, body: Any) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def test_a_new_installation_serves_and_lets_three_people_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "from mingcha.cli import main; main()", "serve", "--port", str(port)]
    environment = {**os.environ, "MINGCHA_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    output = tmp_path / "output"
    with output.open("wb") as writing:
        server = subprocess.Popen(command, env=environment, stdout=writing, stderr=subprocess.STDOUT)
    try:
        wait_for(f"http://127.0.0.1:{port}/api/v1/health", server)
        links = re.findall(r"(\S+)\s+http://\S+/setup#token=(\S+)", output.read_text())
        assert [label for label, _ in links] == ["系统管理员", "安全管理员", "审计员"]
        for number, (label, token) in enumerate(links):
            form = {"token": token, "login": f"first{number}", "full_name": "李明", "password": PASSWORD}
            assert post(f"http://127.0.0.1:{port}/api/v1/setup", form)["label"] == label
        me = post(f"http://127.0.0.1:{port}/api/v1/session", {"login": "first2", "password": PASSWORD})
        assert "trail.view" in me["permissions"]
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
    monkeypatch.setenv("MINGCHA_HOME", str(home))
    verdict = json.loads(said(capsys, "trail", "verify", "--json"))
    assert verdict["faults"] == []
    assert verdict["unsealed"] == 0
    assert [one["login"] for one in json.loads(said(capsys, "user", "list", "--json"))] == [
        "first0",
        "first1",
        "first2",
    ]
    assert "临时口令" in said(capsys, "user", "reset-password", "first1")
    assert "已恢复" in said(capsys, "user", "unlock", "first1")
    assert json.loads(said(capsys, "keys", "rotate", "--json"))["key"] == "k2"
    assert "k1" in said(capsys, "keys", "retire")
    (home / "trail.head").write_text('{"number": 99, "seal": "x"}')
    assert "末尾被截去" in said(capsys, "trail", "verify", status=4)


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(1800):
        assert server.poll() is None, "the server ended by itself"
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                assert json.load(answer) == {"ready": True}
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not come up")


def test_keys_that_are_gone_are_not_replaced_by_new_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path))
    said(capsys, "database", "upgrade")
    said(capsys, "user", "invite")
    (tmp_path / "keys.json").unlink()
    assert run(["database", "upgrade"]) == 2
    assert "没有密钥文件" in capsys.readouterr().err
    assert not (tmp_path / "keys.json").exists()


@pytest.mark.parametrize("address", ["mysql://u:secret@h/d", "nonsense"])
def test_an_address_of_no_such_database_is_refused_without_being_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path))
    monkeypatch.setenv("MINGCHA_DATABASE_URL", address)
    assert run(["database", "upgrade"]) == 2
    told = capsys.readouterr().err
    assert "MINGCHA_DATABASE_URL" in told
    assert "secret" not in told


def test_only_addresses_and_networks_of_proxies_can_be_named() -> None:
    assert settings_from({TRUSTED_PROXIES: "10.0.0.5, 10.0.1.0/24"}).proxies == ("10.0.0.5/32", "10.0.1.0/24")
    assert settings_from({}).proxies == ("127.0.0.1/32", "::1/128")
    for wrong in ("*", "proxy.example.org", "10.0.0.5/24"):
        with pytest.raises(SettingsError, match="代理的地址"):
            settings_from({TRUSTED_PROXIES: wrong})
