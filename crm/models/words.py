"""What the product calls the traits, properties and permissions it knows by name; a customer's own keep their names."""

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


def called(name: str) -> str:
    return str(WORDS.get(name, name))
