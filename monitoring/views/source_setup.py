"""Setting a source up: choose a kind, describe it, try it out, save it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_POST

from monitoring.connectors import CONNECTORS, Connector, ConnectorError
from monitoring.connectors.fields import ConfigForm
from monitoring.forms import errors_take
from monitoring.forms.source import SourceForm, config_form, form_rows, slug_free
from monitoring.kinds import KINDS
from monitoring.models import Source
from monitoring.selectors import source_get
from monitoring.sentence import sentence_of, verbatim
from monitoring.services.source import INTERVAL_LEAST, INTERVAL_MOST, source_create, source_update
from monitoring.services.source_secrets import config_typed
from monitoring.trial import SECONDS, Trial, source_try
from monitoring.trial_shown import trial_shown
from monitoring.views.facts import reader
from slmo.accounts.policy import require
from slmo.web.pages import page

# The parts of the cards, in the order in which they stand.
GROUPS: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    ("probe", _l("Probes"), _l("The portal asks by itself whether something answers.")),
    ("system", _l("Monitoring systems and databases"), _l("What others measure already is asked of them.")),
    ("feed", _l("Status pages"), _l("What a supplier tells everybody about its incidents.")),
    ("tickets", _l("Ticket systems"), _l("Tasks with their times, priorities and pauses.")),
    ("file", _l("Files"), _l("Tables that are fetched from an address or put into a folder.")),
    ("push", _l("Sent to the portal"), _l("Others send facts as they happen.")),
)


@login_required
def source_new(request: HttpRequest) -> HttpResponse:
    """Choose a kind of source from cards."""
    require(reader(request), "source_edit")
    kinds = sorted(CONNECTORS.values(), key=lambda one: str(one.label))
    groups = [
        {"title": title, "text": text, "kinds": [_card(one) for one in kinds if one.group == name]}
        for name, title, text in GROUPS
    ]
    context = {"groups": [group for group in groups if group["kinds"]], "indicator": request.GET.get("indicator", "")}
    return page(request, "monitoring/source_kinds.html", context)


@login_required
def source_new_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """Describe a source of one kind, and set it up."""
    user, connector = reader(request), _connector(kind)
    require(user, "source_edit")
    data = request.POST or None
    initial = {"indicator": request.GET.get("indicator"), "interval": connector.interval}
    form, config = SourceForm(user, connector, data, initial=initial), config_form(connector, data)
    if request.method == "POST" and form.is_valid() and config.is_valid():
        cleaned = {**form.cleaned_data, "kind": kind, "config": config.cleaned_data}
        try:
            made = source_create(slug=slug_free(cleaned["name"]), **cleaned, actor=user, now=timezone.now())
        except ValidationError as error:
            _refused(form, config, error)
        else:
            messages.success(request, _said(connector, new=True))
            return redirect("source", made.slug)
    return _form_page(request, connector, form, config, None)


@login_required
def source_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change how a source is set up."""
    user = reader(request)
    found = source_get(user, slug)
    require(user, "source_edit", found.indicator.service.organisation)
    connector, data = _connector(found.kind), request.POST or None
    form = SourceForm(user, connector, data, source=found)
    config = config_form(connector, data, initial=found.config, held=found.secrets)
    if request.method == "POST" and form.is_valid() and config.is_valid():
        changes = {**form.cleaned_data, "config": config.cleaned_data}
        try:
            source_update(source=found, **changes, actor=user, now=timezone.now())
        except ValidationError as error:
            _refused(form, config, error)
        else:
            messages.success(request, _said(connector, new=False))
            return redirect("source", found.slug)
    return _form_page(request, connector, form, config, found)


@login_required
@require_POST
def source_try_out(request: HttpRequest, kind: str) -> HttpResponse:
    """Ask with the settings as they are typed, record nothing, and show the first facts or what went wrong."""
    user, connector = reader(request), _connector(kind)
    slug = request.POST.get("source", "")
    found = source_get(user, slug) if slug else None
    if found is None:
        require(user, "source_edit")
    else:
        require(user, "source_edit", found.indicator.service.organisation)
    config = config_form(connector, request.POST, held=found.secrets if found else ())
    context: dict[str, Any] = {"config": config, "connector": connector}
    if config.is_valid():
        context |= trial_shown(_tried(connector, config, found, request.POST.get("interval", "")))
    return page(request, "monitoring/source_try.html", context, fragment="monitoring/_source_try.html")


def _tried(connector: Connector, config: ConfigForm, found: Source | None, interval: str) -> Trial:
    """Try a configuration out; a secret that is kept goes only to where it was typed for."""
    seconds = int(interval) if interval.isdecimal() and len(interval) < 7 else connector.interval
    seconds = min(max(seconds, INTERVAL_LEAST), INTERVAL_MOST)
    try:
        asked = config_typed(connector, config, found)
    except ValidationError as error:
        return Trial(error=verbatim(" ".join(error.messages)), again=False)
    except ConnectorError as error:
        return Trial(error=sentence_of(error), again=error.again)
    return source_try(connector, asked, seconds, timezone.now())


def _form_page(
    request: HttpRequest, connector: Connector, form: SourceForm, config: ConfigForm, found: Source | None
) -> HttpResponse:
    """Show the form of a source."""
    further = form_rows(config, further=True)
    context = {
        "form": form,
        "config": config,
        "rows": form_rows(config),
        "further": further,
        "further_open": any(shown.bound.errors for row in further for shown in row),
        "source": found,
        "connector": connector,
        "facts": [KINDS[name].told for name in connector.facts],
        "seconds": SECONDS,
    }
    return page(request, "monitoring/source_edit.html", context, status=422 if form.errors or config.errors else 200)


def _refused(form: SourceForm, config: ConfigForm, error: ValidationError) -> None:
    """Put what the service refused at the fields of the two forms."""
    by_field = error.message_dict if hasattr(error, "error_dict") else {}
    own = {name: told for name, told in by_field.items() if name in config.fields}
    for name, told in own.items():
        config.add_error(name, told)
    if rest := {name: told for name, told in by_field.items() if name not in own}:
        errors_take(form, ValidationError(rest))
    elif not own:
        errors_take(form, error)


def _card(connector: Connector) -> dict[str, Any]:
    return {"kind": connector.kind, "label": connector.label, "about": connector.about, "icon": connector.icon}


def _said(connector: Connector, *, new: bool) -> str:
    """Return what is said when a source was saved."""
    if not connector.asked:
        return _("The source is set up and waits for what is sent to it.") if new else _("The source is changed.")
    if new:
        return _("The source is set up and is asked for the first time now.")
    return _("The source is changed and is asked again now.")


def _connector(kind: str) -> Connector:
    """Return a kind of source; raises Http404 where there is none of this name."""
    if kind not in CONNECTORS:
        raise Http404
    return CONNECTORS[kind]
