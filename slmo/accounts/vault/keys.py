"""The keys of secrets: from the environment, or from a file that only the portal's user can read; the newest first."""

import os
import stat
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.translation import gettext_noop as _n

from slmo.accounts.vault.errors import SecretUnreadable, VaultClosed
from slmo.accounts.vault.secret import Secret

SECRET_MOST = 16_384  # characters; a certificate with its key has about 5,000


def sealed(secret: Secret) -> str:
    """Return a secret as it may be stored; raises VaultClosed where there is no key."""
    return _box().encrypt(secret.reveal().encode()).decode("ascii")


def opened(token: str) -> Secret:
    """Return a secret from how it is stored; raises SecretUnreadable, or VaultClosed where there is no key."""
    try:
        return Secret(_box().decrypt(token.encode()).decode())
    except (InvalidToken, UnicodeError):
        raise SecretUnreadable("A secret cannot be read with the keys that are known.") from None


def sealed_newest(token: str) -> bool:
    """Tell whether a stored secret was sealed with the newest key."""
    try:
        Fernet(keys()[0]).decrypt(token.encode())
    except InvalidToken:
        return False
    return True


def keys() -> list[bytes]:
    """Return the keys, the newest first; raises VaultClosed where there is none that can be used."""
    if settings.SECRETS_KEYS:
        words, place = settings.SECRETS_KEYS.replace(",", " ").split(), "SECRETS_KEYS"
    else:
        path = Path(settings.SECRETS_KEYS_FILE)
        words, place = file_read(path).split(), str(path)
    found = [word.encode() for word in words]
    for key in found:
        _usable(key, place)
    if not found:
        raise VaultClosed(
            _n("%(place)s holds no key; expected one or more, each of 44 letters and digits."), place=place
        )
    return found


def key_new() -> str:
    """Return a new key."""
    return Fernet.generate_key().decode("ascii")


def file_read(path: Path) -> str:
    """Return what the file of keys holds; raises VaultClosed where it is missing, or others can read it."""
    try:
        mode = path.stat().st_mode
        if stat.S_IMODE(mode) & 0o077:
            raise VaultClosed(
                _n("%(place)s can be read by others (mode %(mode)s); expected mode 600."),
                place=str(path), mode=f"{stat.S_IMODE(mode):o}",
            )  # fmt: skip
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise VaultClosed(
            _n(
                "There is no key for secrets: set SECRETS_KEYS, or make %(place)s with"
                " `manage.py secrets_rotate --new-key`."
            ),
            place=str(path),
        ) from None
    except (OSError, UnicodeError) as error:
        raise VaultClosed(_n("%(place)s cannot be read: %(why)s."), place=str(path), why=type(error).__name__) from None


def file_write(path: Path, found: list[str]) -> None:
    """Put keys into the file of keys, readable by this user only, all or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write("\n".join(found) + "\n")
        file.flush()
        os.fsync(handle)
    beside.replace(path)


def _box() -> MultiFernet:
    return _box_of(tuple(keys()))


@lru_cache(maxsize=4)
def _box_of(found: tuple[bytes, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in found])


def _usable(key: bytes, place: str) -> None:
    """Raise VaultClosed for what is no key; the sentence does not repeat it."""
    try:
        Fernet(key)
    except ValueError:
        raise VaultClosed(
            _n("%(place)s holds something that is no key; expected 32 bytes in URL-safe base64, 44 characters each."),
            place=place,
        ) from None
