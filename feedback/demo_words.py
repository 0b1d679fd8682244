"""What the demo company's customers wrote, by language and band."""

WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "es": {
        "promoter": (
            "La lámpara llegó en dos días y perfectamente embalada. Repetiré seguro.",
            "Marta me resolvió un cambio de dirección en cinco minutos. Un encanto.",
            "Calidad muy por encima de lo que esperaba por ese precio.",
            "Me cambiaron la mesa sin poner ni una pega.",
            "Siempre contesta una persona, y eso hoy en día vale oro.",
            "El seguimiento del pedido es clarísimo, sabía en todo momento dónde estaba.",
            "Las sábanas de lino son una maravilla, ya las he regalado dos veces.",
            "Atención rápida y en mi idioma. Así da gusto.",
            "La devolución fue facilísima: vinieron a casa a recogerlo.",
            "Se nota que eligen bien lo que venden.",
        ),
        "passive": (
            "Todo bien, pero el envío tardó un día más de lo prometido.",
            "Buena tienda, aunque echo en falta más colores en las cortinas.",
            "El producto está bien; el embalaje, mejorable.",
            "Correcto. La factura tuve que pedirla dos veces.",
            "Me gusta lo que compré, pero los gastos de envío son altos.",
            "La atención es amable, aunque tardaron una tarde en contestar.",
        ),
        "detractor": (
            "Llegó con una pata rota y llevo diez días esperando el recambio.",
            "Dije que no estaría en casa y aun así vinieron esa mañana.",
            "El color no se parece nada a la foto de la web.",
            "Me cobraron dos veces y tuve que llamar tres para que lo devolvieran.",
            "Nadie me avisó del retraso. Me enteré porque pregunté yo.",
            "Las instrucciones de montaje no hay quien las entienda.",
            "Pedí cuatro sillas y llegaron tres.",
        ),
    },
    "en": {
        "promoter": (
            "The lamp arrived in two days, beautifully packed. I will be back.",
            "Marta sorted out my change of address in five minutes. Lovely.",
            "Far better quality than I expected for the price.",
            "They swapped the table without any fuss.",
            "A real person answers, every time.",
            "I always knew where my parcel was.",
            "The linen is gorgeous. I have already given it as a present twice.",
            "Returned a vase and they collected it from my door.",
        ),
        "passive": (
            "All fine, but delivery took a day longer than promised.",
            "Nice shop. I would like more colours in the curtains.",
            "Good product, wasteful packaging.",
            "It was OK. I had to ask for the invoice twice.",
            "Shipping to the islands is expensive.",
        ),
        "detractor": (
            "It came with a broken leg and I have been waiting ten days for the part.",
            "I said I would be out that morning and they came anyway.",
            "The colour is nothing like the picture.",
            "I was charged twice and had to call three times.",
            "Nobody told me about the delay; I found out by asking.",
            "Ordered four chairs, got three.",
        ),
    },
}
