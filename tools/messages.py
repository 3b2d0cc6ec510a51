"""Collect, check and compile translations: `tools/messages.py extract | check | compile`, without gettext's programs.

`extract` brings locale/<language>/LC_MESSAGES/django.po up to date with the texts in code and templates; `check` fails
where a text is missing, fuzzy, untranslated or has other placeholders; `compile` writes what the portal reads (.mo).
"""

import ast
import io
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("ru",)  # English is the language of the sources
_FOLDERS = ("slmo", "agreements", "monitoring", "reports", "governance", "templates")
_NAMES = ("gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy")
_NAMES_WITH_CONTEXT = ("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy")
ALIASES = ("_", "_l", "_n", "_t")  # names under which modules import or keep gettext and gettext_lazy
_KEYWORDS = dict.fromkeys((*ALIASES, *_NAMES, *_NAMES_WITH_CONTEXT))
_PLACEHOLDER = re.compile(r"%\(\w+\)[#0\- +]*[\d.]*[a-zA-Z]|%[#0\- +]*[\d.]*[sdfr]|\{\w*[^{}\s]*\}")


def sources() -> Iterator[Path]:
    """Yield every file that may hold texts to translate, in order of path."""
    for folder in _FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and "migrations" not in path.parts:
                yield path


def texts_of(path: Path) -> Iterator[tuple[str, object, list[str]]]:
    """Yield (function, texts, comments) of one file; a template is first turned into calls, one line each."""
    content = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        content += "".join(f"\n{call}" for call in _calls_in_f_strings(content))
    else:
        content = "\n".join(line.strip() for line in _calls(templatize(content)))
    source = io.BytesIO(content.encode())
    rows: Iterable[Any] = extract_python(source, _KEYWORDS, ["Translators:"], {})  # the source is UTF-8 by default
    for _line, function, texts, comments in rows:
        yield function, texts, comments


_CALL = re.compile(
    r"""\b(?:n?p?gettext|_)\(                # the call, whose arguments are literals, names and commas
        (?:[^()"']|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')*
    \)""",
    re.VERBOSE,
)


def _calls(templatized: str) -> list[str]:
    """Return only the calls of a templatized text: what stands between them is no Python."""
    return _CALL.findall(templatized)


def _calls_in_f_strings(content: str) -> Iterator[str]:
    """Yield the calls inside f-strings, which Python before 3.12 reads as one piece of text."""
    for text in ast.walk(ast.parse(content)):
        if isinstance(text, ast.JoinedStr):
            yield from (ast.unparse(one) for one in ast.walk(text) if isinstance(one, ast.Call))


def template_catalog() -> Catalog:
    """Return all texts of code and templates."""
    catalog = Catalog(project="SLMO", charset="utf-8")
    for path in sources():
        place = (path.relative_to(ROOT).as_posix(), 0)
        for function, texts, comments in texts_of(path):
            context, forms = _parts(function, texts)
            if forms:
                identity = forms[0] if len(forms) == 1 else tuple(forms)
                catalog.add(identity, None, [place], auto_comments=comments, context=context)
    return catalog


def _parts(function: str, texts: object) -> tuple[str | None, list[str]]:
    """Return the context and the text (or singular and plural) of one call; no text where it is not a literal."""
    found = list(texts) if isinstance(texts, tuple) else [texts]
    context = str(found.pop(0)) if "pgettext" in function else None
    wanted = found[:2] if function.startswith("n") else found[:1]
    literal = [text for text in wanted if isinstance(text, str) and text]
    return context, literal if len(literal) == len(wanted) else []


def catalog_path(language: str) -> Path:
    """Return where the translations into `language` are kept."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def catalog_read(language: str) -> Catalog:
    """Return the translations into `language`; an empty catalogue where there is no file yet."""
    path = catalog_path(language)
    if not path.exists():
        return Catalog(
            locale=language,
            project="SLMO",
            version="1",
            charset="utf-8",
            header_comment=f"# SLMO in {Locale(language).english_name}; brought up to date by `make messages`.",
            msgid_bugs_address="none",
            last_translator="none",
            language_team="none",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def extract() -> list[str]:
    """Bring every language's file up to date; translations of texts that are gone are kept at its end."""
    template = template_catalog()
    for language in LANGUAGES:
        catalog = catalog_read(language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.fuzzy = False
        path = catalog_path(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalog, width=120, include_lineno=False, sort_by_file=True)
        open_ones = sum(not complete(catalog, message) for message in catalog if message.id)
        print(f"{path.relative_to(ROOT)}: {len(catalog)} texts, {open_ones} to be translated")
    return []


def forms_of(text: object) -> list[str]:
    """Return the forms of a text or of a translation: one, or one for each grammatical number."""
    return [str(form or "") for form in text] if isinstance(text, (tuple, list)) else [str(text or "")]


def complete(catalog: Catalog, message: Message) -> bool:
    """Return whether every form of `message` is translated."""
    forms = forms_of(message.string)
    return all(forms) and len(forms) == (catalog.num_plurals if message.pluralizable else 1)


def check() -> list[str]:
    """Return a complaint for each text that is missing, fuzzy, untranslated or has other placeholders."""
    return [
        f"locale/{language}: {complaint}"
        for language in LANGUAGES
        for complaint in _complaints(catalog_read(language), template_catalog())
    ]


def _complaints(catalog: Catalog, template: Catalog) -> Iterator[str]:
    for wanted in template:
        if not wanted.id:
            continue
        shown = repr(forms_of(wanted.id)[0])
        message = catalog.get(wanted.id, wanted.context)
        if message is None or (wanted.pluralizable and not message.pluralizable):
            yield f"{shown} is missing; run make messages, then translate it"
        elif message.fuzzy:
            yield f"{shown} is fuzzy"
        elif not complete(catalog, message):
            yield f"{shown} is not translated"
        elif strange := _placeholders_strange(message):
            yield f"{shown} has other placeholders in {strange!r}"


def _placeholders_strange(message: Message) -> str | None:
    """Return a translation that has a placeholder of no form of the text, or lacks one that all its forms have."""
    known = [set(_PLACEHOLDER.findall(text)) for text in forms_of(message.id)]
    for translation in forms_of(message.string):
        found = set(_PLACEHOLDER.findall(translation))
        if found - set.union(*known) or set.intersection(*known) - found:
            return translation
    return None


def compile_all() -> list[str]:
    """Write each .mo file that is missing or older than its .po file, as a whole."""
    for language in LANGUAGES:
        path = catalog_path(language)
        target = path.with_suffix(".mo")
        if not path.exists() or (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
            continue
        partial = target.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as file:
            write_mo(file, catalog_read(language))
        partial.replace(target)
    return []


COMMANDS: dict[str, Callable[[], list[str]]] = {"extract": extract, "check": check, "compile": compile_all}


def main() -> int:
    """Run the command named on the command line; return 1 where it has complaints."""
    if sys.argv[1:] not in [[name] for name in COMMANDS]:
        print(f"Usage: tools/messages.py {' | '.join(COMMANDS)}", file=sys.stderr)
        return 2
    if not settings.configured:
        settings.configure()
    complaints = COMMANDS[sys.argv[1]]()
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
