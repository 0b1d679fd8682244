"""Names, places and goods of the demo. All addresses end in .example, which nobody can own."""


def _words(text: str) -> list[str]:
    return text.split()


FIRST_ES = _words("""
María Carmen Lucía Ana Elena Sara Paula Nuria Rocío Irene Alba Marta Javier Carlos Diego Pablo
Álvaro Sergio Raúl Iván Hugo Adrián Óscar Martín Inés Clara Julia Teresa Silvia Beatriz Noelia Jorge
Rubén Mario Daniel
""")
LAST_ES = _words("""
García Ruiz Gómez Fernández López Díaz Moreno Jiménez Álvarez Romero Navarro Torres Gil Vázquez
Serrano Ramos Blanco Molina Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Iglesias Cortés
Peña Soler Vidal Ferrer
""")
FIRST_EN = _words("""
Emma Olivia Amelia Grace Sophie Hannah Ruth Alice Zoe Nora Ben Tom Jack Oliver Harry George Samuel
Leo Noor Amir Priya Kwame Freya Isla Daniel Owen Ruby Elsie Martha Oscar
""")
LAST_EN = _words("""
Smith Jones Taylor Brown Evans Wilson Walker Wright Green Hall Clarke Ode Patel Khan Murphy Kelly
Byrne Reid Morgan Hughes Shaw Cole Grant Webb Hayes Lane Stone Marsh Okafor Mensah
""")
CITIES_ES = ("Madrid", "Barcelona", "Valencia", "Sevilla", "Bilbao", "Málaga", "Zaragoza", "Granada", "Vigo", "Palma")
CITIES_EN = ("London", "Dublin", "Bristol", "Leeds", "Edinburgh", "Cork", "Manchester", "Cardiff")
IRISH = ("Dublin", "Cork")
COMPANIES = (
    ("Hotel Mirador", "hotelmirador.example"),
    ("Norte Botánica", "nortebotanica.example"),
    ("Café Azahar", "cafeazahar.example"),
    ("Estudio Lindero", "lindero.example"),
    ("Harbour & Pine", "harbourpine.example"),
    ("The Reading Room", "readingroom.example"),
    ("Clínica Albor", "albor.example"),
    ("Librería Trama", "trama.example"),
    ("Foxglove Interiors", "foxglove.example"),
    ("Bodegas Ermita", "ermita.example"),
    ("Taller Quince", "tallerquince.example"),
    ("Little Owl Nursery", "littleowl.example"),
)
# name in Spanish, in English, price in euros
PRODUCTS = (
    ("Lámpara Brasa", "Ember lamp", 89.0),
    ("Vela de cera de abeja", "Beeswax candle", 18.5),
    ("Manta de lana Sierra", "Sierra wool throw", 74.0),
    ("Juego de tazas Arcilla", "Clay cup set", 36.0),
    ("Cesta de esparto", "Esparto basket", 29.0),
    ("Mesa auxiliar Olivo", "Olive side table", 245.0),
    ("Cojín Lino", "Linen cushion", 32.0),
    ("Espejo Redondo", "Round mirror", 119.0),
    ("Florero Niebla", "Mist vase", 41.0),
    ("Alfombra Vereda", "Vereda rug", 189.0),
    ("Jabón de oliva", "Olive soap", 9.5),
    ("Farol de patio", "Courtyard lantern", 57.0),
)
TAGS = ("VIP", "Wholesale", "Press", "Newsletter", "Wedding list")
NOTES_ES = (
    "Prefiere que le llamemos por la tarde.",
    "Está reformando la casa; volverá a comprar lámparas en primavera.",
    "Pregunta siempre por el origen de la madera.",
    "Recoge en tienda cuando viene a la ciudad.",
    "Le encantó la nota escrita a mano del último pedido.",
    "Ojo con el timbre: no funciona, hay que llamar al móvil.",
)
NOTES_EN = (
    "Prefers e-mail to calls.",
    "Furnishing a second flat; interested in rugs.",
    "Asked whether the throws come in a darker green.",
    "Bought as a gift last year, twice.",
    "Delivery only on Fridays: works away from home.",
    "Loved the handwritten note in the last parcel.",
)
TASKS_ES = (
    "Llamar por el pedido retrasado",
    "Enviar muestras de tela",
    "Preparar presupuesto para la terraza",
    "Preguntar qué tal llegó el espejo",
)
TASKS_EN = (
    "Call about the late parcel",
    "Send fabric samples",
    "Quote for the reading corner",
    "Ask how the mirror arrived",
)
