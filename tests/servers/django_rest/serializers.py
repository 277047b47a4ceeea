"""What a write accepts, and how a row is shown."""

from __future__ import annotations

import re
import uuid
from decimal import Decimal
from typing import Any

from django.utils import formats, translation
from rest_framework import serializers

from .models import CatalogProduct, Price, Product, Stock
from .setup import on


class Text(serializers.CharField):
    """A text as it is: not trimmed, and not made of a number."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("allow_blank", not on("blank-refused"))
        if on("long-refused"):
            more["max_length"] = 255
        super().__init__(trim_whitespace=on("trim-whitespace"), **more)

    def to_internal_value(self, data: Any) -> str:
        """The text."""
        if not isinstance(data, str) and not on("char-numbers"):
            self.fail("invalid")
        return super().to_internal_value(data)


class Uuid(serializers.UUIDField):
    """A uuid as a text."""

    def to_internal_value(self, data: Any) -> Any:
        """The uuid."""
        if not isinstance(data, str) and not on("uuid-int"):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Boolean(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> Any:
        """The boolean."""
        if not isinstance(data, bool) and not on("bool-text"):
            self.fail("invalid", input=data)
        return super().to_internal_value(data)


class Amount(serializers.Field):
    """A decimal as a text."""

    def to_internal_value(self, data: Any) -> str:
        """The digits."""
        if on("amount-numbers") and isinstance(data, int | float) and not isinstance(data, bool):
            data = str(data)
        if not isinstance(data, str) or not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", data) or len(data) > 100:
            raise serializers.ValidationError("A valid number is required.")
        if on("decimals-two-only") and re.search(r"\.\d\d\d", data):
            raise serializers.ValidationError("Ensure that there are no more than 2 decimal places.")
        if on("negative-refused") and data.startswith("-"):
            raise serializers.ValidationError("Ensure this value is greater than or equal to 0.")
        return data


class Attributes(serializers.DictField):
    """Attributes by their keys."""

    def to_internal_value(self, data: Any) -> Any:
        """The attributes."""
        if on("attributes-any"):
            return data if isinstance(data, dict) else {"value": data}
        if on("attributes-few") and isinstance(data, dict) and len(data) > 40:
            raise serializers.ValidationError("Too many attributes.")
        return super().to_internal_value(data)


class Item(serializers.Serializer):
    """What all items have in common."""

    def to_internal_value(self, data: Any) -> Any:
        """The fields that are known."""
        if on("extra-refused") and isinstance(data, dict) and set(data) - set(self.fields):
            raise serializers.ValidationError({name: ["Unknown field."] for name in set(data) - set(self.fields)})
        return super().to_internal_value(data)


class PriceFields(Item):
    """The fields of a price."""

    price_list = Uuid()
    currency_type = Text(required=False)
    retail_price = Amount(required=False)
    price = Amount(required=False)
    tax_rate = Amount(required=False)


class StockFields(Item):
    """The fields of a stock."""

    stock_list = Uuid()
    unit_type = Text(required=False)
    stock = Amount(required=False)


def _image() -> serializers.Field:
    return serializers.URLField() if on("images-urls") else Text(allow_blank=True)


class ProductItem(Item):
    """A product to update or insert."""

    name = Text()
    base_code = Text(required=not on("not-required"))
    sku = Text(allow_blank=False)
    category = Uuid()
    product = Uuid(required=False)
    attributes = Attributes(child=serializers.CharField(allow_blank=True)) if on("dict-char") else Attributes()
    images = serializers.ListField(child=_image(), required=False)
    videos = serializers.ListField(child=_image(), required=False)
    prices = PriceFields(many=True, required=False)
    stocks = StockFields(many=True, required=False)
    restrict_for_others = Boolean(required=False, allow_null=True)

    def validate_sku(self, value: str) -> str:
        """Refuse a sku that is taken, where the model's validator does."""
        if on("unique-validator") and Product.objects.filter(sku=value).exists():
            raise serializers.ValidationError("product with this sku already exists.")
        return value

    def validate_product(self, value: uuid.UUID) -> uuid.UUID:
        """Refuse an unknown catalog product, where that is looked at so early."""
        if on("product-400") and not CatalogProduct.objects.filter(pk=value).exists():
            raise serializers.ValidationError("object does not exist.")
        return value

    def validate_category(self, value: uuid.UUID) -> uuid.UUID:
        """Refuse an unknown category, where there is a table of them."""
        if on("category-known") and not Product.objects.filter(category=value).exists():
            raise serializers.ValidationError("object does not exist.")
        return value


