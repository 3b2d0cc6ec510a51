"""What somebody brings to have it verified: a file, or a digest."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from agreements.forms.base import Form

LARGEST = 16 * 1024 * 1024  # bytes; a sealed agreement has some 150 000


class VerifyForm(Form):
    """A sealed PDF or the text of an agreement, or the SHA-256 of either."""

    file = forms.FileField(
        label=_("File"), required=False,
        help_text=_("The sealed PDF, or agreement.yaml or agreement.json. It is looked at, and not kept."),
    )  # fmt: skip
    digest = forms.CharField(
        label=_("Digest (SHA-256)"), required=False, max_length=200,
        help_text=_("Of the text as it stands under the signatures, or of the PDF file: 64 digits from 0 to f."),
        widget=forms.TextInput({"class": "mono", "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile | None:
        """Refuse a file that is too large to be an agreement."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > LARGEST:
            raise ValidationError(_t("The file is larger than 16 MB; an agreement has far less."))
        return file

    def clean_digest(self) -> str:
        """Return the 64 digits, whatever spaces and colons stood between them."""
        digest = re.sub(r"[\s:]", "", self.cleaned_data["digest"]).lower()
        if digest and not re.fullmatch(r"[0-9a-f]{64}", digest):
            raise ValidationError(_t("Expected 64 digits from 0 to f."))
        return digest

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("file") and not cleaned.get("digest"):
            raise ValidationError(_t("Give a file or a digest."))
        return cleaned
