"""What shops' events are called on people's threads: the e-commerce names of the tracking API's specification, and the
two steps of a parcel that it leaves out. The ledger, filters, journeys and the API keep the names as they were sent."""

from django.utils.translation import gettext_lazy as _

STORIES = {
    "Products Searched": _("Searched for products"),
    "Product List Viewed": _("Looked through a list of products"),
    "Product List Filtered": _("Filtered a list of products"),
    "Promotion Viewed": _("Saw a promotion"),
    "Promotion Clicked": _("Followed a promotion"),
    "Product Clicked": _("Chose a product from a list"),
    "Product Viewed": _("Looked at a product"),
    "Product Added": _("Put into the cart"),
    "Product Removed": _("Took out of the cart"),
    "Cart Viewed": _("Looked at the cart"),
    "Checkout Started": _("Began to check out"),
    "Checkout Step Viewed": _("Came to a step of the checkout"),
    "Checkout Step Completed": _("Completed a step of the checkout"),
    "Payment Info Entered": _("Entered how to pay"),
    "Order Completed": _("Ordered"),
    "Order Updated": _("Changed an order"),
    "Order Refunded": _("Order refunded"),
    "Order Cancelled": _("Order cancelled"),
    "Order Shipped": _("Order on its way"),
    "Order Delivered": _("Order delivered"),
    "Coupon Entered": _("Entered a coupon"),
    "Coupon Applied": _("Coupon accepted"),
    "Coupon Denied": _("Coupon refused"),
    "Coupon Removed": _("Took a coupon back"),
    "Product Added to Wishlist": _("Put on the wish list"),
    "Product Removed from Wishlist": _("Took off the wish list"),
    "Wishlist Product Added to Cart": _("Put into the cart from the wish list"),
    "Product Shared": _("Shared a product"),
    "Cart Shared": _("Shared the cart"),
    "Product Reviewed": _("Reviewed a product"),
}
