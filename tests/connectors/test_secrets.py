"""Secrets of sources: encrypted at rest, told to nobody, bound to whom they were typed for, sealed anew on demand."""

import copy
import json
import logging
import pickle

import pytest
from cryptography.fernet import Fernet
from django import forms
from django.core import serializers
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.translation import override

from monitoring.connectors import CONNECTORS, Connector, ConnectorError
from monitoring.connectors.base import ConfigForm, SecretField
from monitoring.models import Source
from monitoring.sentence import gettext, verbatim
from monitoring.services.fetching import source_fetch
from monitoring.services.source import source_create, source_update
from monitoring.services.source_secrets import config_open
from slmo.accounts.vault import Secret, VaultClosed, opened, scrubbed, sealed, sealed_newest
from slmo.audit.models import Entry
from tests.monitoring.make import NOW, indicator_make

pytestmark = pytest.mark.django_db
TOKEN = "s3cr3t-that-nobody-sees"


class LockedForm(ConfigForm):
    url = forms.CharField()
    token = SecretField()
    second = SecretField(required=False)


class Locked(Connector):
    """A kind that asks for a token, and repeats it wherever it can."""

    kind, label, form = "locked", "Locked", LockedForm
    error = ConnectorError("It said: no, {token}.")
    words = staticmethod(verbatim)

    def fetch(self, config, window, interval):
        self.seen = config
        if self.error is not None:
            raise type(self.error)(self.words(str(self.error).format(token=config["token"].reveal())))
        return []


@pytest.fixture
def locked(monkeypatch):
    connector = Locked()
    monkeypatch.setitem(CONNECTORS, "locked", connector)
    return connector


def source_make(**config):
    return source_create(
        slug="locked", name="Locked", kind="locked", indicator=indicator_make(), interval=60, actor=None, now=NOW,
        config={"url": "https://a.example/", "token": TOKEN, **config},
    )  # fmt: skip


@pytest.mark.parametrize("show", [str, repr, "{}".format, "{!r}".format, lambda one: f"{one}", lambda one: f"{[one]}"])
def test_a_secret_shows_itself_in_no_representation(show):
    assert TOKEN not in show(Secret(TOKEN))


def test_a_secret_is_not_written_anywhere_by_accident():
    with pytest.raises(TypeError):
        pickle.dumps(Secret(TOKEN))
    with pytest.raises(TypeError):
        json.dumps(Secret(TOKEN))
    assert copy.deepcopy({"a": Secret(TOKEN)})["a"].reveal() == TOKEN
    assert (Secret("a") == Secret("a"), Secret("a") == Secret("b"), bool(Secret(""))) == (True, False, False)


def test_a_secret_is_stored_sealed_and_opened_for_the_fetch_alone(locked):
    locked.error = None
    source = source_make()
    source.refresh_from_db()
    assert TOKEN not in json.dumps([source.config, source.secrets])
    assert TOKEN not in serializers.serialize("json", [source])
    source_fetch(source_id=source.pk, now=NOW)
    assert locked.seen["token"].reveal() == TOKEN


def said(text):
    """Return a sentence with another's words in it, and in a sentence inside it."""
    return gettext("%(host)s could not be reached: %(why)s.") % {
        "host": text, "why": gettext("Zabbix refuses %(method)s: %(said)s") % {"method": 1, "said": text},
    }  # fmt: skip


@pytest.mark.parametrize("words", [verbatim, said])
@pytest.mark.parametrize("error", [ConnectorError("It said: no, {token}."), ValueError("Invalid header {token}")])
def test_neither_the_source_nor_the_log_nor_the_audit_repeats_it(locked, error, words, caplog):
    locked.error, locked.words = error, words
    caplog.set_level(logging.DEBUG)
    source = source_make()
    source_fetch(source_id=source.pk, now=NOW)
    source.refresh_from_db()
    assert "•••" in source.last_error
    stored = json.dumps(source.last_error_parts, ensure_ascii=False)
    assert ("•••" in stored) == (words is said or isinstance(error, ValueError))
    with override("ru"):
        shown = [source.error_told, source.last_error, stored, caplog.text]
    shown += [json.dumps([e.before, e.after]) for e in Entry.objects.all()]
    assert [text for text in shown if TOKEN in text] == []


def test_an_edit_keeps_it_unless_another_is_typed(locked):
    source = source_make()
    source = source_update(source=source, actor=None, now=NOW, config={"url": "https://a.example/other"})
    assert config_open(source)["token"].reveal() == TOKEN
    source = source_update(source=source, actor=None, now=NOW, config={**source.config, "token": "another-one"})
    assert config_open(source)["token"].reveal() == "another-one"
    assert Entry.objects.filter(action="source_update").order_by("id").last().after["secrets_changed"] == ["token"]


