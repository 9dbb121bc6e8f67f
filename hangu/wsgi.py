import os

from django.core.wsgi import get_wsgi_application

from hangu.environment import settings_or_exit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hangu.settings")
settings_or_exit(
    code=3
)  # gunicorn's own code for "will never boot": it stops instead of trying again
application = get_wsgi_application()
