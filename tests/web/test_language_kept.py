"""A test does not hear what language the one before it spoke."""

from django.utils import timezone, translation

HERE = "Asia/Yekaterinburg"


def test_one_speaks_russian_beyond_the_urals():
    translation.activate("ru")
    timezone.activate(HERE)
    assert translation.get_language() == "ru"


def test_the_next_begins_as_settings_say():
    assert translation.get_language() == "en"
    assert timezone.get_current_timezone_name() != HERE
