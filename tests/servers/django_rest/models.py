"""The tables."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.signals import post_save

from .lookups import register
from .setup import on
from .texts import as_text, key_kept


class Text(models.CharField):
    """A text of a product."""


class Value(models.TextField):
    """The text of an attribute."""


register(Text, *(["contains"] if on("like-contains") else []), *(["icontains"] if on("ilike-ascii") else []))
register(
    Value,
    *(["contains", "startswith", "endswith"] if on("attribute-like") else []),
    *(["iexact", "icontains", "istartswith", "iendswith"] if on("attribute-ascii") else []),
)


def kept(moment: datetime) -> datetime:
    """A date-time as its column keeps it."""
    if on("seconds"):
        moment = moment.replace(microsecond=0)
    if on("milliseconds"):
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment if settings.USE_TZ else moment.replace(tzinfo=None)


class Moment(models.DateTimeField):
    """A date-time with the digits that the database keeps."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value that is saved."""
        value = kept(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class Common(models.Model):
    """What products and the catalog share."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    name = Text(max_length=500)
    base_code = Text(max_length=500)
    sku = Text(max_length=500, db_index=True)
    category = models.UUIDField(db_index=True)
    attributes = models.JSONField(default=dict)
    images = models.JSONField(default=list)
    videos = models.JSONField(default=list)
    created_at = Moment(auto_now_add=not on("auto-now-created"), auto_now=on("auto-now-created"))
    updated_at = Moment(auto_now=True)
    number = models.BigIntegerField(default=0, db_index=True)

    class Meta:
        abstract = True


class CatalogProduct(Common):
    """A product of the catalog."""

    class Meta:
        ordering = ("number", "id")


class Product(Common):
    """A product of the seller."""

    approved = models.BooleanField(default=True)
    deleted = models.BooleanField(default=False)


class Price(models.Model):
    """A price of a product in a list. Amounts are texts: SQLite's decimals are floats."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
    price_list = models.UUIDField()
    currency_type = models.CharField(max_length=50, default="USD")
    retail_price = models.CharField(max_length=100, default="0")
    price = models.CharField(max_length=100, default="0")
    tax_rate = models.CharField(max_length=100, default="0")

    class Meta:
        ordering = ("id",)


class Stock(models.Model):
    """A stock of a product in a list."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="stocks")
    stock_list = models.UUIDField()
    unit_type = models.CharField(max_length=50, default="qty")
    stock = models.CharField(max_length=100, default="0")
    sold_quantity_unreported = models.CharField(max_length=100, default="0")

    class Meta:
        ordering = ("id",)


class AttributeValue(models.Model):
    """An attribute as a text, to filter on."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="values")
    key = models.CharField(max_length=500)
    text = Value()

    class Meta:
        indexes = (models.Index(fields=["key", "product"]),)


class Batch(models.Model):
    """A write, and what became of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    total = models.IntegerField()
    succeeded = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    created_at = Moment(auto_now_add=True)
    updated_at = Moment(auto_now=True)


MODELS = (CatalogProduct, Product, Price, Stock, AttributeValue, Batch)


def values_of(product: Product) -> list[AttributeValue]:
    """The attributes as rows."""
    texts = ((key_kept(key), as_text(value)) for key, value in product.attributes.items())
    return [AttributeValue(product=product, key=key, text=text) for key, text in texts if text is not None]


def index(instance: Product, **_: Any) -> None:
    """After each save: make the rows of the attributes anew."""
    if not on("eav-leftover"):
        instance.values.all().delete()
    else:
        instance.values.filter(key__in=[key_kept(key) for key in instance.attributes]).delete()
    AttributeValue.objects.bulk_create(values_of(instance))


if not on("eav-stale"):
    post_save.connect(index, sender=Product, weak=False)
