"""What access refuses, each with a stable code."""


class AccessError(Exception):
    """A refusal. ``code`` is stable; ``detail`` is a sentence for a person."""

    code = "access_denied"

    def __init__(self, detail: str, *, field: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        if code:
            self.code = code


class NotPermitted(AccessError):
    """The actor's role does not allow the act."""

    code = "not_permitted"


class NotFound(AccessError):
    """There is no such thing, or it is somebody else's."""

    code = "not_found"


class InvalidKeyTerms(AccessError):
    """What an API key is to be for makes no sense, or is more than its holder may do."""

    code = "invalid_key_terms"


class InvalidUser(AccessError):
    """The user name or password offered for a new user is not acceptable."""

    code = "invalid_user"


class InvalidKey(AccessError):
    """The public key offered is not acceptable, or nobody can hold it."""

    code = "invalid_key"


class SignatureRefused(AccessError):
    """A request is not signed as it must be, or was taken before."""

    code = "invalid_signature"
