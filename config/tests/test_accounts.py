"""Mails to colleagues, sessions, and how a second step is kept."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import LogEntry
from django.core.mail import EmailMessage, send_mail
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings as SettingsWrapper

from config import account_mail
from config.accounts import MFAAdapter
from crm.models import AccountMail, User
from crm.tests import factories
from kernel.templatetags.look import browser
from tests.fakes.smtp_sink import SmtpSink

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def real_queue(settings: SettingsWrapper) -> None:
    """Django's test environment would keep mails in memory."""
    settings.EMAIL_BACKEND = "crm.mail.Queued"


def written() -> AccountMail:
    send_mail("A new password", "https://hilo.example/key", None, ["ana@hilo.example"])
    return AccountMail.objects.get()


def test_mail_is_a_row_for_each_recipient() -> None:
    mail = EmailMessage("Hello", "Text", "Hilo <no-reply@hilo.example>", ["a@hilo.example"], bcc=["b@hilo.example"])

    assert mail.send() == 1

    found = AccountMail.objects.order_by("address").values_list("address", "sender", "subject", "text")
    sender = "Hilo <no-reply@hilo.example>"
    assert list(found) == [
        ("a@hilo.example", sender, "Hello", "Text"),
        ("b@hilo.example", sender, "Hello", "Text"),
    ]


def test_mail_leaves_through_the_mail_server_and_its_text_is_forgotten(settings: SettingsWrapper) -> None:
    written()
    with SmtpSink() as sink:
        settings.SMTP_URL = sink.url
        assert (account_mail.send_due(), account_mail.send_due()) == (1, 0)

    sent = sink.accepted[0].mail
    assert (sent["To"], sent["Subject"], sent["Auto-Submitted"]) == (
        "ana@hilo.example",
        "A new password",
        "auto-generated",
    )
    assert sent.get_content() == "https://hilo.example/key\r\n"
    kept = AccountMail.objects.get()
    assert (kept.text, kept.error, kept.due_at, kept.sent_at is not None) == ("", "", None, True)


def test_mail_stays_readable_without_a_mail_server() -> None:
    mail = written()

    assert account_mail.send_due() == 0

    mail.refresh_from_db()
    assert (mail.text, mail.attempts, mail.sent_at) == ("https://hilo.example/key", 0, None)


def test_mail_that_is_refused_for_now_waits_and_keeps_its_text(settings: SettingsWrapper) -> None:
    mail = written()
    with SmtpSink(replies={"rcpt": ["450 later"]}) as sink:
        settings.SMTP_URL = sink.url
        account_mail.send_due()

    mail.refresh_from_db()
    assert (mail.attempts, mail.text, "450 later" in mail.error) == (1, "https://hilo.example/key", True)
    assert mail.due_at is not None
    assert mail.due_at > timezone.now()


def test_mail_that_is_refused_for_good_is_given_up(settings: SettingsWrapper) -> None:
    mail = written()
    with SmtpSink(replies={"rcpt": ["550 nobody"]}) as sink:
        settings.SMTP_URL = sink.url
        account_mail.send_due()

    mail.refresh_from_db()
    assert (mail.due_at, mail.text, "550 nobody" in mail.error) == (None, "", True)


def test_mail_that_never_leaves_is_given_up_in_the_end_with_its_key(settings: SettingsWrapper) -> None:
    mail = written()
    AccountMail.objects.update(attempts=AccountMail.max_attempts - 1)
    settings.SMTP_URL = "smtp://127.0.0.1:1"

    assert (account_mail.send_due(), account_mail.send_due()) == (1, 0)

    mail.refresh_from_db()
    assert (mail.attempts, mail.due_at, mail.text, mail.sent_at) == (AccountMail.max_attempts, None, "", None)
    assert mail.error != ""


def test_mail_says_when_it_was_written_and_has_an_id_of_our_own(settings: SettingsWrapper) -> None:
    settings.MAIL_DOMAIN = "crm.example"
    mail = written()
    AccountMail.objects.update(created_at="2026-05-01T10:30:00Z")
    mail.refresh_from_db()

    composed = account_mail._composed(mail)

    assert composed["Date"] == "Fri, 01 May 2026 10:30:00 -0000"
    assert composed["Message-ID"].startswith("<")
    assert composed["Message-ID"].endswith(f".account-{mail.pk}@crm.example>")


