"""What the writer added, in the shapes that mail programs give to quotations and signatures."""

import pytest

from omnichannel.channels.email.mime.quotes import reply_text

QUOTED = "> Hello Ana,\n> your order is on its way.\n>\n> > older"

ATTRIBUTIONS = [
    "On Mon, Jan 5, 2026 at 10:11 AM Support <support@hilo.example> wrote:",
    "On Mon, Jan 5, 2026 at 10:11 AM Support with a long name\n<support@hilo.example> wrote:",
    "On 5 Jan 2026, at 10:11, Support\n<support@hilo.example>\nwrote:",
    "El lun, 5 ene 2026 a las 10:11, Soporte (<support@hilo.example>) escribió:",
    "El 5/1/26 a las 10:11, Soporte\nescribió:",
    "Am Mo., 5. Jan. 2026 um 10:11 Uhr schrieb Support <support@hilo.example>:",
    "Am 05.01.2026 um 10:11 schrieb Support:",
    "Le lun. 5 janv. 2026 à 10:11, Support <support@hilo.example> a écrit :",
    "Em seg., 5 de jan. de 2026 às 10:11, Support <support@hilo.example> escreveu:",
    "Il giorno lun 5 gen 2026 alle ore 10:11 Support <support@hilo.example> ha scritto:",
    "Op ma 5 jan 2026 om 10:11 schreef Support <support@hilo.example>:",
    "Den mån 5 jan. 2026 kl 10:11 skrev Support <support@hilo.example>:",
    "W dniu 5.01.2026 o 10:11, Support pisze:",
    "пн, 5 янв. 2026 г. в 10:11, Support <support@hilo.example>:\n".replace(">:", "> пишет:"),
    "Support <support@hilo.example> 于2026年1月5日周一 写道：",
    "2026/1/5 Support <support@hilo.example>",
]

HEADER_BLOCKS = [
    "-----Original Message-----\nFrom: Support\nSent: Monday, January 5, 2026 10:11 AM\nTo: Ana\nSubject: Order",
    "________________________________\nFrom: Support <support@hilo.example>\nSent: Monday\nTo: Ana\nSubject: Order",
    "From: Support <support@hilo.example>\nDate: Monday\nTo: Ana\nSubject: Order",
    "*De:* Soporte <support@hilo.example>\n*Enviado el:* lunes, 5 de enero de 2026\n*Para:* Ana\n*Asunto:* Pedido",
    "De: Soporte\nFecha: lunes\nPara: Ana\nAsunto: Pedido",
    "Von: Support\nGesendet: Montag\nAn: Ana\nBetreff: Bestellung",
    "De : Support\nEnvoyé : lundi\nÀ : Ana\nObjet : Commande",
    "---------- Forwarded message ---------\nFrom: Support <support@hilo.example>\nDate: Mon\nSubject: Order\nTo: Ana",
    "----- Mensaje original -----\nOrder",
    "-------- Ursprüngliche Nachricht --------\nBestellung",
    "##- Please type your reply above this line -##",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_quotation_below_goes_with_its_attribution(attribution: str) -> None:
    assert reply_text(f"Thanks, that helps.\n\n{attribution.strip()}\n\n{QUOTED}") == "Thanks, that helps."


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_unmarked_quotation_ends_the_mail(attribution: str) -> None:
    assert (
        reply_text(f"Thanks, that helps.\n\n{attribution.strip()}\n\nHello Ana,\nolder text") == "Thanks, that helps."
    )


@pytest.mark.parametrize("block", HEADER_BLOCKS)
def test_header_block_ends_the_mail(block: str) -> None:
    assert reply_text(f"Perfecto.\n\n{block}\n\nHello Ana,\nolder text") == "Perfecto."


def test_answers_between_and_below_the_quotation_stay() -> None:
    text = f"{ATTRIBUTIONS[0]}\n> First question?\nYes.\n> Second question?\n\nNo.\n"
    assert reply_text(text) == "Yes.\n\nNo."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAna Ruiz\nCasa Ruiz S.L.",
        "--\nAna",
        "Sent from my iPhone",
        "Enviado desde mi iPhone",
        "Get Outlook for iOS<https://aka.ms/o0ukef>",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Best regards,\nAna Ruiz\nCasa Ruiz",
        "Un saludo,\nAna",
        "Saludos cordiales\n\nAna Ruiz\n+34 600 000 000",
        "Mit freundlichen Grüßen\nAna",
        "__\nAna",
    ],
)
def test_signature_goes(signature: str) -> None:
    assert reply_text(f"The parcel is broken.\n\n{signature}") == "The parcel is broken."


@pytest.mark.parametrize(
    "text",
    [
        "Thanks",
        "Regards are not a signature here.\nAnd it goes on.",
        "He wrote:\nI am late.",
        "From: Madrid to Seville, how long does it take?",
        "- one\n- two",
        "I sent it on Monday, as you wrote: fine.",
        "a > b and b > c",
        "Best regards",
        "On Tuesday I will come, as agreed with Peter:\nat ten.",
    ],
)
def test_ordinary_text_stays_whole(text: str) -> None:
    assert reply_text(text) == text


def test_mail_that_is_only_a_quotation_is_shown_whole() -> None:
    assert reply_text(QUOTED) == QUOTED


def test_forward_without_a_word_is_shown_whole() -> None:
    forward = f"{HEADER_BLOCKS[7]}\n\nThe order"
    assert reply_text(forward) == forward


def test_long_log_is_kept_whole() -> None:
    log = "\n".join(f"line {number}" for number in range(20_000))
    assert reply_text(log) == log
