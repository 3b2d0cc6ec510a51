"""What the operator reads agrees with the code: every variable is documented, no requirement names a host."""

import re
from pathlib import Path

import pytest
import yaml

from tools import check

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
TABLES = set(re.findall(r"^\| `([A-Z_]+)` \|", OPERATIONS, re.MULTILINE))

# Variables of the system or of other tools, which are only read.
FOREIGN = {"PATH", "MAKELEVEL", "CI", "XDG_CACHE_HOME", "PYTEST_XDIST_WORKER", "DJANGO_SETTINGS_MODULE"}


def settings_variables() -> set[str]:
    """Return the variables that slmo/settings.py reads."""
    text = (ROOT / "slmo" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'\benv\w*\(\s*"([A-Z_]+)"', text))


def embedded_variables() -> set[str]:
    """Return the variables that starting up and the tests' browser read."""
    files = [*(ROOT / "slmo" / "embedded").glob("*.py"), ROOT / "tests" / "support" / "browser.py"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    return set(re.findall(r'environ(?:ment)?\.get\(\s*"([A-Z_]+)"', text)) - FOREIGN


def test_every_variable_of_the_settings_is_documented() -> None:
    assert len(settings_variables()) >= 19
    assert settings_variables() - TABLES == set()


def test_every_variable_of_starting_up_is_documented() -> None:
    assert {"PORT", "SLMO_HOST", "SLMO_SERVERS", "CHROME"} <= embedded_variables()
    assert embedded_variables() - TABLES == set()


def test_no_variable_is_documented_that_nothing_reads() -> None:
    assert TABLES - settings_variables() - embedded_variables() - {"PYTHON"} == set()


def test_the_portals_containers_get_only_variables_that_exist() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    for name in ("web", "worker", "beat", "migrate"):
        assert set(compose["services"][name]["environment"]) <= settings_variables()


def test_every_long_running_container_has_a_health_check() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["migrate"]


def test_requirements_are_hashed_and_name_no_host() -> None:
    assert check.requirements_complaints() == []
    for path in ROOT.glob("requirements*.txt"):
        pins = re.findall(r"^[a-z0-9_.\[\]-]+==.*$", path.read_text(encoding="utf-8"), re.MULTILINE | re.IGNORECASE)
        assert len(pins) >= 5
        assert all(pin.endswith("\\") for pin in pins)


@pytest.mark.parametrize("line", ["--index-url x", "a @ file", "--find-links /wheels", "a @ https://host/a.whl"])
def test_a_requirement_that_names_a_host_is_found(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements.txt").write_text(f"a==1\n{line}\n")
    monkeypatch.setattr(check, "ROOT", tmp_path)
    assert check.requirements_complaints() == [f"requirements.txt:2: names a host: {line}"]
