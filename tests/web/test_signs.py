"""Registries are counted: every verdict has a sign, every icon is drawn, every term is defined."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

from slmo.core.compliance import Verdict
from slmo.core.partition import Class
from slmo.web.glossary import TERMS, term_of
from slmo.web.signs import CLASSES, PATTERNS, STATES, VERDICTS, key_of, sign_of

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SPRITE = set(re.findall(r'id="i-([a-z0-9-]+)"', (ROOT / "static" / "icons.svg").read_text()))
CSS = "".join(path.read_text() for path in sorted((ROOT / "static" / "css").rglob("*.css")))


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_of_the_engine_has_its_own_sign(verdict: Verdict) -> None:
    assert key_of(verdict) in VERDICTS


@pytest.mark.parametrize("found", Class)
def test_every_class_of_the_partition_has_its_own_sign(found: Class) -> None:
    assert key_of(found) in CLASSES


@pytest.mark.parametrize("sign", STATES.values(), ids=list(STATES))
def test_every_tone_is_defined_and_every_icon_of_a_state_is_in_the_sprite(sign) -> None:
    assert f".tone-{sign.tone} " in CSS
    assert not sign.icon or sign.icon in SPRITE


def test_a_state_without_a_sign_is_an_error_and_not_a_grey_badge() -> None:
    with pytest.raises(KeyError):
        sign_of("whatever")


def test_what_is_not_solid_has_a_pattern_that_the_page_defines() -> None:
    drawn = (ROOT / "templates" / "components" / "patterns.html").read_text()
    for pattern in PATTERNS.values():
        assert f'id="p-{pattern}"' in drawn


def test_every_icon_that_templates_name_is_in_the_sprite() -> None:
    named = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in TEMPLATES
        for name in re.findall(r'{% (?:icon|empty) "([a-z0-9-]+)"', path.read_text())
    }
    assert len(named) > 20
    assert [(path, name) for path, name in sorted(named) if name not in SPRITE] == []


def test_every_term_that_templates_define_for_the_reader_is_in_the_glossary() -> None:
    named = {name for path in TEMPLATES for name in re.findall(r'{% term "([^"]+)"', path.read_text())}
    for name in sorted(named):
        assert term_of(name).russian


def test_every_term_has_both_languages_and_one_sentence() -> None:
    assert len({term.english for term in TERMS}) == len(TERMS)
    for term in TERMS:
        assert re.search("[а-я]", term.russian)
        assert str(term.text).endswith(".")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_template_carries_what_the_content_security_policy_forbids(path: Path) -> None:
    text = path.read_text()
    engines["django"].engine.get_template(path.relative_to(ROOT / "templates").as_posix())  # it compiles
    if path.relative_to(ROOT / "templates").parts[0] == "notify":
        return  # letters are not pages
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r'\son[a-z]+="', text)
    assert not re.search(r"<style|hx-on|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
