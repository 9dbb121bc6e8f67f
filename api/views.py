"""What every address under /api/ has in common: keys, limits, the log, problem details, cursor
pages, exports, ETags.
"""

import hashlib
import logging
from functools import partial
from itertools import chain

from django.db.models import Q
from django.http import HttpResponsePermanentRedirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import exceptions, generics
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from api.exports import export
from api.filters import RECORD, StrictFilterBackend, check_parameters, export_format
from api.pagination import CursorPagination, ordered
from api.schema import ProblemSchema
from api.throttling import KeyThrottle, refuse_flood
from api.walks import walk_of

log = logging.getLogger("hangu.api")


class AlwaysJson(BaseContentNegotiation):
    """`format=` chooses a file, not a renderer, and an odd Accept header is no reason to refuse."""

    def select_parser(self, request, parsers):
        kinds = request.content_type.split(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kinds), None)

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ApiMixin:
    """Comes before a DRF view. `scopes` says which scope each method needs."""

    scopes = {}
    searchable = False
    schema = ProblemSchema()
    metadata_class = None
    content_negotiation_class = AlwaysJson
    throttle_classes = [KeyThrottle]

    def initial(self, request, *args, **kwargs):
        self.now = timezone.now()
        try:
            super().initial(request, *args, **kwargs)
        except (exceptions.AuthenticationFailed, exceptions.NotAuthenticated):
            refuse_flood(request, self)
            raise

    def get_serializer_context(self):
        return super().get_serializer_context() | {"now": getattr(self, "now", None)}

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        # The answer depends on the key: no shared cache may keep it.
        response.setdefault("Cache-Control", "private, no-cache")
        patch_vary_headers(response, ["Authorization"])
        # Read from below: asking `request.auth` after a failure would authenticate once more.
        key = getattr(request, "_auth", None)
        name = key.name if key else "-"
        log.info("%s %s %s %s", name, request.method, request.path, response.status_code)
        return response


class Collection(ApiMixin, generics.ListAPIView):
    """A list. `ordering_fields` are the fields one may order by, `ordering` the usual order.

    `kind` is what its rows are called in the log of changes (api/sync.py), `key` the field by which
    clients know a row.
    """

    kind, key, walk = "", "number", None
    ordering, ordering_fields = "pk", ()
    filter_backends = [StrictFilterBackend]
    pagination_class = CursorPagination

    def lost(self):
        """Q over the changes that this caller is told as gone."""
        return Q()

    def search(self, queryset, words):
        return queryset.search(words)

    def list(self, request, *args, **kwargs):
        format = export_format(request)
        self.walk = walk_of(self)
        queryset = self.filter_queryset(self.get_queryset())
        if format:
            return self.export(ordered(queryset, request, self), format)
        page = self.paginate_queryset(queryset)
        answer = self.get_paginated_response(self.get_serializer(page, many=True).data)
        answer["ETag"] = etag_of(0, answer.data)
        return get_conditional_response(request, etag=answer["ETag"], response=answer)

    def export(self, queryset, format):
        """The rows as the list shows them, one column a field; of a walk what has gone, too."""
        context = self.get_serializer_context() | {"is_export": True}
        serializer = self.get_serializer_class()(context=context)
        rows = map(serializer.to_representation, queryset.iterator(chunk_size=500))
        names = list(serializer.fields)
        if self.walk:
            rows = chain(rows, self.walk.all_gone())
            names = list(dict.fromkeys([*names, self.key, "deleted"]))
        columns = [(name, partial(_value, name)) for name in names]
        name = f"{queryset.model._meta.model_name}-{timezone.localdate():%Y%m%d}"
        answer = export(rows, columns, format, name)
        if self.walk:
            answer["Until"] = self.walk.until_text
        return answer


def _value(name, row):
    return row.get(name)


class Record(ApiMixin, generics.RetrieveAPIView):
    """One row, with an ETag."""

    filter_backends = []

    def get_record(self):
        record = self.get_object()
        check_parameters(self.request, RECORD)
        return record

    def retrieve(self, request, *args, **kwargs):
        record = self.get_record()
        data = self.get_serializer(record).data
        etag = etag_of(getattr(record, "version", 0), data)
        response = Response(data, headers={"ETag": etag})
        return get_conditional_response(request, etag=etag, response=response)


def etag_of(version, data):
    """Version first, for people; the digest behind it also changes with the time (overdue), the
    reader's rights and language.
    """
    digest = hashlib.sha256(JSONRenderer().render(data)).hexdigest()[:20]
    return f'"{version}-{digest}"'


class PublicView(ApiMixin, APIView):
    """An address that needs no key."""

    permission_classes = [AllowAny]
    throttle_classes = []


@extend_schema(exclude=True)
class Root(PublicView):
    """The addresses of the collections."""

    collections = ()

    def get(self, request):
        names = [*self.collections, "schema"]
        return Response({name: reverse(f"api:{name}", request=request) for name in names})


@extend_schema(exclude=True)
class Unknown(PublicView):
    """Every address that is none. A forgotten closing slash is put right, keeping method and
    body.
    """

    def http_method_not_allowed(self, request, *args, **kwargs):
        if not request.path_info.endswith("/") and known(f"{request.path_info}/"):
            url = request.get_full_path(force_append_slash=True)
            return HttpResponsePermanentRedirect(url, preserve_request=True)
        raise exceptions.NotFound(_("没有这个地址。"))


def known(path):
    try:
        return getattr(resolve(path).func, "cls", None) is not Unknown
    except Resolver404:
        return False


class Schema(SpectacularAPIView):
    """The OpenAPI document, for everybody."""

    authentication_classes = []


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, served by ourselves; its script comes from a second address, as the
    Content-Security-Policy demands.
    """

    authentication_classes = []
    template_name = "api/docs.html"
