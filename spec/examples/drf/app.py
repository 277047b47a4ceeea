"""A bookshop with Django REST framework, django-filter and drf-spectacular, configured as their manuals have it.

python app.py schema            prints the OpenAPI document
python app.py serve PORT        serves the bookshop with some data, in memory
"""

import sys
from datetime import UTC, date, datetime, timedelta

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="example",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="UTC",
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:bookshop?mode=memory&cache=shared"},
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "rest_framework",
        "django_filters",
        "drf_spectacular",
    ],
    REST_FRAMEWORK={
        "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
        "DEFAULT_FILTER_BACKENDS": [
            "django_filters.rest_framework.DjangoFilterBackend",
            "rest_framework.filters.SearchFilter",
            "rest_framework.filters.OrderingFilter",
        ],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
    SPECTACULAR_SETTINGS={"TITLE": "Bookshop", "VERSION": "1.0.0", "SERVE_INCLUDE_SCHEMA": False},
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework import routers, serializers, viewsets
from rest_framework.pagination import PageNumberPagination

TEXTS = ["exact", "iexact", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith", "in"]
ORDERED = ["exact", "gt", "gte", "lt", "lte", "in"]


class Pages(PageNumberPagination):
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100


class Author(models.Model):
    name = models.CharField(max_length=80)
    born = models.DateField(null=True, blank=True)

    class Meta:
        app_label = "contenttypes"
        ordering = ["id"]


class Book(models.Model):
    title = models.CharField(max_length=120)
    isbn = models.CharField(max_length=13, unique=True)
    pages = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=8, decimal_places=2)
    published = models.DateField()
    in_print = models.BooleanField(default=True)
    subtitle = models.CharField(max_length=120, null=True, blank=True)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "contenttypes"
        ordering = ["id"]


class AuthorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Author
        fields = "__all__"


class BookSerializer(serializers.ModelSerializer):
    class Meta:
        model = Book
        fields = "__all__"


class AuthorViewSet(viewsets.ModelViewSet):
    queryset = Author.objects.all()
    serializer_class = AuthorSerializer
    pagination_class = Pages
    filterset_fields = {"id": ORDERED, "name": [*TEXTS, "regex", "iregex"], "born": [*ORDERED, "isnull", "year"]}
    search_fields = ["name"]
    ordering_fields = ["name", "born"]


class BookViewSet(viewsets.ModelViewSet):
    queryset = Book.objects.all()
    serializer_class = BookSerializer
    pagination_class = Pages
    filterset_fields = {
        "id": [*ORDERED, "range"],
        "title": TEXTS,
        "isbn": TEXTS,
        "pages": [*ORDERED, "range"],
        "price": [*ORDERED, "range"],
        "published": [*ORDERED, "year", "month", "day", "week_day"],
        "in_print": ["exact"],
        "subtitle": [*TEXTS, "isnull"],
        "author": ["exact", "in"],
        "author__name": ["exact", "icontains"],
        "created_at": [*ORDERED, "date"],
        "updated_at": ["gt", "gte", "lt", "lte"],
    }
    search_fields = ["title", "isbn"]
    ordering_fields = ["title", "price", "published", "id"]


router = routers.DefaultRouter()
router.register("authors", AuthorViewSet)
router.register("books", BookViewSet)
urlpatterns = [
    path("api/", include(router.urls)),
    path("schema/", SpectacularAPIView.as_view()),
]
application = get_wsgi_application()


def fill() -> None:
    """Make the tables, and some rows."""
    with connection.schema_editor() as editor:
        for model in (Author, Book):
            editor.create_model(model)
    names = ["Ayşe Kulin", "Şule Gürbüz", "O'Brien, Flann", "Ursula K. Le Guin", "100% Anonymous", "a_b", "ursula"]
    authors = [
        Author.objects.create(name=name, born=date(1920 + 7 * index, 1 + index, 2 + index) if index % 3 else None)
        for index, name in enumerate(names)
    ]
    words = ["Red", "red", "Kırmızı", "The Left Hand", "100%", "under_score", "Çay", "back\\slash", "a, b & c", "7"]
    for index in range(60):
        book = Book.objects.create(
            title=f"{words[index % 10]} {words[(index * 3 + 1) % 10]} {index // 10}",
            isbn=f"97{index * 7919 % 10**6:06d}X",
            pages=40 + index * 13 % 400,
            price=f"{index * 37 % 90}.{index * 11 % 100:02d}",
            published=date(1999, 12, 30) + timedelta(days=index * 97),
            in_print=index % 3 != 0,
            subtitle=[None, "", "A novel", "a NOVEL", "Essays"][index % 5],
            author=authors[index % len(authors)],
        )
        made = datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(hours=7 * index, milliseconds=index * 13)
        Book.objects.filter(pk=book.pk).update(created_at=made, updated_at=made + timedelta(days=index % 5))


def main() -> None:
    if sys.argv[1:2] == ["schema"]:
        from drf_spectacular.generators import SchemaGenerator
        from drf_spectacular.renderers import OpenApiYamlRenderer

        document = SchemaGenerator(patterns=urlpatterns).get_schema(request=None, public=True)
        sys.stdout.buffer.write(OpenApiYamlRenderer().render(document, renderer_context={}))
        return
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    fill()
    with make_server("127.0.0.1", int(sys.argv[2]), application, handler_class=Quiet) as server:
        print(f"READY http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
