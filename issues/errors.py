"""How a step is refused. Views, the API and commands turn these into their own form of answer."""


class StepError(Exception):
    """`status` is the HTTP answer, `message` the sentence that says why."""

    status = 400

    def __init__(self, message, code=""):
        super().__init__(str(message))
        self.message, self.code = message, code


class Forbidden(StepError):
    status = 403


class Conflict(StepError):
    """409: the status or the version moved on; `events` are the steps the caller has not seen."""

    status = 409

    def __init__(self, message, code="", events=()):
        super().__init__(message, code)
        self.events = list(events)


class Invalid(StepError):
    """400: values that cannot stand; `errors` maps field names to lists of messages."""

    def __init__(self, errors):
        super().__init__(next(iter(errors.values()))[0], "invalid")
        self.errors = errors


def invalid(field, message):
    return Invalid({field: [message]})
