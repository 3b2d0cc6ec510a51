"""What cannot be started says why in one sentence, without a traceback and without a password."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from slmo.embedded import places, urls
from slmo.embedded.binaries import sources_wanted
from slmo.embedded.checks import address_wanted, folder_check, port_check, port_is_free
from slmo.embedded.refusal import Refusal

ROOT = Path(__file__).parents[2]


def test_a_taken_port_is_named_with_another_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=f"Port {port} on 127.0.0.1 is taken by another program.*PORT="):
            port_check("127.0.0.1", port)
        assert not port_is_free(port)


@pytest.mark.parametrize("word", ["abc", "0", "65536", "-1", "8000.5", "８０００"])
def test_a_port_that_is_no_port_number_is_refused(word: str) -> None:
    with pytest.raises(Refusal, match="expected a number from 1 to 65535"):
        address_wanted({"PORT": word})


def test_the_address_defaults_to_loopback_and_8000() -> None:
    assert address_wanted({"PORT": " ", "SLMO_HOST": ""}) == ("127.0.0.1", 8000)


def test_a_host_that_is_not_of_this_machine_is_refused() -> None:
    with pytest.raises(Refusal, match=r"Cannot listen on 192\.0\.2\.1"):
        port_check("192.0.2.1", 8123)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match=r"Cannot write in the folder .*file/var"):
        folder_check(tmp_path / "file" / "var")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("postgresql://slmo:sekret@127.0.0.1:1/slmo", "names 127.0.0.1:1/slmo, which cannot be used: .*refused"),
        ("mysql://slmo:sekret@127.0.0.1/slmo", "cannot be read; expected postgresql://"),
        ("postgresql://slmo:sekret@127.0.0.1:port/slmo", "cannot be read; expected postgresql://"),
        ("postgresql://slmo:sekret@127.0.0.1", "cannot be read; expected postgresql://"),
        ("sekret", "cannot be read; expected postgresql://"),
    ],
)
def test_an_unusable_database_address_is_one_sentence_without_the_password(url: str, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence) as refused:
        urls.database_check(url)
    assert "sekret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_database_that_refuses_the_password_is_one_sentence() -> None:
    right = os.environ["DATABASE_URL"]
    wrong = right.replace(right.split(":")[2].split("@")[0], "sekret")
    with pytest.raises(Refusal, match="password authentication failed") as refused:
        urls.database_check(wrong)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("url", ["redis://:sekret@127.0.0.1:1/0", "http://sekret", "redis://:sekret@127.0.0.1:x/0"])
def test_an_unusable_broker_address_is_one_sentence_without_the_password(url: str) -> None:
    with pytest.raises(Refusal, match="REDIS_URL") as refused:
        urls.broker_check(url)
    assert "sekret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_source_of_servers_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLMO_SERVERS", "docker")
    with pytest.raises(Refusal, match="expected auto, wheels or path"):
        sources_wanted()


def bootstrap(script: str) -> subprocess.CompletedProcess[str]:
    """Run tools/bootstrap.py after `script` has changed the Python that it finds."""
    run = f"import runpy, sys; sys.argv = ['tools/bootstrap.py', 'run']; {script}; "
    run += "runpy.run_path('tools/bootstrap.py', run_name='__main__')"
    return subprocess.run([sys.executable, "-c", run], cwd=ROOT, capture_output=True, text=True, check=False)


def test_an_old_python_is_told_what_is_needed() -> None:
    answer = bootstrap("sys.version_info = (3, 8, 10, 'final', 0)")
    assert answer.returncode == 1
    assert answer.stderr.startswith("SLMO: Python 3.11 or newer is needed; ")
    assert answer.stderr.strip().endswith("is Python 3.8.10.")
    assert answer.stderr.count("\n") == 1


def test_the_first_file_can_be_read_by_old_pythons() -> None:
    text = (ROOT / "tools" / "bootstrap.py").read_text()
    compile(text, "bootstrap.py", "exec", dont_inherit=True)
    assert 'f"' not in text
    assert "->" not in text


def test_a_python_without_venv_is_told_what_to_install(tmp_path: Path) -> None:
    hide = (
        "import importlib.util as u; old = u.find_spec; "
        "u.find_spec = lambda n, *a: None if n == 'ensurepip' else old(n, *a); "
        f"import os, pathlib; os.environ['PATH'] = '{tmp_path}'; os.environ['SLMO_VAR'] = '{tmp_path}/var'; "
        "os.environ['PORT'] = '58999'; sys.path.insert(0, '.'); import slmo.embedded.install as i; "
        f"i.VENV = pathlib.Path('{tmp_path}/venv'); i.PYTHON = i.VENV / 'bin' / 'python'"
    )
    answer = bootstrap(hide)
    assert answer.returncode == 1
    assert "cannot make virtual environments; install its venv module" in answer.stderr
    assert answer.stderr.count("\n") == 1


@pytest.mark.may_skip
@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_root_hands_the_servers_to_an_unprivileged_user_who_can_reach_them(tmp_path: Path) -> None:
    account = places.account_for(tmp_path / "missing")
    assert account is not None
    assert account.uid != 0
    tmp_path.chmod(0o700)
    assert not places.reaches(account, tmp_path)
    folder = tmp_path / "var"
    folder.mkdir()
    home = places.home_lasting(folder, account)
    try:
        assert home.parent in {Path("/var/lib/slmo"), Path("/var/tmp/slmo")}
        assert places.reaches(account, home)
        assert places.home_lasting(folder, account) == home
    finally:
        home.rmdir()


@pytest.mark.may_skip
@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_programs_out_of_reach_are_copied_whole_to_where_they_can_be_run(tmp_path: Path) -> None:
    account = places.account_for(tmp_path / "missing")
    hidden, home = tmp_path / "hidden", places.home_passing()
    (hidden / "part" / "bin").mkdir(parents=True)
    (hidden / "part" / "bin" / "program").write_text("#!/bin/sh\n")
    (hidden / "part" / "bin" / "program").chmod(0o700)
    hidden.chmod(0o700)
    tmp_path.chmod(0o700)
    copy = places.tree_within_reach(account, hidden, ("part",), home, hidden / "part" / "bin" / "program")
    assert copy.parent == home
    assert places.reaches(account, copy / "part" / "bin" / "program")
    again = places.tree_within_reach(account, hidden, ("part",), home, hidden / "part" / "bin" / "program")
    assert again == copy
    subprocess.run(["rm", "-rf", str(home)], check=True)
