"""Addresses of what lies ahead of agreements, and of what is sealed: verification, everything to take away."""

from django.urls import URLPattern, URLResolver, path

from agreements.views import horizon, verify

VERSION = "agreements/<slug:slug>/versions/<int:number>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("horizon/", horizon.horizon, name="horizon"),
    path("verify/", verify.verify, name="verify"),
    path("verify/certificate.pem", verify.certificate, name="verify_certificate"),
    path(f"{VERSION}/sealed-<str:language>.pdf", verify.paper, name="version_paper"),
    path(f"{VERSION}/everything.zip", verify.bundle, name="version_bundle"),
    path(f"{VERSION}/check/", verify.version_check, name="version_check"),
]
