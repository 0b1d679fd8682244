"""What the OpenAPI description says beyond the resources themselves: keys, problem documents, Idempotency-Key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "maxLength": 200},
    OpenApiParameter.HEADER,
    description="The same key with the same request again gets the first answer; with another request, 422.",
)
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"description": "What was wrong, by field."},
    },
    "required": ["type", "title", "status", "detail"],
}
REFUSED = {
    "description": "A problem document says what was wrong and what would be right.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.authentication.BearerKey"
    name = "key"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A key: `bin/manage create_api_key`."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "crm.authentication.SignedInUser"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "apiKey", "in": "cookie", "name": "hilo-session", "description": "A signed-in colleague."}


class Operations(AutoSchema):
    def get_override_parameters(self) -> list[Any]:
        declared = list(super().get_override_parameters())
        return [*declared, IDEMPOTENCY_KEY] if self.method == "POST" else declared


def problem_documents(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Postprocessing hook: every operation may answer with a problem document."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    for methods in result["paths"].values():
        for operation in methods.values():
            operation["responses"]["4XX"] = REFUSED
    return result
