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
    "2026-01-05 10:11 GMT+01:00 Support <support@hilo.example>:",
    "2026年1月5日(月) 10:11 Support <support@hilo.example>:",
    "2026年1月5日 10:11、Support <support@hilo.example>のメール:",
    "Support <support@hilo.example> ezt írta (időpont: 2026. jan. 5., H, 10:11):",
    "ma 5. tammik. 2026 klo 10.11 Support (support@hilo.example) kirjoitti:",
    "Support <support@hilo.example>, 5 Oca 2026 Pzt, 10:11 tarihinde şunu yazdı:",
    "În lun., 5 ian. 2026 la 10:11, Support <support@hilo.example> a scris:",
    "Dne 5. 1. 2026 v 10:11 Support napsal(a):",
    "Dnia 5 stycznia 2026 10:11 Support <support@hilo.example> napisał(a):",
    "Den man. 5. jan. 2026 kl. 10.11 skrev Support <support@hilo.example>:",
    "El dl., 5 de gen. 2026 a les 10:11, Support (<support@hilo.example>) va escriure:",
    "No dia 5 de jan. de 2026, às 10:11, Support escreveu:",
    "Quoting Support <support@hilo.example>:",
    "Zitat von Support <support@hilo.example>:",
    "On Mon, Jan 5, 2026, 10:11 Support <support@hilo.example> wrote",
    "On Mon, Jan 5, 2026 at 10:11 AM\nSupport of a house with a name\nthat takes lines\n<support@hilo.example> wrote:",
    "On Mon, Jan 5, 2026 at 10:11 AM Support and Sales of Hilo\nLtd <support@hilo.example> wrote:",
]

ABOVE_QUOTED_LINES = [  # whose language no pattern knows, or with less in them
    "Support <support@hilo.example> escreveu no dia segunda, 5/01/2026 à(s) 10:11:",
    "pon., 5 sty 2026 o 10:11 Support <support@hilo.example> napisał(a):",
    "po 5. 1. 2026 v 10:11 odesílatel Support <support@hilo.example> napsal:",
    "man. 5. jan. 2026 kl. 10:11 skrev Support <support@hilo.example>:",
    "пн, 5 січ. 2026 р. о 10:11 Support <support@hilo.example> пише:",
    "Στις Δευ 5 Ιαν 2026 στις 10:11 π.μ., ο/η Support <support@hilo.example> έγραψε:",
    "2026년 1월 5일 (월) 오전 10:11, Support <support@hilo.example>님이 작성:",
    "Missatge de Support <support@hilo.example> del dia dl., 5 de gen. 2026 a les 10:11:",
    "пн, 5 янв. 2026 г. в 10:11, Support <support@hilo.example>:",
    "пн, 5 янв. 2026 г. в 10:11, Support with a long name\n<support@hilo.example>:",
    '05.01.2026, 10:11, "Support" <support@hilo.example>:',
    "Понедельник, 5 января 2026, 10:11 +03:00 от Support <support@hilo.example>:",
    "On Monday, Support wrote:",
    "El 5/1/2026 Support <support@hilo.example> dijo:",
    '"Support" <support@hilo.example> wrote:',
    "support@hilo.example wrote:",
    "Support <support@hilo.example> escribió:",
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
    "-----Message d'origine-----\nCommande",
    "-----Ursprungligt meddelande-----\nOrder",
    "-----Исходное сообщение-----\nЗаказ",
    "Begin forwarded message:\n\nOrder",
    "Inicio del mensaje reenviado:\n\nPedido",
    "________________________________\n\nVan: Support\nVerzonden: maandag\nAan: Ana\nOnderwerp: Bestelling",
    "From: Support\n\nSent: Monday\n\nTo: Ana",  # a mailer that doubles its line ends
    "发件人: Support\n发送时间: 2026年1月5日\n收件人: Ana\n主题: 订单",
    "— Responda por encima de esta línea —",
    "##- Please type your reply above this line -##",
    "________________________________\nDate: Mon, 5 Jan 2026\nSubject: Order\nFrom: support@hilo.example\nTo: Ana",
    "Subject: Order\nFrom: support@hilo.example\nTo: ana@casa.example\nDate: Mon, 5 Jan 2026",
    "От: Support\nОтправлено: понедельник, 5 января 2026 г. 10:11\nКому: Ana",
    "差出人: Support\n送信日時: 2026年1月5日 10:11\n宛先: Ana",
    "De: Suporte\nEnviada em: segunda-feira, 5 de janeiro de 2026\nPara: Ana",
]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_quotation_below_goes_with_its_attribution(attribution: str) -> None:
    assert reply_text(f"Thanks, that helps.\n\n{attribution.strip()}\n\n{QUOTED}") == "Thanks, that helps."


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_unmarked_quotation_ends_the_mail(attribution: str) -> None:
    assert (
        reply_text(f"Thanks, that helps.\n\n{attribution.strip()}\n\nHello Ana,\nolder text") == "Thanks, that helps."
    )


