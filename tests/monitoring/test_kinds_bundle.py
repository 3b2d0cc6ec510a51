"""A figure of any kind, taken out of the portal as files, comes out of `slmo.assess` the same, byte for byte."""

import json
import shlex
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from monitoring.figures.cut import cut_of
from monitoring.figures.export import command_line
from monitoring.figures.verify import figure_verify, figures_of
from monitoring.models import PeriodResult
from monitoring.services.assessment import objective_assess
from slmo.assess import main
from slmo.core.report_json import entry_json
from tests.monitoring.kind_stories import STORIES, each_story, objective_of, record_facts
from tests.monitoring.make import NOW, organisations_make, user_make

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def client():
    """Return the browser of somebody who may see and export everything of the provider."""
    browser = Client()
    browser.force_login(user_make(organisations_make()[0], "mona", 5))
    return browser


def results_of(story):
    """Return the results of a story, assessed a second later than its facts were recorded."""
    objective = objective_of(story)
    record_facts(objective, STORIES[story][1])
    objective_assess(objective_id=objective.pk, now=NOW + timedelta(seconds=1))
    return list(PeriodResult.objects.filter(objective=objective).order_by("start"))


@each_story
def test_the_exported_files_give_the_same_figure_byte_for_byte(story, client, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for result in results_of(story):
        for name in ("agreement.yaml", "facts.csv"):
            answer = client.get(f"/figures/{result.pk}/{name}")
            (tmp_path / answer["Content-Disposition"].split('"')[1]).write_bytes(answer.content)
        cut = cut_of(result)
        assert main(shlex.split(command_line(cut))[3:]) == 0
        printed = capsys.readouterr().out
        assert entry_json(figures_of(cut).to_json(cut.terms.timezone)) in printed
        [entry] = json.loads(printed)["periods"]
        figure = entry["value"] if "value" in entry else entry["achieved"]
        assert (entry["verdict"], figure or "") == (result.verdict, result.value or result.achieved)
        assert (entry["seconds"], entry["unadjusted"] or "") == (result.seconds, result.unadjusted)


@each_story
def test_a_figure_of_any_kind_is_verified_on_its_page(story, client):
    for result in results_of(story):
        verified = figure_verify(result, NOW + timedelta(hours=1))
        assert [field.name for field in verified.fields if not field.equal] == []
        objective = result.objective
        period = f"{result.start:%Y-%m-%d}"
        for url in (
            reverse("why", args=[result.pk]),
            reverse("objective", args=[objective.agreement.slug, objective.name]) + f"?period={period}",
        ):
            assert client.get(url).status_code == 200


@each_story
def test_figures_of_any_kind_are_answered_over_http(story, client):
    expected = {(row.start, row.value or row.achieved) for row in results_of(story)}
    listed = client.get("/api/v1/results/").json()["results"]
    assert {(one["start"], one["value"] or one["achieved"]) for one in listed} == {
        (f"{start:%Y-%m-%dT%H:%M:%SZ}", text) for start, text in expected
    }
