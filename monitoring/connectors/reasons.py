"""Reasons that the system and its libraries give in English, a few words each: why a connection or a file failed."""

import ssl

from django.utils.translation import gettext_noop as _n

from monitoring.sentence import Sentence, verbatim
from monitoring.sentence import gettext as _

KNOWN = frozenset(
    {
        # the system: connections
        _n("Connection refused"),
        _n("Connection reset by peer"),
        _n("Connection timed out"),
        _n("Broken pipe"),
        _n("No route to host"),
        _n("Network is unreachable"),
        _n("Host is down"),
        _n("Cannot assign requested address"),
        _n("Too many open files"),
        # the system: files
        _n("Permission denied"),
        _n("No such file or directory"),
        _n("No space left on device"),
        _n("Read-only file system"),
        _n("Too many levels of symbolic links"),
        _n("Is a directory"),
        _n("Input/output error"),
        # OpenSSL: certificates
        _n("certificate has expired"),
        _n("certificate is not yet valid"),
        _n("certificate revoked"),
        _n("self-signed certificate"),
        _n("self-signed certificate in certificate chain"),
        _n("unable to get local issuer certificate"),
        _n("unable to get issuer certificate"),
        _n("unable to verify the first certificate"),
        # OpenSSL: connections
        _n("wrong version number"),
        _n("unsupported protocol"),
        _n("unexpected eof while reading"),
        _n("sslv3 alert handshake failure"),
        _n("tlsv1 alert protocol version"),
        _n("tlsv1 alert internal error"),
        _n("tlsv1 unrecognized name"),
        # the reader of CSV
        _n("unexpected end of data"),
        _n("line contains NUL"),
        _n("field larger than field limit (131072)"),
        _n("',' expected after '\"'"),
        _n("';' expected after '\"'"),
    }
)
_OTHER_HOST = (62, 64)  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH


def reason(text: str) -> Sentence:
    """Return a reason for the reader's language; one that is not known stays as it came."""
    return _(text) if text in KNOWN else verbatim(text)


def system_reason(error: Exception) -> Sentence:
    """Return why the system refuses something."""
    return reason(getattr(error, "strerror", None) or type(error).__name__)


def distrust_reason(error: ssl.SSLCertVerificationError) -> Sentence:
    """Return why a certificate is not trusted."""
    return _("it is for another host") if error.verify_code in _OTHER_HOST else reason(error.verify_message)
