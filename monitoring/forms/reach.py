"""Forms of what sources may reach and from where they look."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NetworkForm(forms.Form):
    """Allow a network."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What people call it, such as data centre north.")
    )
    network = forms.CharField(
        label=_("Network"), max_length=50, help_text=_("In CIDR, such as 10.20.0.0/16 or fd12::/32; or one address.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Why sources have to reach it; it stands in the audit log.")
    )


class PointForm(forms.Form):
    """Name a probe point."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Where it is, such as office in Riga."))
    slug = forms.SlugField(
        label=_("Short name"), max_length=40, help_text=_("Small letters, digits and hyphens; its workers name it.")
    )
