"""Bundles to and from an address: out, in, receipts back, by commands alone and a real SSH server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_in_part import enrolled
from tests.cli.test_the_doors import one_line
from tests.sync.sftp_house import Server, sftp_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with sftp_server(tmp_path_factory.mktemp("sftp")) as made:
        yield made


def test_an_address_of_this_machine_is_the_path_it_names(
    run: Run, office_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    enrolled(run, office_folder, tmp_path)
    target = tmp_path / "server"
    status, _, err = run("export", "--to", f"file://{target}")
    assert status == 1 and "has no folder" in one_line(err) and not target.exists()
    target.mkdir()
    assert run("export", "--to", f"file://{target}")[0] == 0
    assert list(target.rglob("*.age")) and not list(elsewhere.iterdir())
    assert run("office", "import", f"file://{target}", folder=office_folder)[0] == 0


def test_the_whole_way_by_address(run: Run, office_folder: Path, tmp_path: Path, server: Server) -> None:
    enrolled(run, office_folder, tmp_path)
    run("person", "add", "--json", "-", stdin=json.dumps({"given": "Ana", "sex": "F", "ref": "a"}))
    place = server.place()
    how = ("--key-file", place.key_file)
    status, _, err = run("export", "--to", place.url, *how)
    assert status == 1 and server.host_key in one_line(err)
    assert "never compared" in err and "--host-key" in err and "confirm it" not in err
    status, _, err = run("export", "--to", place.url, *how, "--host-key", "SHA256:" + "A" * 43)
    assert status == 1 and "than the one given" in one_line(err) and server.host_key in err
    status, _, err = run("export", "--to", f"{place.url}-wrong", *how, "--host-key", server.host_key)
    assert status == 1 and "has no folder" in one_line(err)
    status, _, err = run("import", f"{place.url}-wrong", *how, "--host-key", server.host_key)
    assert status == 1 and "has no folder" in one_line(err)
    status, out, _ = run("export", "--to", place.url, *how, "--host-key", server.host_key, "--json")
    sent = json.loads(out)
    assert (status, sent["where"], sent["parts"]) == (0, f"127.0.0.1:{server.port}", sent["parts"]) and sent[
        "brought"
    ] >= 2
    status, out, _ = run(
        "export", "--to", place.url, *how, "--json"
    )  # the key is remembered, nothing is sent again
    assert (status, json.loads(out)["brought"]) == (0, 2)  # but that something was sent is an entry itself
    status, out, _ = run(
        "office", "import", place.url, *how, "--host-key", server.host_key, "--json", folder=office_folder
    )
    assert (status, json.loads(out)["set_aside"]) == (0, 0) and json.loads(out)["new"] > 0
    assert run("office", "receipts", "--to", place.url, *how, folder=office_folder)[0] == 0
    before = json.loads(run("status", "--json")[1])["only_here"]
    status, out, _ = run("import", place.url, *how, "--json")
    assert (status, json.loads(out)["receipts"]) == (0, 1)
    assert json.loads(run("status", "--json")[1])["only_here"] < before


def test_another_server_at_another_port_is_met_for_the_first_time(
    run: Run, office_folder: Path, tmp_path: Path, server: Server
) -> None:
    enrolled(run, office_folder, tmp_path)
    place = server.place()
    how = ("--key-file", place.key_file)
    assert run("export", "--to", place.url, *how, "--host-key", server.host_key)[0] == 0
    (tmp_path / "other").mkdir()
    with sftp_server(tmp_path / "other") as other:
        status, _, err = run("import", other.place().url, "--key-file", str(other.key_file))
        assert status == 1 and "never compared here" in one_line(err) and other.host_key in one_line(err)
    assert run("export", "--to", place.url, *how)[0] == 0
