"""Texts to translate are found wherever they stand, and a translation that lacks or breaks something is named."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from tools import messages

TEMPLATE = """{% load x %}
<p title="{% translate 'Close' %}">{% blocktranslate trimmed count days=n %}
    {{ days }} day is left; 5% more
  {% plural %}
    {{ days }} days are left
{% endblocktranslate %}</p>
  {% translate "May" context "month" as word %} it's {{ value|default:_("None (yet)") }}
{% blocktranslate with name=user.name %}Hello, {{ name }}!{% endblocktranslate %} don't "quote
"""
CODE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Agreement "
          "of both sides")
def f(n, name):
    return ngettext("%(n)d fact", "%(n)d facts", n), pgettext("noun", "Report"), _(name), "_('no call')"
def g():
    return f"<b>{escape(_('Inside a piece of text'))}</b>"
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small project of one template and one module."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "slmo").mkdir()
    (tmp_path / "templates" / "a.html").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "slmo" / "b.py").write_text(CODE, encoding="utf-8")
    monkeypatch.setattr(messages, "ROOT", tmp_path)
    return tmp_path


def found(catalog: Catalog) -> set[tuple[str | None, object]]:
    """Return context and text of all messages."""
    return {(message.context, message.id) for message in catalog if message.id}


def test_every_text_of_templates_and_code_is_found_with_plural_and_context(tree: Path) -> None:
    assert found(messages.template_catalog()) == {
        (None, "Close"),
        (None, ("%(days)s day is left; 5%% more", "%(days)s days are left")),
        ("month", "May"),
        (None, "None (yet)"),
        (None, "Hello, %(name)s!"),
        (None, "Agreement of both sides"),
        (None, ("%(n)d fact", "%(n)d facts")),
        ("noun", "Report"),
        (None, "Inside a piece of text"),
    }


def test_translations_survive_a_new_collection_and_compile_to_what_gettext_reads(tree: Path) -> None:
    import gettext

    messages.extract()
    catalog = messages.catalog_read("ru")
    catalog.get("Close").string = "Закрыть"  # type: ignore[union-attr]
    plural = catalog.get("%(n)d fact")
    assert plural is not None
    plural.string = ("%(n)d факт", "%(n)d факта", "%(n)d фактов")
    with messages.catalog_path("ru").open("wb") as file:
        messages.write_po(file, catalog)
    messages.extract()
    messages.compile_all()
    with messages.catalog_path("ru").with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    assert translations.gettext("Close") == "Закрыть"
    assert [translations.ngettext("%(n)d fact", "%(n)d facts", n) % {"n": n} for n in (1, 3, 11)] == [
        "1 факт",
        "3 факта",
        "11 фактов",
    ]


def complaints(source: str | tuple[str, str], translation: str | tuple[str, ...], *, fuzzy: bool = False) -> list[str]:
    """Return what is said of one translation."""
    template, catalog = Catalog(), Catalog(locale="ru")
    template.add(source)
    catalog.add(source, translation, flags=["fuzzy"] if fuzzy else [])
    return list(messages._complaints(catalog, template))


def test_a_complete_translation_is_accepted() -> None:
    assert complaints("Close", "Закрыть") == []
    assert complaints(("one fact", "%(n)d facts"), ("%(n)d факт", "%(n)d факта", "%(n)d фактов")) == []


@pytest.mark.parametrize(
    ("source", "translation", "fuzzy", "complaint"),
    [
        ("Close", "", False, "'Close' is not translated"),
        ("Close", "Закрыть", True, "'Close' is fuzzy"),
        ("Hello, %(name)s", "Привет", False, "'Hello, %(name)s' has other placeholders in 'Привет'"),
        ("Hello, {name}", "Привет, {имя}", False, "'Hello, {name}' has other placeholders in 'Привет, {имя}'"),
        ("%(n)d left", "осталось %(n)s", False, "'%(n)d left' has other placeholders in 'осталось %(n)s'"),
        (("%(n)d fact", "%(n)d facts"), ("%(n)d факт", "%(n)d факта", ""), False, "'%(n)d fact' is not translated"),
    ],
)
def test_a_translation_that_lacks_or_breaks_something_is_named(
    source: str | tuple[str, str], translation: str | tuple[str, ...], fuzzy: bool, complaint: str
) -> None:
    assert complaints(source, translation, fuzzy=fuzzy) == [complaint]


def test_a_text_that_was_never_collected_is_named() -> None:
    template = Catalog()
    template.add("New")
    assert list(messages._complaints(Catalog(locale="ru"), template)) == [
        "'New' is missing; run make messages, then translate it"
    ]
