"""Every refusal as RFC 9457 problem details: {type, title, status, detail, errors} and, when
somebody else was faster, `changes`.
"""

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.core.signals import got_request_exception
from django.http import Http404, UnreadablePostError
from django.utils.log import log_response
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("请求有误"),
    401: gettext_lazy("需要有效密钥"),
    403: gettext_lazy("无权进行"),
    404: gettext_lazy("没有找到"),
    405: gettext_lazy("不支持的方法"),
    409: gettext_lazy("与当前情况不符"),
    413: gettext_lazy("内容过大"),
    415: gettext_lazy("不支持的内容类型"),
    429: gettext_lazy("请求过于频繁"),
    500: gettext_lazy("系统出错"),
}
# What Django raises below us → (status, code)
DJANGO = [
    (Http404, 404, "not_found"),
    (PermissionDenied, 403, "permission_denied"),
    (RequestDataTooBig, 413, "too_large"),
    (SuspiciousOperation, 400, "bad_request"),
    (UnreadablePostError, 400, "bad_request"),
    (RecursionError, 400, "bad_request"),
]


def problem(status, code, detail, *, errors=None, headers=None, **extra):
    """The Response; `errors` maps field names to lists of sentences."""
    title = str(TITLES.get(status, TITLES[400]))
    body = {
        "type": f"urn:hangu:problem:{code}",
        "title": title,
        "status": status,
        "detail": str(detail or title),
        "errors": errors or {},
    }
    return Response(body | extra, status=status, headers=headers, content_type=CONTENT_TYPE)


def exception_handler(exc, context):
    """For DRF's EXCEPTION_HANDLER. Nothing below /api/ is answered in HTML, a crash included."""
    set_rollback()
    if isinstance(exc, exceptions.APIException):
        return _of_framework(exc)
    if isinstance(exc, ValidationError):
        return problem(400, "invalid", exc.messages[0], errors=errors_of(exc))
    if hasattr(exc, "status") and hasattr(exc, "message"):
        return _of_step(exc, context)
    for kind, status, code in DJANGO:
        if isinstance(exc, kind):
            return problem(status, code, "")
    return _of_crash(exc, context)


def _of_framework(exc):
    headers = {}
    if getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = exc.auth_header
    if getattr(exc, "wait", None) is not None:
        headers["Retry-After"] = str(max(1, int(exc.wait + 0.999)))
    if isinstance(exc, exceptions.ValidationError):
        errors = _flat(exc.detail)
        return problem(400, "invalid", _first(errors), errors=errors, headers=headers)
    code = getattr(exc.detail, "code", exc.default_code)
    return problem(exc.status_code, code, exc.detail, headers=headers)


def _of_step(exc, context):
    """StepError of the issues; known here by its shape, since this room lies below that one."""
    extra = {}
    if getattr(exc, "events", None):
        view = context["view"]
        extra["changes"] = view.changes(exc.events) if hasattr(view, "changes") else []
    return problem(
        exc.status, exc.code, exc.message, errors=_flat(getattr(exc, "errors", {})), **extra
    )


def _of_crash(exc, context):
    response = problem(500, "error", _("系统出错，已记录。请稍后再试。"))
    request = context["request"]._request
    got_request_exception.send(sender=None, request=request)
    log_response("%s: %s", "API", request.path, response=response, request=request, exception=exc)
    return response


def errors_of(exc):
    """{field: [sentence]} of a Django ValidationError; what belongs to no field is under ""."""
    return exc.message_dict if hasattr(exc, "error_dict") else {"": exc.messages}


def errors_of_form(form):
    """{field: [sentence]} of a bound form."""
    return {
        "" if name == "__all__" else name: [str(message) for message in messages]
        for name, messages in form.errors.items()
    }


def _flat(detail, name=""):
    """One level of {field: [sentence]}; a nested field is named parent.child."""
    if isinstance(detail, dict):
        found = {}
        for key, value in detail.items():
            key = "" if key == api_settings.NON_FIELD_ERRORS_KEY else str(key)
            found |= _flat(value, f"{name}.{key}" if name and key else name or key)
        return found
    return {name: [str(item) for item in (detail if isinstance(detail, list) else [detail])]}


def _first(errors):
    for name, messages in errors.items():
        return f"{name}: {messages[0]}" if name else messages[0]
    return ""
