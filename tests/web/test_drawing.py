"""Small pictures: what they say in shape, pattern and words."""

import re
from fractions import Fraction

import pytest

from slmo.core.partition import Class
from slmo.web import drawing

WIDTH = re.compile(r'<rect class="tone-[a-z]+" x="([\d.]+)" y="0" width="([\d.]+)"')


def test_a_square_carries_its_sentence_and_links_to_why() -> None:
    html = drawing.squares([{"verdict": "breached", "label": "May: <99 %", "url": "/why/1/"}, {"verdict": "no_data"}])
    assert 'class="square tone-breach" href="/why/1/"' in html
    assert "May: &lt;99 %" in html
    assert html.count("<li>") == 2


def test_a_bad_day_stands_taller_than_a_good_one() -> None:
    html = str(drawing.strip([{"verdict": "met", "label": "a"}, {"verdict": "breached", "label": "b"}]))
    good, bad = (int(tall) for tall in re.findall(r'class="bar[^>]*height="(\d+)"', html))
    assert bad > good


def test_a_day_without_data_is_dotted_and_text_is_escaped() -> None:
    html = str(drawing.strip([{"verdict": "no_data", "label": '"<script>'}]))
    assert "url(#p-dots)" in html
    assert "<script>" not in html


def test_the_limit_stays_in_the_picture_when_it_is_exceeded() -> None:
    html = str(drawing.limitbar(3000, 2592)).replace("\N{NO-BREAK SPACE}", " ")
    assert "tone-breach" in html
    assert 'x1="86.400"' in html  # 2592 of 3000
    assert "6 min 48 s over" in html


def test_the_bar_turns_amber_at_three_quarters_and_stays_green_at_nothing() -> None:
    assert "tone-risk" in drawing.limitbar(75, 100)
    assert "tone-met" in drawing.limitbar(Fraction(7499, 100), 100)
    assert "tone-met" in drawing.limitbar(0, 0)


def test_what_is_left_is_said_exactly() -> None:
    assert "1.2\N{NO-BREAK SPACE}s left" in drawing.limitbar(618, Fraction("619.2"))


def test_a_partition_bar_fills_its_width_and_shows_even_a_single_second() -> None:
    html = str(drawing.partitionbar({Class.UP: 2_678_398, Class.DOWN: 1, Class.UNKNOWN: 1, Class.FUTURE: 0}))
    parts = [(float(left), float(width)) for left, width in WIDTH.findall(html)]
    assert len(parts) == 3
    assert min(width for _left, width in parts) >= 3.9
    assert sum(width for _left, width in parts) == pytest.approx(1000, abs=0.1)


def test_an_empty_partition_draws_nothing() -> None:
    assert WIDTH.findall(str(drawing.partitionbar({}))) == []
