"""What every resource of /api/v1/ can: policies, POSTs that happen once, fields that upper apps add.

class Notes(Resource):
    policy = signed_in                        # for sessions; keys are judged by their scopes
    policies = {"create": managers_only}      # where one action asks for more
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, Protocol

from django.core.files.uploadedfile import UploadedFile
from rest_framework import exceptions, serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from kernel.api import Problem
from kernel.policies import Policy, signed_in

NOTHING: tuple[Any, ...] = (None, "", [], {})  # of which none is missed


class Resource(GenericViewSet[Any]):
    """Base of all resources: a noun with its list, its rows and what can be done with them."""

    policy: ClassVar[Policy] = signed_in
    policies: ClassVar[dict[str, Policy]] = {}
    lookup_value_regex = r"[0-9]{1,18}"

    @property
    def by(self) -> Any:
        """Who does it, for verbs that keep a name: a colleague, or None for a key."""
        return self.request.user if self.request.user.pk else None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if any("\x00" in value for value in request.query_params.values()):
            raise exceptions.ParseError("NUL characters cannot be searched for.")
        super().initial(request, *args, **kwargs)
        extra = self.policies.get(self.action or "")
        if extra is not None and not extra.admits(request.user):
            raise exceptions.PermissionDenied
        if request.method == "POST" and request.headers.get("Idempotency-Key"):
            self.post = partial(self._once, getattr(self, "post", self.http_method_not_allowed))

    def _once(self, handler: Callable[..., Response], request: Request, *args: Any, **kw: Any) -> Response:
        key = request.headers["Idempotency-Key"]
        if len(key) > 200:
            raise Problem(400, "An Idempotency-Key may have up to 200 characters.")
        answer = partial(handler, request, *args, **kw)
        status, data, again = remember(actor_of(request), key, _digest(request), lambda: _plain(answer()))
        return Response(data, status=status, headers={"Idempotency-Replayed": "true"} if again else None)


class Exact(serializers.Serializer[Any]):
    """Names that there are not are refused, and of something new also values that can only be read: what is left out in
    silence looks written. In a change, fields that can only be read are left alone, so that a thing may be sent back
    as it was read.
    """

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            self._refuse_unheard(data)
        return super().to_internal_value(data)

    def _refuse_unheard(self, data: Mapping[str, Any]) -> None:
        errors = {name: ["There is no such field."] for name in data if name not in self.fields}
        if not self.partial:
            read_only = (name for name, field in self.fields.items() if field.read_only)
            errors |= {name: ["This can only be read here."] for name in read_only if data.get(name) not in NOTHING}
        if errors:
            raise serializers.ValidationError(errors)


def _digest(request: Request) -> str:
    """What the key stands for: address and body, of a form its parts: who repeats it draws another boundary."""
    found = hashlib.sha256(f"{request.get_full_path()}\n".encode())
    as_form = (request.content_type or "").startswith("multipart/")
    for piece in _parts(request.data) if as_form else [request._request.body]:
        found.update(piece)
    return found.hexdigest()


def _parts(form: Any) -> Iterator[bytes]:
    for name, values in form.lists():
        for value in values:
            if isinstance(value, UploadedFile):
                yield repr((name, value.name, value.content_type, value.size)).encode()
                yield from value.chunks()
                value.seek(0)
            else:
                yield repr((name, value)).encode()


ROW = {"type": "integer", "minimum": 0}  # of a filter, for the schema: what `number` takes


def number(request: Request, name: str) -> int | None:
    """A filter's value. Raises ValidationError for what is not the number of a row."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise exceptions.ValidationError({name: ["This must be the number of a row."]})
    return int(text)


def choice(request: Request, name: str, among: Iterable[str]) -> str:
    """A filter's value, "" without one. Raises ValidationError for what is none of them: an empty list, or everything,
    would be taken for the answer."""
    value = request.query_params.get(name, "")
    if value and value not in (allowed := list(among)):
        right = f"This must be one of: {', '.join(allowed)}." if allowed else "There is nothing to choose from yet."
        raise exceptions.ValidationError({name: [right]})
    return value


def _plain(response: Response) -> tuple[int, Any]:
    return response.status_code, json.loads(JSONRenderer().render(response.data) or b"null")


def actor_of(request: Request) -> str:
    """Keys of two callers never meet."""
    key = getattr(request.user, "key", None)
    return f"key:{key.pk}" if key is not None else f"user:{request.user.pk}"


class Memory(Protocol):
    """Runs `answer` once for each (actor, key); returns status, body and whether it was remembered."""

    def __call__(
        self, actor: str, key: str, digest: str, answer: Callable[[], tuple[int, Any]]
    ) -> tuple[int, Any, bool]: ...


_memory: list[Memory] = []


def provide_memory(memory: Memory) -> Memory:
    """Decorator: where answers are kept. crm provides it."""
    _memory[:] = [memory]
    return memory


def remember(actor: str, key: str, digest: str, answer: Callable[[], tuple[int, Any]]) -> tuple[int, Any, bool]:
    return _memory[0](actor, key, digest, answer)


# --- what upper apps add to the resources of lower ones ---------------------------------------------------
Contribution = Callable[[list[int]], dict[int, dict[str, Any]]]
_contributions: dict[str, dict[str, Contribution]] = {}


def contribute(place: str) -> Callable[[Contribution], Contribution]:
    """`@contribute("contact.scores") def nps(ids) -> {id: {"nps": 9}}`: one call for a whole page of rows."""

    def register(function: Contribution) -> Contribution:
        _contributions.setdefault(place, {})[f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return register


def contributed(place: str, ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    wanted = list(ids)
    found: dict[int, dict[str, Any]] = {pk: {} for pk in wanted}
    for function in _contributions.get(place, {}).values():
        for pk, values in function(wanted).items():
            found[pk].update(values)
    return found
