"""How a deed is refused besides Django's own ValidationError (fields) and PermissionDenied."""


class Conflict(Exception):
    """409: the project is not where the caller saw it; `message` says what to do."""

    status = 409

    def __init__(self, message, code=""):
        super().__init__(str(message))
        self.message, self.code = message, code
