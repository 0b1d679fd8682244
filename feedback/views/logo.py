"""A company's logo, for survey pages and for the mails that load it from here."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

from feedback.models.brand import picture_kind
from kernel.policies import public

TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@require_safe
@public
def logo(request: HttpRequest, name: str) -> FileResponse:
    """Also one that was replaced since: the mails that show it are out."""
    try:
        file = default_storage.open(f"logos/{name}")
    except FileNotFoundError as gone:
        raise Http404 from gone
    response = FileResponse(file, content_type=TYPES.get(picture_kind(file), "application/octet-stream"))
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"  # mail programs in the browser show it from elsewhere
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
