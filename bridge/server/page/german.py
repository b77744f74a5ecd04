"""Sentences that code makes, in German. What is not found here is shown in English, and marked.

Each `{}` stands for what a sentence names; that is looked up here as well.
"""

import re
from functools import cache, lru_cache

# ruff: noqa: E501 - a table
_STUCK = {
    "not sent: {}": "nicht gesendet: {}",
    "it already stands at '{}' and PharmaOne has no order for it; an order-request may be under review there, which no route can show": "sie steht bereits auf '{}', und PharmaOne hat keine Bestellung dazu; eine Bestellanfrage kann dort in Prüfung sein, was keine Abfrage zeigen kann",
    "an earlier store may have sent it, and PharmaOne shows no order for it": "ein früherer Speicher kann sie gesendet haben, und PharmaOne zeigt keine Bestellung dazu",
    "PharmaOne shows no order for it (yet)": "PharmaOne zeigt (noch) keine Bestellung dazu",
    "{} submissions went without an answer": "{} Übermittlungen blieben ohne Antwort",
    "a submission's answer was lost and it cannot be told whether it arrived: {}": "die Antwort auf eine Übermittlung ging verloren, und ob sie ankam, lässt sich nicht sagen: {}",
    "RxScale cancelled this order, but its PharmaOne order {} still stands": "RxScale hat diese Bestellung storniert, aber ihre PharmaOne-Bestellung {} steht noch",
    "RxScale cancelled this order, but its order-request may be under review at PharmaOne and cannot be withdrawn": "RxScale hat diese Bestellung storniert, aber ihre Bestellanfrage kann in PharmaOne in Prüfung sein und lässt sich nicht zurückziehen",
    "RxScale cancelled this order after PharmaOne's order {} was handed over": "RxScale hat diese Bestellung storniert, nachdem PharmaOnes Bestellung {} abgegeben war",
    "rejected in PharmaOne: staff refused the order-request {}": "in PharmaOne abgelehnt: das Personal hat die Bestellanfrage {} zurückgewiesen",
    "rejected in PharmaOne: staff refused the order-request": "in PharmaOne abgelehnt: das Personal hat die Bestellanfrage zurückgewiesen",
    "the prescription was sent to PharmaOne and no answer came: it may be there already": "das Rezept wurde an PharmaOne gesendet, und es kam keine Antwort: es kann schon dort sein",
    "PharmaOne declined the prescription {} ({})": "PharmaOne hat das Rezept {} abgelehnt ({})",
    "PharmaOne no longer has its order {}": "PharmaOne hat seine Bestellung {} nicht mehr",
    "RxScale answers 404: the order does not exist for this key, or no longer": "RxScale antwortet 404: die Bestellung gibt es für diesen Schlüssel nicht oder nicht mehr",
    "RxScale shows it open again ('{}') after it was finished here": "RxScale zeigt sie wieder offen ('{}'), nachdem sie hier abgeschlossen war",
    "PharmaOne's status '{}' of a prescription is not in {}": "PharmaOnes Rezeptstatus '{}' steht nicht in {}",
    "{}'s status '{}' is not in {}": "der Status '{1}' von {0} steht nicht in {2}",
    "{} refused {}: {}": "{} hat {} abgelehnt: {}",
    "{}'s answer cannot be read: {}": "die Antwort von {} ist nicht lesbar: {}",
    "RxScale does not take {}: {}": "RxScale nimmt {} nicht an: {}",
    "nobody knows whether PharmaOne changed the stock of product {} by {}: its log no longer reaches back to then": "niemand weiß, ob PharmaOne den Bestand von Produkt {} um {} geändert hat: sein Protokoll reicht nicht mehr so weit zurück",
    "'{}' ({}) is not linked to a PharmaOne product": "'{}' ({}) ist keinem PharmaOne-Produkt zugeordnet",
    "'{}' ({}) is not in RxScale's SKU list of this pharmacy": "'{}' ({}) steht nicht in RxScales Artikelliste dieser Apotheke",
    "'{}' ({}): {} x {} is no whole number above 0": "'{}' ({}): {} x {} ist keine ganze Zahl über 0",
    "'{}' ({}): RxScale sends no total_paid_amount for it": "'{}' ({}): RxScale sendet dazu keinen total_paid_amount",
    "RxScale sends no total_paid_amount for it": "RxScale sendet dazu keinen total_paid_amount",
    "{} is missing: RxScale has nothing for {}": "{} fehlt: RxScale hat nichts für {}",
    "shipping_costs_amount is not a whole number of euro cents": "shipping_costs_amount ist keine ganze Zahl von Eurocent",
    "PharmaOne lists {} orders without their external_id, more than orders.find_details ({}) allows to read in one search": "PharmaOne listet {} Bestellungen ohne ihre external_id, mehr als orders.find_details ({}) in einer Suche zu lesen erlaubt",
    "PharmaOne's list of orders changed all the while it was read": "PharmaOnes Bestellliste änderte sich ständig, während sie gelesen wurde",
    "the order-request": "die Bestellanfrage",
    "the prescription": "das Rezept",
    "the status": "den Status",
    "the completion": "den Abschluss",
    "the question": "die Abfrage",
    "a call": "einen Aufruf",
    "stock {}": "den Bestand {}",
    "price {} cents": "den Preis {} Cent",
    "stock {} and price {} cents": "den Bestand {} und den Preis {} Cent",
    "'{}' ({}): PZN {} is not eight digits with the right check digit": "'{}' ({}): die PZN {} hat nicht acht Ziffern mit richtiger Prüfziffer",
}
_REMEDIES = {
    "add to {}: {}": "in {} eintragen: {}",
    'have it corrected at RxScale, or set {}: checks.pzn = "ignore"': 'bei RxScale berichtigen lassen, oder in {}: checks.pzn = "ignore"',
    "have it corrected at RxScale, or set {}: amounts.shipping_in_total = false": "bei RxScale berichtigen lassen, oder in {}: amounts.shipping_in_total = false",
    "have it corrected at RxScale, or take price out of {}: require.item": "bei RxScale berichtigen lassen, oder price streichen in {}: require.item",
    "correct units_per_sku in {}": "units_per_sku berichtigen in {}",
    "mend the expression in {}": "den Ausdruck berichtigen in {}",
    "complete the order at RxScale, or change the expression in {}": "die Bestellung bei RxScale vervollständigen, oder den Ausdruck ändern in {}",
    "add the product to this pharmacy at RxScale": "das Produkt bei RxScale für diese Apotheke anlegen",
    "SKU types hidden there are missing too": "dort verborgene Artikelarten fehlen ebenfalls",
    "look in PharmaOne Manager for external reference {}": "im PharmaOne Manager nach der externen Referenz {} suchen",
    "if it is there: {}": "ist sie da: {}",
    "if it is not: {} sends it": "ist sie nicht da: {} schickt sie ab",
    "if it was handled by hand: {}": "wurde sie von Hand erledigt: {}",
    "cancel {} in PharmaOne Manager, then: {}": "{} im PharmaOne Manager stornieren, dann: {}",
    "reject the request with external reference {} in PharmaOne Manager, then: {}": "die Anfrage mit der externen Referenz {} im PharmaOne Manager ablehnen, dann: {}",
    "settle the return and the payment with RxScale": "Rückgabe und Zahlung mit RxScale klären",
    "cancel it in RxScale's portal (RxScale then asks another pharmacy)": "im Portal von RxScale stornieren (RxScale fragt dann eine andere Apotheke)",
    "it frees itself": "sie wird von selbst frei",
    "or say so once for all orders in {}": "oder ein für alle Mal in {}",
    "look for it in PharmaOne Manager": "im PharmaOne Manager danach suchen",
    "then: {} sends it (again), and the order-request after it": "dann: {} schickt es (noch einmal) ab und danach die Bestellanfrage",
    "settle it in PharmaOne Manager or cancel the order in RxScale's portal": "im PharmaOne Manager klären oder die Bestellung im Portal von RxScale stornieren",
    "cancel or complete it in RxScale's portal": "im Portal von RxScale stornieren oder abschließen",
    "look for it in RxScale's portal and check rxscale.pharmacy_uid": "im Portal von RxScale danach suchen und rxscale.pharmacy_uid prüfen",
    "compare both sides": "beide Seiten vergleichen",
    "say what it means in {}": "in {} eintragen, was er bedeutet",
    "the order is then looked at again": "die Bestellung wird dann noch einmal angesehen",
    "add it to waiting, accepted or declined in {}": "in {} unter waiting, accepted oder declined eintragen",
    "mend what it names (often mappings/orders.toml), then: {}": "beheben, was er nennt (oft mappings/orders.toml), dann: {}",
    "if it persists, ask {}'s support": "bleibt es so, den Support von {} fragen",
    "look at the SKU in RxScale's portal and at its line in skus.csv, then: {}": "den Artikel im Portal von RxScale und seine Zeile in skus.csv ansehen, dann: {}",
    "look in PharmaOne for '{}'": "in PharmaOne nach '{}' suchen",
    "if the change is missing, make it there by hand": "fehlt die Änderung, dort von Hand vornehmen",
    "then: {}": "dann: {}",
    "or: {}": "oder: {}",
}
_HEALTH = {
    "the store cannot be read": "der Speicher ist nicht lesbar",
    "a change was refused; the last valid files stay": "eine Änderung der Zuordnungsdateien wurde abgelehnt; die letzten gültigen gelten weiter",
    "it failed repeatedly and is left alone for a while": "wiederholt gescheitert; wird eine Weile in Ruhe gelassen",
    "the last call failed: {}": "der letzte Aufruf scheiterte: {}",
    "the key's token lacks the scope {}": "dem Schlüssel fehlt die Berechtigung {}",
    "something has been due for {} s": "etwas ist seit {} s fällig",
    "{} submissions without an answer; they are being looked for": "{} Übermittlungen ohne Antwort; nach ihnen wird gesucht",
    "RxScale's order list has not been read for too long": "RxScales Bestellliste wurde zu lange nicht gelesen",
    "PharmaOne's inventory has been unknown for too long: everything is at 0": "PharmaOnes Bestand ist zu lange unbekannt: alles steht auf 0",
    "{}: to be confirmed (rxbridge stock plan)": "{}: zu bestätigen (rxbridge stock plan)",
    "it could not be carried on: {}": "es ging nicht weiter: {}",
    "PharmaOne's inventory has not been compared for too long": "PharmaOnes Bestand wurde zu lange nicht verglichen",
    "{} prices are to be confirmed (rxbridge stock plan)": "{} Preise sind zu bestätigen (rxbridge stock plan)",
    "no connection to {} ({})": "keine Verbindung zu {} ({})",
    "{} is left alone after failing repeatedly": "{} wird nach wiederholten Fehlern in Ruhe gelassen",
    "{} asks to be called less ({})": "{} will seltener gefragt werden ({})",
}
_VENDORS = {
    **{
        f"{vendor} refused {method} {{}} ({{}})": f"{vendor} lehnte {method} {{}} ab ({{}})"
        for vendor in ("RxScale", "PharmaOne")
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
    },
    "it complains of: {}": "beanstandet wird: {}",
    "{} answered {} to {}": "{} antwortete mit {} auf {}",
    "{}'s limit is reached ({})": "das Limit von {} ist erreicht ({})",
    "no answer from {} to {} ({})": "keine Antwort von {} auf {} ({})",
    "no answer from {} to {}": "keine Antwort von {} auf {}",
}
_STOCK = {
    "PharmaOne's inventory is empty": "PharmaOnes Bestand ist leer",
    "{} of {} linked products are missing from PharmaOne's inventory": "{} von {} zugeordneten Produkten fehlen in PharmaOnes Bestand",
    "PharmaOne's stock fell from {} to {} units at once, in {} linked products": "PharmaOnes Bestand fiel auf einmal von {} auf {} Einheiten, bei {} zugeordneten Produkten",
    "{} of {} SKUs would go to 0 at once": "{} von {} Artikeln gingen auf einmal auf 0",
    "{}: PharmaOne's price {} makes no whole number of cents above 0": "{}: PharmaOnes Preis {} ergibt keine ganze Zahl von Cent über 0",
    "{}: the price would change from {} to {} cents at once": "{}: der Preis würde sich auf einmal von {} auf {} Cent ändern",
    "being written": "wird gerade geschrieben",
    "PharmaOne's inventory has not been read yet": "PharmaOnes Bestand wurde noch nicht gelesen",
    "PharmaOne's inventory has no such product": "PharmaOnes Bestand kennt das Produkt nicht",
    "RxScale's list does not show it": "RxScales Liste zeigt ihn nicht",
    "RxScale does not show it": "RxScale zeigt ihn nicht",
    "a person wants it left alone (rxbridge stuck retry takes it up again)": "soll in Ruhe gelassen werden (rxbridge stuck retry nimmt ihn wieder auf)",
    "it waits for a person: rxbridge stuck list": "wartet auf einen Menschen: siehe oben",
    "a newer inventory was pushed already": "ein neuerer Bestand wurde schon geschrieben",
    "somebody changed it at RxScale": "jemand hat ihn bei RxScale geändert",
    "PharmaOne's inventory has been unknown for too long": "PharmaOnes Bestand ist zu lange unbekannt",
    "missing from PharmaOne's inventory": "fehlt in PharmaOnes Bestand",
    "missing from PharmaOne's inventory, and confirmed": "fehlt in PharmaOnes Bestand, bestätigt",
    "as it should be": "wie es sein soll",
    "its product is split by share, and it has none": "sein Produkt ist nach Anteilen geteilt, und er hat keinen",
    "nobody knows what RxScale has": "niemand weiß, was RxScale hat",
    "promises more than there is": "verspricht mehr, als da ist",
    "there is more": "es ist mehr da",
    "there is more; orders are looked at first": "es ist mehr da; zuerst werden Bestellungen angesehen",
}
_PHASES = {
    "not sent yet": "noch nicht gesendet",
    "being sent": "wird gesendet",
    "unsure": "unklar",
    "under review": "in Prüfung",
    "order made": "Bestellung angelegt",
    "left alone": "nicht mehr angefasst",
    "done": "erledigt",
    "not found": "nicht gefunden",
    "new": "neu",
}
_STORY = {
    "the store was restored from a backup: what came after it is looked for": "der Speicher wurde aus einer Sicherung wiederhergestellt: was danach kam, wird gesucht",
    "{} told of it ({}): known already, nothing to do": "{} meldete sie ({}): schon bekannt, nichts zu tun",
    "{} told of it ({})": "{} meldete sie ({})",
    "{}, {} times": "{}, {}-mal",
    "found in RxScale's order list: {}": "in RxScales Bestellliste gefunden: {}",
    "looked at RxScale: {}": "bei RxScale nachgesehen: {}",
    "looked at PharmaOne: {}": "bei PharmaOne nachgesehen: {}",
    "the prescription is {}": "das Rezept ist {}",
    "read RxScale's SKU list: {}": "RxScales Artikelliste gelesen: {}",
    "a line is not linked to a PharmaOne product": "eine Zeile ist keinem PharmaOne-Produkt zugeordnet",
    "searched PharmaOne's orders: {}": "PharmaOnes Bestellungen durchsucht: {}",
    "PharmaOne made order {} of it ({})": "PharmaOne hat daraus die Bestellung {} gemacht ({})",
    "about to send the order-request: {}": "im Begriff, die Bestellanfrage zu senden: {}",
    "nothing was sent for it yet": "dafür wurde noch nichts gesendet",
    "a person looked and said to send it": "ein Mensch hat nachgesehen und gesagt: senden",
    "not found at PharmaOne: sent again with the same key": "bei PharmaOne nicht gefunden: mit demselben Schlüssel noch einmal gesendet",
    "it is sent by itself (orders.prescriptions)": "es wird für sich gesendet (orders.prescriptions)",
    "its answer was lost: sent again with the same key": "seine Antwort ging verloren: mit demselben Schlüssel noch einmal gesendet",
    "PharmaOne took the order-request {}": "PharmaOne hat die Bestellanfrage {} angenommen",
    "no answer to the order-request: {}": "keine Antwort auf die Bestellanfrage: {}",
    "PharmaOne refused the order-request: {}": "PharmaOne hat die Bestellanfrage abgelehnt: {}",
    "the order-request was not sent": "die Bestellanfrage wurde nicht gesendet",
    "about to send the prescription: {}": "im Begriff, das Rezept zu senden: {}",
    "PharmaOne took the prescription {}": "PharmaOne hat das Rezept {} angenommen",
    "set '{}' at RxScale": "bei RxScale auf '{}' gesetzt",
    "RxScale refused '{}': {}": "RxScale hat '{}' abgelehnt: {}",
    "completed at RxScale": "bei RxScale abgeschlossen",
    "completed at RxScale, with the parcel's page ({})": "bei RxScale abgeschlossen, mit der Sendungsseite ({})",
    "RxScale did not take the parcel's page, so without it: {}": "RxScale nahm die Sendungsseite nicht an, darum ohne sie: {}",
    "cancelled PharmaOne's order {}": "PharmaOnes Bestellung {} storniert",
    "waits: {}": "wartet: {}",
    "STUCK: {}": "STECKT FEST: {}",
    "done: {}": "erledigt: {}",
    "a person said: try again": "ein Mensch sagte: noch einmal versuchen",
    "a person said to leave it alone: {}": "ein Mensch sagte, nicht mehr anfassen: {}",
    "a person said to leave it alone": "ein Mensch sagte: nicht mehr anfassen",
    "a person said: the order-request is in PharmaOne already": "ein Mensch sagte: die Bestellanfrage ist schon in PharmaOne",
    "cancelled on both sides": "auf beiden Seiten storniert",
    "cancelled at RxScale, and no longer in PharmaOne": "bei RxScale storniert, und nicht mehr in PharmaOne",
    "{} at RxScale; nothing was sent to PharmaOne": "{} bei RxScale; an PharmaOne wurde nichts gesendet",
    "{} at RxScale; PharmaOne has no order of it, or none yet": "{} bei RxScale; PharmaOne hat keine Bestellung dazu, oder noch keine",
    "{} at RxScale, and its order-request rejected in PharmaOne": "{} bei RxScale, und die Bestellanfrage in PharmaOne abgelehnt",
    "RxScale does not show it (404); looking again": "RxScale zeigt sie nicht (404); es wird noch einmal nachgesehen",
    "RxScale is still setting it up ({})": "RxScale richtet sie noch ein ({})",
    "on hold at RxScale: left alone until somebody there releases it": "bei RxScale angehalten: bleibt liegen, bis dort jemand sie freigibt",
    "PharmaOne's order is not known yet": "PharmaOnes Bestellung ist noch nicht bekannt",
    "PharmaOne does not show its order (404); looking again": "PharmaOne zeigt seine Bestellung nicht (404); es wird noch einmal nachgesehen",
    "no legal step leads from '{}' to {} at RxScale": "bei RxScale führt kein erlaubter Schritt von '{}' nach {}",
    "both sides have it on hold; PharmaOne's next change is awaited": "beide Seiten haben sie angehalten; PharmaOnes nächste Änderung wird erwartet",
    "on hold at PharmaOne; RxScale has no hold for '{}'": "bei PharmaOne angehalten; RxScale kennt für '{}' kein Anhalten",
    "pharmacy staff review the order-request in PharmaOne Manager": "das Personal prüft die Bestellanfrage im PharmaOne Manager",
    "both sides agree ({}); PharmaOne's next change is awaited": "beide Seiten sind sich einig ({}); PharmaOnes nächste Änderung wird erwartet",
    "an answer was lost; giving PharmaOne time before looking": "eine Antwort ging verloren; PharmaOne bekommt Zeit, bevor nachgesehen wird",
    "looked at again at {}": "wird um {} noch einmal angesehen",
    "nothing; it is finished": "nichts; sie ist abgeschlossen",
    "looked at when either side tells of a change, or the next sweep sees one ({})": "wird angesehen, wenn eine Seite eine Änderung meldet oder der nächste Durchgang eine sieht ({})",
    "looked at when either side tells of a change, or the next sweep sees one": "wird angesehen, wenn eine Seite eine Änderung meldet oder der nächste Durchgang eine sieht",
}
LONGEST, MOST_PARTS = 600, 200
JOINT = "; "
_TABLES = (_STUCK, _REMEDIES, _HEALTH, _VENDORS, _STOCK, _PHASES, _STORY)


