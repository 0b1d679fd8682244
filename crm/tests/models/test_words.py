"""Names that are ours, in the reader's language."""

from django.utils.translation import override

from crm.ledger.fact import tell
from crm.models import Consent, Contact, Identity
from crm.timeline import few_words


def test_known_traits_are_told_in_the_readers_language_and_others_by_their_own_name() -> None:
    with override("es"):
        told = Contact(traits={"city": "Bilbao", "shoe_size": 41}).traits_told
    assert told == [("ciudad", "Bilbao"), ("shoe_size", 41)]


def test_traits_that_became_fields_are_not_told_again_unless_they_differ() -> None:
    contact = Contact(first_name="Ana", last_name="Ruiz", language="es", timezone="Europe/Madrid")
    contact.family_identities = [
        Identity(kind="email", value="ana@casa.example"),
        Identity(kind="phone", value="+34600"),
    ]
    contact.traits = {
        "firstName": "Ana", "last_name": "Ruiz", "name": "Ana Ruiz", "locale": "es-MX", "timezone": "Europe/Madrid",
        "email": "ana@casa.example", "phone": "+34600", "plan": "pro",
    }  # fmt: skip
    assert contact.traits_told == [("plan", "pro")]

    contact.traits = {"firstName": "Anita", "language": "en", "email": "other@casa.example"}
    with override("es"):
        assert contact.traits_told == [("nombre", "Anita"), ("idioma", "en"), ("correo", "other@casa.example")]


def test_traits_that_were_told_are_named_as_pages_name_them() -> None:
    told = {"traits": "email, firstName, first_name, plan"}
    assert tell("contact.described", told) == "Told about: email, first name, plan"


def test_known_properties_of_events_are_told_in_the_readers_language() -> None:
    with override("es"):
        assert few_words({"order_id": "86516", "shoe_size": 41}) == "n.º de pedido 86516 · shoe size 41"


def test_consent_is_told_in_the_readers_language() -> None:
    consent = Consent(channel="email", purpose="marketing", source="checkout")
    with override("es"):
        assert (consent.about, consent.came_from) == ("correo · marketing", "compra")
