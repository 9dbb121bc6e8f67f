"""Which wording of the notice on personal information a person agreed to.

The wording itself is templates/public/_consent.html; whoever changes it gives it a new version
here. The version is kept in the data of the submission's event, so that it can be shown later what
was agreed to (Personal Information Protection Law, articles 14 and 17).
"""

VERSION = "2026-11"
