"""Who is at the keyboard, as the operating system knows it."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

_NOT_LOGGED_IN = 2**32 - 1
_LOGIN = Path("/proc/self/loginuid")


@dataclass(frozen=True)
class Actor:
    """The account that acts, and the name that it says it acts for: a claim, which opens nothing."""

    account: str
    claimed: str | None = None


def actor(claimed: str | None = None) -> Actor:
    """The account that logged in, else the one that runs this process; its number where it has no name.

    Linux keeps the account of the login through `sudo` and `su`, so whoever works as a service account is
    still known. Environment variables are not asked: anyone can set those.
    """
    login = _login()
    number = os.getuid() if login is None else login
    try:
        account = pwd.getpwuid(number).pw_name
    except KeyError:  # a container without a name for it
        account = f"uid {number}"
    return Actor(account, (claimed or "").strip() or None)


def _login() -> int | None:
    try:
        number = int(_LOGIN.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return None if number == _NOT_LOGGED_IN else number