@pytest.mark.parametrize("attribution", ABOVE_QUOTED_LINES)
def test_mark_below_lets_a_line_of_any_language_be_an_attribution(attribution: str) -> None:
    assert reply_text(f"Thanks, that helps.\n\n{attribution}\n\n{QUOTED}") == "Thanks, that helps."
    assert reply_text(f"Cancel it.\nAnd tell Rosa.\n{attribution}\n{QUOTED}") == "Cancel it.\nAnd tell Rosa."


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("quotation", [QUOTED, "Hello Ana,\nolder text"], ids=["marked", "unmarked"])
def test_own_lines_right_above_an_attribution_stay(attribution: str, quotation: str) -> None:
    own = "Hello,\n\nthe lamp works.\nPlease cancel the second one\nand send the bill to Rosa."
    for wrote in (own, own.rpartition("\n\n")[2], "Cancel it"):
        assert reply_text(f"{wrote}\n{attribution.strip()}\n{quotation}") == wrote


@pytest.mark.parametrize(
    "own",
    [
        "On 5 May 2026 I bought a lamp of yours at 10:30, and it is broken\nPlease take it back",
        "On Monday 5 May at 10:30 I called.",
        "Please could you call me on Monday, that is the 5th of May, at 10:30",
        "On 5 May 2026 you wrote\nthat it would come.",
        "El 5 de mayo pagué 10 euros",
        "My order is 7, from 5/1/2026\nCancel it",
        "A 5/1/2026 pagámos",
        "El 5 de mayo de 2026 compré una lámpara",
        "Pedí una lámpara el 5/1/2026 a las 10:30",
    ],
)
@pytest.mark.parametrize(
    "attribution",
    [
        "John Doe <j@x.example> wrote:",
        '"John Doe" <j@x.example> wrote:',
        'On Dec 8, 2026 2:10 PM, "John" <j@x.example> wrote:',
        "Ann <a@x.example> написал(а):",
        "El 8 dic. 2026 14:10, Juan <j@x.example> escribió:",
        "Juan <j@x.example> escribió:",
        "Em 8 de dez. de 2026 14:10, Ann <a@x.example> escreveu:",
    ],
)
def test_own_lines_with_a_date_are_no_beginning_of_the_attribution_below(own: str, attribution: str) -> None:
    assert reply_text(f"{own}\n{attribution}\n> old") == own


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
        "—\nAna",
        "*Sent from my iPhone*",
        "<Sent via Gmail>",
        "Obtener Outlook para Android",
        "Kind regards!\n\n" + "\n".join(["a line of an imprint"] * 10),
        "Saludos\n" + "x" * 90,
        "-- \n\nAna Ruiz\n" + "a line of an imprint that is rather longer than a line of a signature ought to be, " * 3,
        "--\xa0\nAna",
        "--",
        "Sent from my Samsung Galaxy smartphone.",
        "Sent from my Verizon, Samsung Galaxy smartphone",
        "Sent from my T-Mobile 5G device",
        "Sent from Outlook for iOS<https://aka.ms/o0ukef>",
        "Sent from Mail for Windows 10",
        "Sent from Yahoo Mail on Android",
        "Sent from [Proton Mail](https://proton.me/mail/home) for iOS.",
        "Sent with Proton Mail secure email.",
        "Gesendet von Mail für Windows",
        "Gesendet mit der GMX Mail App",
        "Von meinem Samsung Galaxy Smartphone gesendet.",
        "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
        "Enviado do meu iPhone",
        "Enviado desde mi móvil",
        "Enviado desde Correo para Windows",
        "Inviato da iPhone",
        "Отправлено с iPhone",
        "iPhoneから送信",
    ],
)
def test_signature_goes(signature: str) -> None:
    assert reply_text(f"The parcel is broken.\n\n{signature}") == "The parcel is broken."
    assert reply_text(f"It is broken.\n\n{signature}\n\n{ATTRIBUTIONS[0]}\n> Is it?\nYes.") == "It is broken.\n\nYes."


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
        "-- Ana",
        "---\nSecond thing",
        "________________\nSecond thing",
        "From: Madrid\nTo: Seville",
        "From: Madrid\nHow long?\nTo: Seville\nWhy?",
        "Two seats, please.\n\nFrom: Madrid\nTo: Seville\nDate: 5 May\n\nThanks",
        "Date: 5 May\nFrom: Madrid\nTo: Seville\nData: none",
        "On order 7 you wrote:\nit comes on Monday.",
        "On 5 May 2026 you wrote\nthat it would come.",
        "My boss wrote:\nno more lamps of 2026",
        "Order:\n\nPrice: 5\n--\nSize: 6\n--\nColour: red",
        "Price: 5\n--\nSize: 6",
        "One.\n\n--\n\nTwo.",
        "One.\n\n__\nTwo.\n\n__\nThree.",
        "One.\n\n—\n" + "and it goes on\n" * 10 + "and on",
        "Broken.\n\nSent from my desk, is much easier then my mobile phone.",
        "Broken.\n\nSent from my phone by mistake",
        "When?\n\nSent from Madrid on Monday",
        "When?\n\nSent by mail",
        "Llegó rota.\n\nEnviado desde la tienda de Sevilla",
        "Get Outlook for me",
        "As of 5/1/2026 my boss wrote:\nno more lamps",
        "Sent from Madrid on Monday, " + "it came here in a box that was " * 4 + "broken",
        "It is broken.\nSaludos\n" + "\n".join(["and it goes on"] * 11),
        "It is broken.\nSaludos\n" + "x" * 91,
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


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        (" one \n\n\n\n two ", "one\n\n two"),
        ("|> an old mailer's mark\nYes.\n  > indented\nNo.", "Yes.\nNo."),
        ("On 5 Jan, Bea wrote:\n> First?\n\nYes.\n\nOn 4 Jan, Cai wrote:\nolder", "Yes."),
        ("On 5 Jan, Bea wrote:\n\n\n> First?\n\nYes.", "Yes."),
        ("Cancel order 7.\nJohn Doe <j@x.example> wrote:\n> old", "Cancel order 7."),
        ("Hello,\n\nCancel order 7.\nMy boss wrote:\n> no need", "Hello,\n\nCancel order 7.\nMy boss wrote:"),
        ("On Monday, I wrote:\n> old\nNo answer.", "On Monday, I wrote:\nNo answer."),
        ("My lamp of 5/1/2026:\n> like this\nBroken.", "My lamp of 5/1/2026:\nBroken."),
        ("Yes.\n\n> Best regards\n> Bea\n\nAnd no.", "Yes.\n\nAnd no."),
        ("Broken.\nSaludos" + "\n" * 40 + "and one more thing", "Broken."),
        ("Broken.\nSaludos" + "\n" * 41 + "and one more thing", "Broken.\nSaludos\n\nand one more thing"),
        ("\nBest regards\nAna", "Best regards\nAna"),
        ("-- \nAna", "-- \nAna"),
        ("Sent from my iPhone", "Sent from my iPhone"),
        (" \n ", ""),
        ("", ""),
    ],
)
def test_what_is_left_is_never_less_than_somebody_wrote(text: str, reply: str) -> None:
    assert reply_text(text) == reply


def test_quotation_beyond_the_lines_that_are_looked_at_stays() -> None:
    log = "\n".join(["a line"] * 5000)
    assert reply_text(f"{log}\n> quoted\n--\nAna") == f"{log}\n> quoted\n--\nAna"