@pytest.mark.parametrize(
    "url", ["https://evil.example/", "http://a.example/", "https://a.example:8443/", "https://a.example.evil.example/"]
)
def test_it_is_not_sent_elsewhere_because_the_address_was_changed(locked, url):
    source = source_make()
    with pytest.raises(ValidationError) as refused:
        source_update(source=source, actor=None, now=NOW, config={"url": url})
    assert set(refused.value.message_dict) == {"token"}
    source_update(source=source, actor=None, now=NOW, config={"url": url, "token": "typed-again"})


def test_one_that_is_not_needed_can_be_removed(locked):
    source = source_make(second="also-secret")
    form = LockedForm({"url": "https://a.example/", "second-remove": "1"}, held=source.secrets)
    assert form.is_valid(), form.errors
    source = source_update(source=source, actor=None, now=NOW, config=form.cleaned_data)
    assert set(source.secrets) == {"token"}


def test_the_form_never_repeats_what_is_stored_or_typed(locked):
    form = LockedForm({"token": TOKEN, "second": TOKEN * 1000}, held=["token"], initial={"token": TOKEN})
    assert not form.is_valid()
    assert TOKEN not in form.as_p()
    assert TOKEN not in str(form.errors)
    assert TOKEN not in repr(form.cleaned_data)


def test_one_that_is_needed_and_not_stored_must_be_typed(locked):
    with pytest.raises(ValidationError) as refused:
        source_make(token="")
    assert set(refused.value.message_dict) == {"token"}


def test_without_a_key_none_is_taken_and_the_sentence_says_what_to_do(locked, settings, tmp_path):
    settings.SECRETS_KEYS, settings.SECRETS_KEYS_FILE = "", str(tmp_path / "keys")
    with pytest.raises(ValidationError, match="secrets_rotate --new-key"):
        source_make()
    assert not Source.objects.exists()


def test_a_file_that_others_can_read_is_no_place_for_keys(settings, tmp_path):
    path = tmp_path / "keys"
    settings.SECRETS_KEYS, settings.SECRETS_KEYS_FILE = "", str(path)
    path.write_text(Fernet.generate_key().decode())
    path.chmod(0o640)
    with pytest.raises(VaultClosed, match="expected mode 600"):
        sealed(Secret(TOKEN))
    path.chmod(0o600)
    assert opened(sealed(Secret(TOKEN))).reveal() == TOKEN


def test_what_is_no_key_is_refused_without_repeating_it(settings):
    settings.SECRETS_KEYS = "no-key-at-all"
    with pytest.raises(VaultClosed) as refused:
        sealed(Secret(TOKEN))
    assert "no-key-at-all" not in str(refused.value)


def test_a_lost_key_is_said_on_the_source(locked, settings):
    source = source_make()
    settings.SECRETS_KEYS = Fernet.generate_key().decode()
    source_fetch(source_id=source.pk, now=NOW)
    source.refresh_from_db()
    assert "type them again" in source.last_error
    with override("ru"):
        assert "введите их заново" in source.error_told.lower()


def test_a_missing_key_is_said_on_the_source_in_the_reader_s_language(locked, settings, tmp_path):
    source = source_make()
    settings.SECRETS_KEYS, settings.SECRETS_KEYS_FILE = "", str(tmp_path / "keys")
    source_fetch(source_id=source.pk, now=NOW)
    source.refresh_from_db()
    assert source.error_told.startswith("There is no key for secrets: set SECRETS_KEYS")
    with override("ru"):
        assert source.error_told.startswith("Нет ключа для секретов: задайте SECRETS_KEYS")


def test_rotation_seals_everything_anew_and_forgets_the_old_key(locked, settings, tmp_path, capsys):
    path = tmp_path / "var" / "secrets.keys"
    settings.SECRETS_KEYS, settings.SECRETS_KEYS_FILE = "", str(path)
    call_command("secrets_rotate", new_key=True)
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_text().split()
    source = source_make(second="also-secret")
    call_command("secrets_rotate", new_key=True)
    source.refresh_from_db()
    assert all(sealed_newest(token) for token in source.secrets.values())
    call_command("secrets_rotate", forget_old=True)
    assert set(path.read_text().split()) & set(first) == set()
    assert config_open(source)["second"].reveal() == "also-secret"
    shown = capsys.readouterr().out
    assert "Sealed anew: 2" in shown
    assert not any(key in shown for key in [*first, *path.read_text().split(), TOKEN])


def test_rotation_forgets_no_key_while_something_cannot_be_read(locked, settings, tmp_path):
    source_make()  # sealed with another key
    settings.SECRETS_KEYS, settings.SECRETS_KEYS_FILE = "", str(tmp_path / "keys")
    with pytest.raises(CommandError, match=r"monitoring\.Source \d+: token"):
        call_command("secrets_rotate", new_key=True, forget_old=True)
    assert len((tmp_path / "keys").read_text().split()) == 1


def test_what_is_too_short_to_be_a_secret_is_left_in_sentences():
    assert scrubbed("on and on, hunter2", [Secret("on"), Secret("hunter2"), 7]) == "on and on, •••"
