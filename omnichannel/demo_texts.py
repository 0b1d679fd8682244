# ruff: noqa: E501 - letters, broken where people break them
"""What customers of the demo company write, and what its people answer. Casa Lumbre sells lamps and things for the home.

Each script is one whole story: c = customer, C = the customer some days later, a = agent, n = private note.
Placeholders: {name}, {order}, {product}, {city}, {company}.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    subject: str
    turns: tuple[tuple[str, str], ...]
    asked_again: str = ""  # right after the first answer, while it is open; "" where nothing is left to ask
    feeling: str = ""  # of the customer while it is open
    products: tuple[str, ...] = ()  # those it can be about, where not all
    parcel: str = ""  # "unsent", "awaited" or "arrived", where the story needs that
    html: str = ""  # of the first message, as a sender's mail program would have written it

    @property
    def words(self) -> str:
        return "\n".join([self.subject, *(text for _who, text in self.turns), self.asked_again])

    @property
    def is_about_an_order(self) -> bool:
        return "{order}" in self.words

    @property
    def needs_an_order(self) -> bool:
        return self.is_about_an_order or bool(self.parcel)

    @property
    def is_for_a_company(self) -> bool:
        return "{company}" in self.subject


PRODUCTS = {
    "es": (  # all of one gender, so that the letters read right
        "lámpara Brasa", "vela de cera de abeja", "manta de lana Sierra", "cesta de esparto", "mesa auxiliar Olivo",
        "alfombra Vereda",
    ),
    "en": (
        "Ember lamp", "Beeswax candle", "Sierra wool throw", "Clay cup set", "Esparto basket", "Olive side table",
        "Linen cushion", "Round mirror", "Mist vase", "Vereda rug", "Courtyard lantern",
    ),
}  # fmt: skip
CITIES = {"es": ("Valencia", "Madrid", "Sevilla", "Bilbao", "Málaga"), "en": ("Manchester", "Leeds", "Dublin", "Cork")}

LAMPS_ES = ("lámpara Brasa",)
FURNITURE_ES = ("mesa auxiliar Olivo",)
LARGE_ES = ("mesa auxiliar Olivo", "alfombra Vereda")
SAND_ES = ("manta de lana Sierra", "alfombra Vereda", "cesta de esparto")
CRACKS_EN = ("Ember lamp", "Clay cup set", "Round mirror", "Mist vase", "Courtyard lantern")
COLOURS_EN = ("Sierra wool throw", "Linen cushion", "Mist vase", "Vereda rug")
NO_CUSHIONS_EN = tuple(product for product in PRODUCTS["en"] if "cushion" not in product)
LAMPS_EN = ("Ember lamp",)

LOGO = (
    '<table width="100%"><tr><td><img data-remote-src="https://img.nortehogar.example/logo.png" alt="{company}"'
    ' width="140"></td></tr><tr><td><p>{text}</p><p style="color:#666666">{company} · Compras</p></td>'
    "</tr></table>"
)

ES = (
    Script("Pedido {order}: sigue sin llegar", (
        ("c", "Hola:\n\nHice el pedido {order} hace días y en el seguimiento sigue poniendo «en preparación». Era un "
              "regalo para el sábado. ¿Me podéis decir si llega a tiempo?\n\nGracias,\n{name}"),
        ("n", "Almacén dice que la {product} ya salió, con otro número de seguimiento. Llega el viernes."),
        ("a", "Hola, {name}:\n\nTienes razón, y lo siento: el paquete ya salió y el seguimiento no se actualizó. La entrega "
              "está prevista para el viernes en {city}, a tiempo para el regalo.\n\nUn saludo"),
        ("c", "Perfecto, qué alivio. ¡Gracias por contestar tan rápido!"),
    ), asked_again="¿Me puedes pasar el número de seguimiento nuevo? Así lo voy mirando.", parcel="awaited", feeling="uneasy"),
    Script("La {product} ha llegado rota", (
        ("c", "Buenas tardes:\n\nAcabo de abrir el paquete del pedido {order} y la {product} viene con un golpe en la base. La "
              "caja también estaba aplastada por un lado. Puedo mandar fotos.\n\n{name}"),
        ("a", "Hola, {name}:\n\nVaya, lo siento mucho. No hace falta que la devuelvas: con una foto del golpe nos basta. Te "
              "mandamos otra mañana mismo sin ningún coste.\n\n¿La enviamos a la misma dirección de {city}?"),
        ("c", "Sí, a la misma. Os mando la foto esta tarde. Muchas gracias."),
        ("n", "Ya van tres golpes este mes con la misma caja. Avisar a logística."),
        ("a", "Recibida la foto, gracias. La nueva sale hoy y llega en 48 horas. Si algo no está bien, respóndeme aquí mismo."),
    ), asked_again="Sí, a la misma. Pero mañana salgo de viaje, ¿puede llegar el lunes?", parcel="arrived", feeling="uneasy", products=LAMPS_ES),
    Script("¿Puedo cambiar la dirección de entrega?", (
        ("c", "Hola, me mudo esta semana a {city} y el pedido {order} va a mi casa de antes. ¿Se puede cambiar? Gracias"),
        ("a", "Hola, {name}: aún no ha salido del almacén, así que ya la he cambiado. Te llegará un correo con la dirección "
              "nueva; revísala, por favor, y si falta el piso o la puerta, dímelo."),
        ("c", "Está perfecta. ¡Gracias!"),
    ), asked_again="Gracias, pero en el correo falta la puerta: es el 3.º B. ¿Lo puedes añadir?", parcel="unsent", feeling="fine"),
    Script("Factura con NIF", (
        ("c", "Buenos días:\n\nNecesito la factura del pedido {order} a nombre de la empresa para la declaración del trimestre. "
              "¿Me la podéis rehacer con el NIF B96…412?\n\nSaludos,\n{name}"),
        ("a", "Buenos días, {name}: rehecha y enviada a este mismo correo. También la tienes en tu cuenta, en «Mis pedidos». "
              "Para los próximos, si pones el NIF en tu perfil sale sola."),
        ("c", "Recibida, gracias. Lo del perfil no lo sabía, me viene muy bien."),
    ), asked_again="Gracias, pero en la factura aparece mi nombre y no el de la empresa. ¿Me la podéis corregir?", feeling="fine"),
    Script("Devolución de la {product}", (
        ("c", "Hola, la {product} es preciosa pero es más grande de lo que pensaba y no cabe. Está sin usar y en su caja. "
              "¿Cómo la devuelvo y cuánto tarda el dinero? Pedido {order}."),
        ("a", "Hola, {name}:\n\nTe acabo de mandar la etiqueta: el mensajero la recoge en tu casa el martes entre las 9 y las "
              "14 h. Cuando llegue al almacén te devolvemos el importe a la misma tarjeta; suele tardar tres días."),
        ("c", "El martes no estoy. ¿Puede ser el jueves?"),
        ("a", "Claro, cambiado al jueves, mismo horario. No hace falta que imprimas nada."),
        ("C", "Ya me han devuelto el dinero. Todo muy fácil, volveré a comprar."),
    ), asked_again="El martes no estoy. ¿Puede ser el jueves?", parcel="arrived", feeling="fine", products=LARGE_ES),
    Script("¿Cuándo vuelve la {product}?", (
        ("c", "¡Hola! Llevo semanas esperando la {product} en color arena y siempre sale agotada. ¿Va a volver?"),
        ("a", "¡Hola, {name}! Sí: entran doce unidades el día 20. Te aviso en cuanto estén, antes de publicarlas. Si quieres, "
              "te guardo una."),
        ("c", "Sí, por favor, guárdame una. ¡Qué detalle!"),
        ("n", "Reservada una unidad en arena a su nombre."),
    ), asked_again="Sí, por favor, guárdame una. ¿Te la pago ya o cuando llegue?", feeling="glad", products=SAND_ES),
    Script("Me habéis cobrado dos veces", (
        ("c", "Tengo dos cargos iguales en la tarjeta por el pedido {order}. Esto no puede ser, ya me pasó con el anterior. Quiero "
              "que me lo arregléis hoy."),
        ("n", "En la pasarela uno de los dos está solo autorizado, no cobrado. Caduca a las 72 h. Ya le pasó con el anterior: cuidado."),
        ("a", "Hola, {name}:\n\nEntiendo el enfado, y más siendo la segunda vez. He mirado los dos movimientos: uno es el cobro "
              "y el otro una autorización que no se va a cobrar y que tu banco borra en 72 horas. Acabo de anularla por "
              "nuestra parte. Si el jueves la sigues viendo, te devuelvo yo el importe ese mismo día."),
        ("C", "Ha desaparecido esta mañana. Gracias por la explicación, aunque espero que no vuelva a pasar."),
    ), asked_again="En el banco todavía veo los dos cargos. ¿Me mandas un justificante de la anulación?", feeling="upset"),
    Script("Falta una pieza", (
        ("c", "Hola, en la caja de la {product} no vienen los tornillos ni las instrucciones. Pedido {order}. Así no la puedo "
              "montar…"),
        ("a", "Hola, {name}. Te los mando hoy por correo urgente. Mientras tanto, aquí tienes las instrucciones: "
              "https://casalumbre.example/montaje"),
        ("C", "¡Montada! Ha quedado genial."),
    ), asked_again="Gracias. En las instrucciones pide una llave Allen, ¿viene también con los tornillos?", parcel="arrived", feeling="uneasy", products=FURNITURE_ES),
    Script("¿Hacéis envíos a Canarias?", (
        ("c", "Buenas, quiero regalarle la {product} a mi hermana, que vive en Tenerife. ¿Hacéis envíos? ¿Cuánto cuesta?"),
        ("a", "Buenas, {name}: sí, con envío de 14,90 € y entre cinco y siete días. El precio de la web ya es sin IVA "
              "peninsular; el despacho lo hacemos nosotros."),
        ("c", "Pues lo pido ahora mismo, gracias."),
    ), asked_again="¿Y podéis envolverla para regalo, sin la factura dentro?", feeling="fine"),
    Script("Nadie me contesta", (
        ("c", "Es la tercera vez que escribo por el pedido {order}. Llevo días esperando la {product} y nadie contesta. Si no "
              "tengo respuesta hoy, lo cancelo y lo cuento."),
        ("n", "Los dos correos anteriores fueron a la dirección antigua. Pedir disculpas, ofrecer envío exprés."),
        ("a", "Hola, {name}:\n\nTe pido disculpas: tus correos llegaron a una dirección que ya no miramos, y es culpa nuestra "
              "que siguiera en la web. La {product} está de camino: desde hoy va por envío exprés y la tienes mañana antes de las "
              "14 h. He devuelto también los gastos de envío."),
        ("C", "Ha llegado. Gracias por la rapidez y por la devolución, así da gusto."),
    ), asked_again="Espero que esta vez sea verdad. ¿Me mandáis el número de seguimiento?", parcel="awaited", feeling="upset"),
    Script("Duda sobre la bombilla de la {product}", (
        ("c", "Hola, ¿qué bombilla lleva la {product}? ¿Se puede poner una regulable?"),
        ("a", "Hola, {name}: lleva una E27 de hasta 40 W. Con una LED regulable va muy bien; la nuestra de filamento cálido "
              "(2200 K) es la que usamos en las fotos."),
    ), asked_again="¿Y la de filamento viene incluida o la tengo que pedir aparte?", feeling="fine", products=LAMPS_ES),
    Script("¿Tenéis tienda en {city}?", (
        ("c", "Hola, antes de decidirme me gustaría ver la {product} y tocarla. ¿Se puede en algún sitio de {city}?"),
        ("a", "Hola, {name}: tienda propia solo tenemos en Valencia, pero te mando gratis una muestra de los materiales si me "
              "das una dirección. Suele llegar en dos días."),
        ("c", "Pues sí, os la paso ahora. Muy amables."),
    ), asked_again="¡Estupendo! ¿La muestra hay que devolverla después?", feeling="fine"),
    Script("Tarjeta regalo", (
        ("c", "Buenas tardes, ¿tenéis tarjetas regalo? Es para una amiga que estrena casa y le tiene echado el ojo a la {product}."),
        ("a", "Buenas tardes, {name}: sí, desde 25 €, por correo electrónico o en papel con un sobre bonito. No caducan."),
        ("c", "En papel, entonces. ¡Gracias!"),
    ), asked_again="En papel, entonces. ¿Se le puede añadir una dedicatoria?", feeling="glad"),
    Script("Pedido para {company}", (
        ("c", "Buenos días: para {company} necesitamos ocho unidades de la {product}. ¿Mantenéis el precio de mayorista del pedido {order}? Nos corre algo de prisa, abrimos el día 2."),
        ("a", "Buenos días, {name}: sí, mismo precio que en el {order}. Tenemos las ocho en el almacén; si me confirmáis hoy, llegan el día 28."),
        ("c", "Confirmado. Muchas gracias por la rapidez."),
    ), asked_again="Confirmado. ¿Puede ir la factura a nombre de {company}, como la otra vez?", feeling="fine", html=LOGO),
)  # fmt: skip

EN = (
    Script("Order {order} – where is it?", (
        ("c", "Hi there,\n\nMy order {order} was due on Tuesday and the tracking page hasn't moved since. Could you find out "
              "what's going on?\n\nThanks,\n{name}"),
        ("n", "Stuck at the depot in {city}: address label unreadable. Courier relabels it today."),
        ("a", "Hi {name},\n\nSorry about this. The label got damaged on the way and the parcel waited at the depot in {city}. "
              "It has a new one now and should be with you tomorrow. I'll check first thing and let you know.\n\nBest wishes"),
        ("C", "It's here, thank you for chasing it!"),
    ), asked_again="Thanks. I leave for work at eight tomorrow: could it go to my neighbour at number 14?", parcel="awaited", feeling="uneasy"),
    Script("My {product} arrived broken", (
        ("c", "Hello, I've just unpacked the {product} from order {order} and there's a crack right across it. Very "
              "disappointed, it was a wedding present."),
        ("a", "Hello {name}, I'm really sorry, what a let-down on a present. A new one leaves today by express and comes with "
              "a card, if you tell me what to write on it. Please keep or recycle the broken one, no need to send it back."),
        ("c", "That's so kind. Please write: “For Ana and Tom, may it always be bright.”"),
        ("a", "Lovely words. It's on its way, packed twice as well."),
    ), asked_again="That's so kind. Please write: “For Ana and Tom, may it always be bright.” Will it be here by Saturday?", parcel="arrived", feeling="uneasy", products=CRACKS_EN),
    Script("Can I return the {product}?", (
        ("c", "Hi, I ordered the {product} (order {order}) in the wrong colour, my own fault. It's unopened. Is it still "
              "possible to swap it?"),
        ("a", "Hi {name}, of course. The courier brings the right one and takes this one back in the same visit, so you "
              "don't have to go anywhere. Does Thursday work?"),
        ("c", "Thursday is perfect."),
    ), asked_again="I'm at work on Thursday, sorry. Would Friday morning be possible?", parcel="arrived", feeling="fine", products=COLOURS_EN),
    Script("VAT invoice please", (
        ("c", "Could you send me a VAT invoice for order {order}? I need it for my expenses. Thanks, {name}"),
        ("a", "Hi {name}, attached to the order in your account and sent to this address as well. Anything else, just reply."),
    ), asked_again="Thanks! Could you put my company's address on it? Accounts won't take it with my home address.", feeling="fine"),
    Script("Do you deliver to Ireland?", (
        ("c", "Hello! I'd love the {product} but can't find out whether you ship to my sister in Dublin and what it costs."),
        ("a", "Hello {name}! We do: €12, five working days, no customs to pay on her side."),
        ("c", "Brilliant, ordering now."),
    ), asked_again="Lovely. Could you put a card in, and leave the price out of the parcel?", feeling="glad"),
    Script("Discount code does not work", (
        ("c", "The code WELCOME10 from your mail says “not valid for this basket”. I have the {product} in it. What am I "
              "doing wrong?"),
        ("n", "Code excludes sale items; the mail doesn't say so. Tell marketing."),
        ("a", "Hi {name}, nothing at all: the code doesn't count for things on sale, and our mail should have said so. I've "
              "made you one that does: LUMBRE-{order}. Valid for a month."),
        ("c", "That worked, thanks a lot."),
    ), asked_again="Thank you! Can I use it together with free delivery, or only one of the two?", feeling="fine"),
    Script("Wrong item in the parcel", (
        ("c", "I opened my parcel today (order {order}) and found somebody else's cushion instead of my {product}. I need it "
              "by the weekend, guests are coming."),
        ("a", "Oh no, {name}, two parcels were swapped. Yours goes out again now with Saturday morning delivery. The courier "
              "takes the cushion along."),
        ("C", "Saturday 9:30, right on time. Impressed."),
    ), asked_again="We are out until ten on Saturday. Could the courier come after that?", parcel="arrived", feeling="uneasy", products=NO_CUSHIONS_EN),
    Script("Is the {product} suitable outdoors?", (
        ("c", "Quick question before I buy: can the {product} stay outside over winter?"),
        ("a", "Good question, {name}: under a roof yes (IP44), in open rain no. For the open garden I'd take the Courtyard "
              "lantern, it is IP65."),
    ), asked_again="Good to know. How long does the battery of the Courtyard lantern last?", feeling="fine", products=LAMPS_EN),
    Script("How do I clean the {product}?", (
        ("c", "Hello, a friend has the {product} and I'm tempted. With two small children: how does one get fingerprints and "
              "jam off it?"),
        ("a", "Hello {name}! A soft damp cloth, lukewarm water and nothing else. It likes that better than any cleaner, and jam "
              "has never won so far."),
        ("c", "Sold. Thank you!"),
    ), asked_again="Good to hear. And does it cope with red wine as well?", feeling="glad"),
    Script("Gift card by e-mail?", (
        ("c", "Hi, it's my sister's birthday tomorrow and I've left it late. Can you send her a gift card by e-mail?"),
        ("a", "Hi {name}, we can, and it arrives within minutes: choose “Gift card” in the shop and put her address and the "
              "day in. She can use it for anything, for as long as she likes."),
        ("c", "You've saved me. Thanks!"),
    ), asked_again="Great! Can it arrive at eight in the morning, so that it's the first thing she sees?", feeling="fine"),
    Script("Charged but no confirmation", (
        ("c", "I've paid, the money has left my account, but I got no confirmation and can't see the order. Please "
              "help, I'm a bit worried."),
        ("a", "Hi {name}, no need to worry: the order exists, it's {order}. Your address had a typo (gmial), so the mail "
              "couldn't reach you. I've corrected it and sent the confirmation again."),
        ("c", "Got it, silly me. Thank you!"),
    ), asked_again="Still nothing in my inbox, sorry. Could you send the confirmation once more?", parcel="unsent", feeling="uneasy"),
    Script("Just to say thank you", (
        ("c", "No question, just wanted to say that the {product} looks even better than in the photos, and that the "
              "handwritten note made my day.\n\n{name}"),
        ("a", "{name}, and now you have made ours. I've pinned it up in the workshop. Thank you!"),
    ), parcel="arrived", feeling="glad"),
)  # fmt: skip

SCRIPTS = {"es": ES, "en": EN}