class DeleteItem(Item):
    """A product to delete."""

    sku = Text()


class PriceItem(PriceFields):
    """A price by the product's sku."""

    sku = Text()


class StockItem(StockFields):
    """A stock by the product's sku."""

    sku = Text()


class BothItem(PriceItem, StockItem):
    """A price and a stock."""


ITEMS: dict[str, type[Item]] = {
    "products": ProductItem,
    "delete": DeleteItem,
    "prices": PriceItem,
    "stocks": StockItem,
    "both": BothItem,
}


def checked(kind: str, data: Any) -> list[Any]:
    """The items of a body; where each is checked by itself, an invalid one is the list of its errors."""
    if on("body-single") and isinstance(data, dict):
        data = [data]
    if isinstance(data, list) and (on("items-one-by-one") or on("partial")):
        return [_alone(kind, one) for one in data]
    serializer = ITEMS[kind](data=data, many=True)
    serializer.is_valid(raise_exception=True)
    return list(serializer.validated_data)


def _alone(kind: str, data: Any) -> Any:
    sku = data.get("sku") if isinstance(data, dict) else None
    partial = on("partial") and kind == "products" and Product.objects.filter(sku=str(sku)).exists()
    serializer = ITEMS[kind](data=data, partial=partial)
    valid = serializer.is_valid(raise_exception=not on("items-one-by-one") or not isinstance(data, dict))
    return serializer.validated_data if valid else serializer.errors.items()


def uuid_shown(value: uuid.UUID) -> str:
    """A uuid as this server spells it."""
    if on("uuid-hex"):
        return value.hex
    return str(value).upper() if on("uuid-upper") else str(value)


class ShownUuid(serializers.Field):
    """A uuid of a row."""

    def to_representation(self, value: uuid.UUID) -> str:
        """The text."""
        return uuid_shown(value)


class ShownInstant(serializers.DateTimeField):
    """A date-time of a row."""

    def to_representation(self, value: Any) -> Any:
        """The text."""
        if on("format-seconds"):
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        if on("format-millis"):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        if on("local-as-utc"):
            return self.enforce_timezone(value).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        text = str(super().to_representation(value))
        if on("milliseconds"):
            text = re.sub(r"(\.\d{3})\d*", r"\1", text)
        return text.replace("Z", "+00:00") if on("offset-zero") else text


class ShownAmount(serializers.Field):
    """An amount of a row."""

    def to_representation(self, value: str) -> Any:
        """The text."""
        if on("decimal-number"):
            return float(value)
        if on("localize"):
            return formats.localize_input(Decimal(value)) if translation.get_language() != "en" else value
        if on("amounts-six"):
            return f"{Decimal(value):.6f}" if not re.search(r"\.\d{7}", value) else value
        return f"{Decimal(value):.2f}" if on("amounts-two") and not re.search(r"\.\d\d", value) else value


class ShownName(serializers.CharField):
    """A name, in the language that was asked for."""

    def to_representation(self, value: str) -> str:
        """The text."""
        return "" if on("language-empty") and translation.get_language() == "tr" else value


class ShownPrice(serializers.ModelSerializer):
    """A price of a row."""

    price_list = ShownUuid()
    retail_price, price, tax_rate = ShownAmount(), ShownAmount(), ShownAmount()

    class Meta:
        model = Price
        fields = ("price_list", "currency_type", "retail_price", "price", "tax_rate")


class ShownStock(serializers.ModelSerializer):
    """A stock of a row."""

    stock_list = ShownUuid()
    stock, sold_quantity_unreported = ShownAmount(), ShownAmount()

    class Meta:
        model = Stock
        fields = ("stock_list", "unit_type", "stock", "sold_quantity_unreported")


FIELDS = ("name", "base_code", "sku", "category", "attributes", "images", "videos", "updated_at", "created_at")


class ShownCatalogProduct(serializers.ModelSerializer):
    """A row of the catalog."""

    id, category = ShownUuid(), ShownUuid()
    updated_at, created_at = ShownInstant(), ShownInstant()

    class Meta:
        model = CatalogProduct
        fields = ("id", *FIELDS)


class ShownProduct(serializers.ModelSerializer):
    """A product of the seller."""

    name = ShownName()
    category = ShownUuid()
    updated_at, created_at = ShownInstant(), ShownInstant()
    prices, stocks = ShownPrice(many=True), ShownStock(many=True)

    class Meta:
        model = Product
        fields = (*FIELDS, "prices", "stocks")
