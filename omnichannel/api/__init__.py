"""omnichannel at /api/v1/: channels, inboxes, conversations, messages, deliveries, what came in."""

from rest_framework.routers import BaseRouter

from omnichannel.api.channels import Channels, Inboxes
from omnichannel.api.conversations import Conversations
from omnichannel.api.deliveries import Deliveries
from omnichannel.api.inbound import Inbound
from omnichannel.api.messages import Messages


def register(router: BaseRouter) -> None:
    router.register("channels", Channels, "api-channel")
    router.register("inboxes", Inboxes, "api-inbox")
    router.register("conversations", Conversations, "api-conversation")
    router.register("messages", Messages, "api-message")
    router.register("deliveries", Deliveries, "api-delivery")
    router.register("inbound", Inbound, "api-inbound")
