"""The OpenAPI document: how keys are sent, which refusals an operation may answer, what a list may
be asked.
"""

from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.examples import example_of
from api.exports import FORMATS
from api.problems import CONTENT_TYPE, TITLES
from api.serializers import ProblemSerializer

SAID = {
    "fields": _("只返回这些字段，以逗号分隔。"),
    "format": _("以文件流式返回同样的行。"),
    "search": _("以空格分隔的词，须全部出现。"),
    "updated_since": _(
        "此时刻以来新增或变动（含下级数据）的行，各一次；已删除的行只有编号和 deleted。"
        "下次调用请传入末页的 until。"
    ),
}
ANY_METHOD = (400, 401, 403, 404, 429)


def without_titles(result, generator, request, public):
    """Of parameters: generators name classes after the title, here a Chinese word."""
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                parameter["schema"].pop("title", None)
                parameter["schema"].get("items", {}).pop("title", None)
    return result


def with_obligatory_bodies(result, generator, request, public):
    """A body is obligatory where one of its fields is."""
    components = result.get("components", {}).get("schemas", {})
    for operations in result.get("paths", {}).values():
        for operation in operations.values():
            body = operation.get("requestBody", {})
            schemas = [kind["schema"] for kind in body.get("content", {}).values()]
            names = [schema.get("$ref", "").rpartition("/")[2] for schema in schemas]
            if any(components.get(name, {}).get("required") for name in names):
                body["required"] = True
    return result


def with_plain_enums(result, generator, request, public):
    """EnumField wraps its list so that it gets no component; generators want it unwrapped."""
    for component in result.get("components", {}).get("schemas", {}).values():
        for field in component.get("properties", {}).values():
            parts = field.get("allOf", [])
            if len(parts) == 1 and "enum" in parts[0]:
                del field["allOf"]
                field.update(parts[0])
    return result


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class = "api.authentication.ApiKeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer", "bearerFormat": "hg_…"}


class ProblemSchema(AutoSchema):
    def get_description(self):
        """Docstrings speak to who reads the code; a view says `about` to who calls it."""
        return force_str(getattr(self.view, "about", ""))

    def get_tags(self):
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self):
        return super().get_operation_id().removeprefix("v1_")

    def get_override_parameters(self):
        names = []
        if self._is_collection():
            names = ["ordering", "fields", "format"] + ["search"] * self.view.searchable
            names += ["updated_since"] * bool(self.view.kind)
        elif self.method == "GET" and hasattr(self.view, "get_record"):
            names = ["fields"]
        language = OpenApiParameter(
            "Accept-Language",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description=force_str(_("标签和提示所用语言：zh-hans 或 en。")),
        )
        return [*(self._parameter(name) for name in names), language]

    def _is_collection(self):
        return self.method == "GET" and hasattr(self.view, "ordering_fields")

    def _parameter(self, name):
        choices = {"format": ["json", *FORMATS]}.get(name)
        text = ", ".join(self.view.ordering_fields) if name == "ordering" else force_str(SAID[name])
        kind = OpenApiTypes.DATETIME if name == "updated_since" else OpenApiTypes.STR
        return OpenApiParameter(name, kind, enum=choices, description=text)

    def _get_response_bodies(self, direction="response"):
        bodies = super()._get_response_bodies(direction)
        statuses = [*ANY_METHOD, *([409, 413, 415] if self.method == "POST" else [])]
        for status in statuses:
            answer = OpenApiResponse(ProblemSerializer, force_str(TITLES[status]))
            bodies[str(status)] = self._get_response_for_code(
                answer, str(status), [CONTENT_TYPE], direction
            )
        if self.method == "GET" and (value := example_of(self.path)):
            bodies["200"]["content"]["application/json"]["examples"] = {"answer": {"value": value}}
        if self._is_collection():
            text = {"schema": {"type": "string"}}
            for _writer, content_type in FORMATS.values():
                bodies["200"]["content"][content_type.split(";")[0]] = text
        return bodies
