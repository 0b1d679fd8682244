"""What the product calls the traits, properties and permissions it knows by name; a customer's own keep their names."""

from collections.abc import Callable

from django.utils.translation import gettext_lazy as _

WORDS = {
    "order_id": _("order id"),
    "checkout_id": _("checkout id"),
    "cart_id": _("cart id"),
    "product_id": _("product id"),
    "quantity": _("quantity"),
    "category": _("category"),
    "city": _("city"),
    "country": _("country"),
    "email": _("email"),
    "marketing": _("marketing"),
    "surveys": _("surveys"),
    "checkout": _("checkout"),
    "unsubscribe link": _("unsubscribe link"),
    "web shop": _("web shop"),
}

# Traits of the tracking API that are columns of a contact, as its libraries in different languages spell them.
FIRST_NAME = ("firstName", "first_name", "firstname")
LAST_NAME = ("lastName", "last_name", "lastname")
LANGUAGE = ("language", "locale")
WORDS |= dict.fromkeys(FIRST_NAME, _("first name")) | dict.fromkeys(LAST_NAME, _("last name"))
WORDS |= dict.fromkeys(LANGUAGE, _("language")) | {"name": _("name"), "phone": _("phone"), "timezone": _("time zone")}


Words = Callable[[str], object]
_others: list[Words] = []


def also_called(words: Words) -> Words:
    """Decorator: what an upper app calls things of its own, such as its channels, "" for what is none of them."""
    _others.append(words)
    return words


def called(name: str) -> str:
    return str(WORDS.get(name) or next(filter(None, (words(name) for words in _others)), name))
