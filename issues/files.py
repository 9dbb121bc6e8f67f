"""Files of a step: the checks are those of ledgers/files.py, a refusal is one of the step's."""

from django.core.exceptions import ValidationError

from issues.errors import Invalid
from ledgers import files
from ledgers.files import MAX_FILES, MAX_MEMBERS, problem_of, shown_name

__all__ = ["MAX_FILES", "MAX_MEMBERS", "check_all", "problem_of", "shown_name"]


def check_all(uploads):
    """[CheckedFile]; raises Invalid on `attachments` naming every file that is refused and why."""
    try:
        return files.check_all(uploads)
    except ValidationError as error:
        raise Invalid({"attachments": error.messages}) from error