def translate(text: str) -> str | None:
    """The German sentence; None where none is known. Of several, each has to be known.

    A long text is taken sentence by sentence: the time that a pattern takes grows much faster than
    what it is tried on, and names in it may be as long as a vendor likes.
    """
    if len(text) <= LONGEST:
        return _translate(text)
    parts = text.split(JOINT)
    if len(parts) > MOST_PARTS or max(map(len, parts)) > LONGEST:
        return None
    found = [_translate(part) for part in parts]
    return None if None in found else JOINT.join(map(str, found))


@lru_cache(maxsize=1000)
def _translate(text: str) -> str | None:
    """Sentence by sentence, but for the one that tells of several: that takes what is left."""
    return _whole(text, several=False) or _joined(text) or _whole(text, several=True)


def _whole(text: str, *, several: bool) -> str | None:
    """As one sentence; what it names may be `several` sentences, or may not."""
    for pattern, german in _patterns():
        found = pattern.fullmatch(text)
        if found is not None and (several or not any(JOINT in part for part in found.groups())):
            return german.format(*(_translate(part) or part for part in found.groups()))
    return None


def _joined(text: str) -> str | None:
    first, joint, rest = text.partition(JOINT)
    told = _translate(first) if joint else None
    told_rest = _translate(rest) if told is not None else None
    return f"{told}{JOINT}{told_rest}" if told_rest is not None else None


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """What names nothing first, then what says most: so `{}` takes in as little as may be."""
    pairs = [pair for table in _TABLES for pair in table.items()]
    pairs.sort(key=lambda pair: (pair[0].count("{}") > 0, -len(pair[0])))
    return [(_pattern(english), german) for english, german in pairs]


def _pattern(english: str) -> re.Pattern[str]:
    return re.compile("(.+?)".join(map(re.escape, english.split("{}"))), re.DOTALL)
