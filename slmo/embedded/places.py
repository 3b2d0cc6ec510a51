"""Who runs the servers, and where their files lie: root hands them to an unprivileged user who must reach them."""

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from slmo.embedded.refusal import Refusal

_LASTING = (Path("/var/lib/slmo"), Path("/var/tmp/slmo"))  # where root puts data that the checkout cannot hold
_UNNEEDED = shutil.ignore_patterns("*.a", "include")  # for programs that are only run
_PASSING = (Path("/tmp"), Path("/var/tmp"))  # and where the throw-away servers of the tests go


@dataclass(frozen=True)
class Account:
    """An unprivileged user of this machine."""

    name: str
    uid: int
    gid: int


def account_for(folder: Path) -> Account | None:
    """Return the user who is to run servers with data in `folder`; None means the present user.

    PostgreSQL refuses to run as root. Root therefore runs it as the owner of data that is already there, else as
    `nobody`, else as the existing user with the highest number that may be switched to here. No user is created.
    Raises Refusal where there is no such user.
    """
    if os.geteuid() != 0:
        return None
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return Account(str(owner), owner, folder.stat().st_gid)
    fitting = [entry for entry in pwd.getpwall() if entry.pw_uid and _mapped(entry.pw_uid, "uid")]
    fitting = [entry for entry in fitting if _mapped(entry.pw_gid, "gid")]
    if not fitting:
        raise Refusal("PostgreSQL does not run as root, and this machine has no other user; set DATABASE_URL instead.")
    entry = max(fitting, key=lambda entry: (entry.pw_name == "nobody", entry.pw_uid))
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _mapped(number: int, kind: str) -> bool:
    """Return whether a user or group number exists in this user namespace (containers may map only some)."""
    table = Path(f"/proc/self/{kind}_map")
    if not table.exists():
        return True
    rows = [[int(word) for word in line.split()] for line in table.read_text(encoding="ascii").splitlines()]
    return any(first <= number < first + count for first, _outside, count in rows)


def reaches(account: Account | None, path: Path) -> bool:
    """Return whether `account` can read and enter `path`, asked of the system in a child process of that user."""
    if account is None:
        return os.access(path, os.R_OK | os.X_OK)
    child = os.fork()
    if child == 0:
        allowed = False
        try:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
            allowed = os.access(path, os.R_OK | os.X_OK)
        finally:
            os._exit(0 if allowed else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def home_lasting(var: Path, account: Account | None) -> Path:
    """Return the folder for data that must last: `var/servers`, or one under /var/lib where `account` cannot enter it.

    The second is named by a digest of the path of `var`, so that each checkout has its own.
    """
    home = var / "servers"
    home.mkdir(parents=True, exist_ok=True)
    if reaches(account, home):
        return home
    name = hashlib.sha256(str(var.resolve()).encode()).hexdigest()[:12]
    for root in _LASTING:
        try:
            return _root_folder(root, name, account)
        except OSError:
            continue
    raise Refusal(f"The user {_name(account)} cannot reach {home}; set SLMO_VAR to a folder that every user can enter.")


def _root_folder(root: Path, name: str, account: Account | None) -> Path:
    """Make `root/name` as root; raise OSError where that fails, is another's, or `account` cannot enter it."""
    for folder in (root, root / name):
        folder.mkdir(mode=0o755, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != 0:
            raise PermissionError(f"{folder} belongs to another user")
    if not reaches(account, root / name):
        raise PermissionError(f"{root / name} cannot be entered by {_name(account)}")
    return root / name


def home_passing() -> Path:
    """Return a new folder for servers that are thrown away, which the servers' user can enter."""
    account = account_for(Path("/nonexistent"))
    for parent in (Path(tempfile.gettempdir()), *_PASSING):
        if not reaches(account, parent) or not os.access(parent, os.W_OK):
            continue
        home = Path(tempfile.mkdtemp(prefix="slmo-", dir=parent))
        home.chmod(0o755)
        return home
    raise Refusal("No folder for temporary files can be written; set TMPDIR to one that every user can enter.")


def folder_for(account: Account | None, folder: Path) -> Path:
    """Make `folder`, private to `account` (or to the present user), and return it."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    elif folder.stat().st_uid != os.geteuid():
        raise Refusal(f"The folder {folder} belongs to another user; start as that user, or set SLMO_VAR to another.")
    folder.chmod(0o700)
    return folder


def tree_within_reach(account: Account | None, tree: Path, parts: tuple[str, ...], home: Path, probe: Path) -> Path:
    """Return `tree`, or a copy of its `parts` under `home` where `account` cannot reach the program `probe` inside it.

    The copy is named by the program's path, time and size, and is made whole or not at all.
    """
    if reaches(account, probe):
        return tree
    mark = f"{probe}:{probe.stat().st_mtime_ns}:{probe.stat().st_size}"
    copy = home / f"programs-{hashlib.sha256(mark.encode()).hexdigest()[:12]}"
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="programs-partial-", dir=home))
        for part in parts:
            if (tree / part).exists():
                shutil.copytree(tree / part, partial / part, symlinks=True, dirs_exist_ok=True, ignore=_UNNEEDED)
        _tree_open(partial)
        partial.rename(copy)
    return copy


def _tree_open(tree: Path) -> None:
    """Let everybody read a tree, enter its folders and run its programs."""
    tree.chmod(0o755)
    for path in tree.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def _name(account: Account | None) -> str:
    return account.name if account else pwd.getpwuid(os.geteuid()).pw_name
