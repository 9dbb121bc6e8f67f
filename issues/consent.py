"""Which wording of the notice on personal information a person agreed to.

The wording itself is templates/public/_consent.html; whoever changes it gives it a new version
here. The version is kept with the submission, as article 14 of the Personal Information Protection
Law wants consent that can be shown.
"""

VERSION = "2026-11"