def test_nobody_can_make_hilo_write_to_strangers(client: Client) -> None:
    answer = client.post("/accounts/password/reset/", {"email": "stranger@else.example"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/password/reset/done/")
    assert AccountMail.objects.count() == 0


def test_address_that_an_admin_changed_opens_nothing_any_more(client: Client) -> None:
    colleague = factories.user("agent", email="old@hilo.example")
    EmailAddress.objects.create(user=colleague, email="old@hilo.example", primary=True)
    client.force_login(factories.user("admin", is_superuser=True))
    form = {"email": "new@hilo.example", "first_name": "Ana", "is_active": "on", "language": "", "time_zone": ""}

    client.post(f"/admin/crm/user/{colleague.pk}/change/", form)

    assert User.objects.filter(pk=colleague.pk, email="new@hilo.example").exists()
    assert list(EmailAddress.objects.filter(user=colleague)) == []


def test_admin_takes_a_lost_second_step_away_and_it_is_written_down(client: Client) -> None:
    colleague = factories.user("agent")
    for kind in ("totp", "recovery_codes"):
        Authenticator.objects.create(user=colleague, type=kind, data={})
    client.force_login(factories.user("admin", is_superuser=True))

    client.post("/admin/crm/user/", {"action": "take_second_step_away", "_selected_action": [colleague.pk]})

    assert list(Authenticator.objects.all()) == []
    assert LogEntry.objects.get().object_id == str(colleague.pk)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [(True, "Forgotten: it was sent or given up."), (False, 'href="https://hilo.example/key"')],
)
def test_admin_reads_the_mail_until_it_has_left(client: Client, sent: bool, shown: str) -> None:
    mail = written()
    if sent:
        AccountMail.objects.update(text="", sent_at=timezone.now(), due_at=None)
    client.force_login(factories.user("admin", is_superuser=True))

    page = client.get(f"/admin/crm/accountmail/{mail.pk}/change/").content.decode()

    assert shown in page


def signed_in(colleague: User) -> tuple[Client, UserSession]:
    client = Client()
    client.force_login(colleague, backend="allauth.account.auth_backends.AuthenticationBackend")
    client.get("/accounts/sessions/")
    return client, UserSession.objects.get(session_key=client.session.session_key)


def test_session_is_ended_by_its_owner_alone() -> None:
    ana = factories.user("agent")
    mine, _ = signed_in(ana)
    lost, row = signed_in(ana)
    stranger, _ = signed_in(factories.user("admin"))

    assert stranger.delete(f"/accounts/sessions/{row.pk}/").status_code == 404
    assert lost.get("/tasks/").status_code == 200
    assert mine.delete(f"/accounts/sessions/{row.pk}/").status_code == 204
    assert lost.get("/tasks/")["Location"] == "/accounts/login/?next=/tasks/"
    assert mine.get("/tasks/").status_code == 200


def test_sign_in_address_is_the_admins_word(client: Client) -> None:
    client.force_login(factories.user("agent"))

    assert client.get("/accounts/email/")["Location"] == "/accounts/password/change/"
    assert client.post("/accounts/email/", {"email": "x@else.example", "action_add": ""}).status_code == 405


def test_secrets_of_the_second_step_are_sealed() -> None:
    adapter = MFAAdapter()
    sealed = adapter.encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert adapter.decrypt(sealed) == "JBSWY3DPEHPK3PXP"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130 Safari/537.36",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Android 14; Mobile; rv:130.0) Gecko/130.0 Firefox/130.0", "Firefox on Android"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", "Unknown browser"),
    ],
)
def test_browser_is_named_so_that_a_person_knows_it(user_agent: str, name: str) -> None:
    assert browser(user_agent) == name


def test_password_link_lives_as_long_as_the_page_says(settings: SettingsWrapper) -> None:
    assert timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT) == timedelta(days=3)


def test_signing_in_is_not_announced_in_the_language_of_the_page_before(client: Client) -> None:
    colleague = factories.user("agent", email="ana@hilo.example", language="es")
    colleague.set_password("a long enough secret")
    colleague.save()

    page = client.post(
        "/accounts/login/", {"login": "ana@hilo.example", "password": "a long enough secret"}, follow=True
    )

    assert (page.status_code, list(page.context["messages"])) == (200, [])
