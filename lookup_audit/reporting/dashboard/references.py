"""References: what stands on a dashboard for a person who must not be named there."""

import base64
import hmac

from lookup_audit.privacy.keys import derived

_SIGNS = 8


def reference(key: bytes, subject_id: str) -> str:
    """A reference such as N-7QX2K4MD: always the same for a subject, and without the key anybody's."""
    digest = hmac.digest(derived(key, "references"), subject_id.encode(), "sha256")
    return f"N-{base64.b32encode(digest).decode()[:_SIGNS]}"
