"""Policies of views that are not ours: sign-in pages, Django's admin, static files. Ours carry their own."""

from django.urls import ResolverMatch

from kernel.policies import Policy, admins_only, policy_of, public, signed_in

# By URL namespace or by the prefix of the route. Django's admin asks `has_permission` itself as well.
BY_NAMESPACE: dict[str, Policy] = {"admin": admins_only}
BY_ROUTE: tuple[tuple[str, Policy], ...] = (
    ("accounts/login", public),
    ("accounts/logout", public),
    ("accounts/password/reset", public),
    ("accounts/2fa/authenticate", public),
    ("accounts/2fa/webauthn/login", public),
    ("accounts/oidc", public),
    ("accounts/inactive", public),
    ("accounts/3rdparty/login", public),
    ("accounts/3rdparty/signup", public),
    ("accounts/", signed_in),
)


def of_request(match: ResolverMatch, view: object) -> Policy | None:
    own = policy_of(view)
    if own is not None:
        return own
    for namespace in match.namespaces:
        if namespace in BY_NAMESPACE:
            return BY_NAMESPACE[namespace]
    return of_route(match.route)


def of_route(route: str) -> Policy | None:
    """Some of allauth's routes are regular expressions, which begin with ^ in the middle of the address."""
    route = route.replace("^", "")
    return next((policy for prefix, policy in BY_ROUTE if route.startswith(prefix)), None)
