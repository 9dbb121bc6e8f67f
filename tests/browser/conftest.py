"""A real portal with real processes and a real mail server, driven through Chromium."""

import json
import shutil

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Error

from hangu.sample.signins import DEFAULT_PASSWORD
from tests.mail import Post
from tests.portal import free_port, own_portal, wait_for

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if not shutil.which(CHROMIUM):
        pytest.skip("Chromium is not installed: make services (as root) installs it.")
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {"locale": "zh-CN"}


@pytest.fixture(scope="module")
def post_office():
    server = Post()
    controller = Controller(server, hostname="127.0.0.1", port=free_port())
    controller.start()
    server.port = controller.port
    yield server
    controller.stop()


@pytest.fixture(scope="module")
def portal(tmp_path_factory, post_office):
    folder = tmp_path_factory.mktemp("portal")
    mail = f"smtp://127.0.0.1:{post_office.port}"
    with own_portal(folder, EMAIL_URL=mail) as portal:
        portal.manage("load_sample")
        portal.serve()
        wait_for(portal.ready, 30, f"readiness\n{portal.output}")
        yield portal


@pytest.fixture
def ask(portal):
    """ask("expression"): its value in the portal's own database, by way of a new process."""

    def run(expression):
        code = (
            "import json\n"
            "from issues.models import *\n"
            "from notifications.models import *\n"
            f"print(json.dumps({expression}))"
        )
        return json.loads(portal.manage("shell", "-v", "0", "-c", code).strip().splitlines()[-1])

    return run


class Person:
    """One browser window of one person; notes every complaint of the browser."""

    def __init__(self, context, url):
        self.page = context.new_page()
        self.url, self.complaints = url, []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _note(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def sign_in(self, username):
        self.go("/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", DEFAULT_PASSWORD)
        self.page.click("main [type=submit]")
        self.page.wait_for_selector("text=工作台")
        return self

    def go(self, path):
        answer = self.page.goto(f"{self.url}{path}")
        assert answer.ok, (path, answer.status)

    def step(self, number, action, label, **values):
        """Opens the issue, chooses the step by its button, fills its form and confirms it."""
        self.go(f"/issues/{number}/")
        self.page.get_by_role("link", name=label, exact=True).click()
        form = self.page.locator(f"form[action$='/{action}/']")
        form.wait_for()
        for name, value in values.items():
            self.fill(form, name, value)
        form.locator("[type=submit]").click()
        self.page.wait_for_url(f"**/issues/{number}/**")
        assert self.page.locator(".form-errors").count() == 0, self.text

    def fill(self, form, name, value):
        field = form.locator(f"[name={name}]").first
        kind = field.get_attribute("type")
        if kind in ("radio", "checkbox"):
            form.locator(f"[name={name}][value='{value}']").check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)

    @property
    def text(self):
        return self.page.locator("main").inner_text()


@pytest.fixture
def someone(browser, browser_context_args, portal):
    """someone("handler_zj"): that person's own window; without a name, an anonymous one."""
    people = []

    def open_window(username=None, **options):
        context = browser.new_context(**(browser_context_args | options))
        person = Person(context, portal.url)
        people.append((context, person))
        return person.sign_in(username) if username else person

    yield open_window
    for context, person in people:
        try:
            context.close()
        except Error:
            continue
        assert person.complaints == []
