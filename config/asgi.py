"""One port: HTTP as WSGI through a2wsgi, WebSocket to Channels.

Plain Django under ASGI costs 2-3 ms of CPU more for each request (a thread hop for every synchronous middleware and
view), so HTTP stays synchronous. docs/adr/0004-one-port-wsgi-and-channels.md
"""

import os
from typing import Any

import a2wsgi
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
wsgi = get_wsgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402 - after django.setup()
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from config.bodies import measured  # noqa: E402
from config.patience import impatient  # noqa: E402
from crm.ingest.body import BATCH_BYTES  # noqa: E402
from kernel.sockets import Live  # noqa: E402

THREADS = 4  # no more than the connection pool holds

live: Any = Live.as_asgi()  # Django's path() is typed for views only
SOCKETS: Any = [path("ws/", live)]

pages: Any = measured(a2wsgi.WSGIMiddleware(wsgi, workers=THREADS), most=settings.DATA_UPLOAD_MAX_MEMORY_SIZE)  # type: ignore[arg-type]
application = ProtocolTypeRouter(
    {
        "http": impatient(pages, most=BATCH_BYTES),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(SOCKETS))),
    }
)
