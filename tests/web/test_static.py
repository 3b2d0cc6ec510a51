"""Everything a page loads comes from here, and hashes cleanly for production."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.test import override_settings

STATIC = Path(settings.BASE_DIR) / "static"
OWN = [*sorted((STATIC / "css").rglob("*.css")), *sorted((STATIC / "js").rglob("*.js"))]


def test_collecting_static_files_finds_every_reference(tmp_path: Path) -> None:
    storage = {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    with override_settings(STATIC_ROOT=tmp_path, STORAGES={**settings.STORAGES, "staticfiles": storage}):
        call_command("collectstatic", "--noinput", verbosity=0, ignore=["drf_spectacular_sidecar*"])
        assert re.search(r"icons\.[0-9a-f]{12}\.svg", staticfiles_storage.url("icons.svg"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_own_file_asks_another_host_or_evaluates_text(path: Path) -> None:
    text = re.sub(r"http://www\.w3\.org/\S+", "", path.read_text())
    assert not re.search(r"https?://|\beval\(|new Function", text)


def test_every_vendored_package_names_its_version_and_brings_its_licence() -> None:
    table = (STATIC / "vendor" / "README.md").read_text()
    for name in ("htmx.org | 2.", "@tabler/core | 1.", "echarts | 6.", "inter | 5."):
        assert name in table
    assert {path.name.split(".")[0] for path in (STATIC / "vendor").glob("*.LICENSE")} >= {
        "htmx",
        "tabler",
        "echarts",
        "inter",
    }
