"""The form of a file that is added to a draft."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form
from slmo.web.uploads import KINDS_SAID, TYPES


class AttachmentForm(Form):
    """A file, what it is, and whether it is part of what is signed."""

    file = forms.FileField(
        label=_("File"), widget=forms.FileInput({"accept": ",".join(sorted(TYPES))}),
        help_text=KINDS_SAID,
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    annex = forms.BooleanField(
        label=_("It is an annex: both sides sign it with the text."), required=False, initial=True
    )
