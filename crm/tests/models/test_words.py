"""Names that are ours, in the reader's language."""

from django.utils.translation import override

from crm.models import Consent, Contact
from crm.timeline import few_words


def test_known_traits_are_told_in_the_readers_language_and_others_by_their_own_name() -> None:
    with override("es"):
        told = Contact(traits={"city": "Bilbao", "shoe_size": 41}).traits_told
    assert told == [("ciudad", "Bilbao"), ("shoe_size", 41)]


def test_known_properties_of_events_are_told_in_the_readers_language() -> None:
    with override("es"):
        assert few_words({"order_id": "86516", "shoe_size": 41}) == "n.º de pedido 86516 · shoe size 41"


def test_consent_is_told_in_the_readers_language() -> None:
    consent = Consent(channel="email", purpose="marketing", source="checkout")
    with override("es"):
        assert (consent.about, consent.came_from) == ("correo · marketing", "compra")
