"""What the page says, in English and in German."""

from collections.abc import Mapping

Words = Mapping[str, str]

_WORDS: dict[str, tuple[str, str]] = {
    "language": ("Language", "Sprache"),
    "other_language": ("Deutsch", "English"),
    "skip": ("Skip to content", "Zum Inhalt springen"),
    "quoted": ("“{}”", "„{}“"),
    "home": ("Overview", "Übersicht"),
    "date_format": ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M"),
    "ago_second": ("{} s ago", "vor {} s"),
    "ago_minute": ("{} min ago", "vor {} min"),
    "ago_hour": ("{} h ago", "vor {} Std."),
    "ago_day": ("{} days ago", "vor {} Tagen"),
    # how it is
    "status_ok": ("Running, all is well", "Läuft, alles in Ordnung"),
    "status_degraded": ("Running, but something is wrong", "Läuft, aber etwas stimmt nicht"),
    "status_waiting": ("Running, and waits for you", "Läuft und wartet auf Sie"),
    "status_down": ("Not working", "Arbeitet nicht"),
    "since": ("since", "seit"),
    "started": ("Started", "Gestartet"),
    "updated": ("Shown as of", "Stand"),
    "lost": (
        "The bridge does not answer: what you see is old.",
        "Die Brücke antwortet nicht: was Sie sehen, ist veraltet.",
    ),
    "pause": ("Stop refreshing", "Nicht mehr auffrischen"),
    "resume": ("Refresh by itself", "Von selbst auffrischen"),
    "refresh": ("Refresh", "Auffrischen"),
    "store_unread": (
        "The bridge's store cannot be read just now; nothing is lost by that.",
        "Der Speicher der Brücke ist gerade nicht lesbar; verloren geht dadurch nichts.",
    ),
    "check_store": ("Store", "Speicher"),
    "check_mappings": ("Mapping files", "Zuordnungsdateien"),
    "check_work": ("Work", "Arbeit"),
    "check_orders": ("Orders", "Bestellungen"),
    "check_stock": ("Stock", "Bestand"),
    "vendors": ("The two sides", "Die beiden Seiten"),
    "answered": ("last answered", "antwortete zuletzt"),
    "never": ("has not answered yet", "hat noch nicht geantwortet"),
    # what is stuck
    "stuck": ("Stuck", "Steckengeblieben"),
    "nothing_stuck": (
        "Nothing is stuck. Nobody has to do anything.",
        "Nichts steckt fest. Niemand muss etwas tun.",
    ),
    "order": ("Order", "Bestellung"),
    "sku": ("SKU", "Artikel (SKU)"),
    "why": ("Why", "Warum"),
    "what_to_do": ("What to do", "Was zu tun ist"),
    "button_retry": ("Try again", "Noch einmal versuchen"),
    "button_send": ("It is not there: send it", "Ist nicht da: senden"),
    "button_submitted": ("It is there already", "Ist schon da"),
    "button_drop": ("Leave it alone", "Nicht mehr anfassen"),
    "drop_open": ("Leave it alone …", "Nicht mehr anfassen …"),
    "drop_reason": (
        "Reason, for its story (no patient data, please)",
        "Grund, für den Verlauf (bitte keine Patientendaten)",
    ),
    "have_looked": (
        "I have looked in PharmaOne Manager.",
        "Ich habe im PharmaOne Manager nachgesehen.",
    ),
    "inventory_odd": (
        "PharmaOne's inventory looks wrong",
        "Der Bestand in PharmaOne sieht falsch aus",
    ),
    "inventory_do": (
        "Nothing is changed by it until a later look shows the same, or you say that it is true.",
        "Daran wird nichts geändert, bis ein späterer Blick dasselbe zeigt oder Sie sagen, "
        "dass es stimmt.",
    ),
    "button_confirm": ("It is true: go on", "Es stimmt: weitermachen"),
    "have_checked": (
        "I have checked it in PharmaOne Manager.",
        "Ich habe es im PharmaOne Manager geprüft.",
    ),
    # orders
    "orders": ("Today's orders", "Bestellungen von heute"),
    "orders_note": ("and those still open", "und noch offene"),
    "no_orders": ("No orders today, and none open.", "Heute keine Bestellungen, und keine offen."),
    "more_orders": (
        "There are more: rxbridge orders list shows them all.",
        "Es gibt noch mehr: rxbridge orders list zeigt alle.",
    ),
    "name": ("Name", "Name"),
    "at_rxscale": ("At RxScale", "Bei RxScale"),
    "at_pharmaone": ("At PharmaOne", "Bei PharmaOne"),
    "seen": ("Last seen", "Zuletzt gesehen"),
    "first_seen": ("First seen", "Zuerst gesehen"),
    "not_looked": ("not looked at yet", "noch nicht angesehen"),
    "is_stuck": ("stuck", "steckt fest"),
    # one order
    "no_such_order": ("No such order is known here.", "Diese Bestellung ist hier nicht bekannt."),
    "story": ("Its story", "Ihr Verlauf"),
    "request": ("Order-request", "Bestellanfrage"),
    "p1_order": ("PharmaOne's order", "Bestellung in PharmaOne"),
    "calls": ("Calls made", "Aufrufe"),
    "next": ("Next", "Als Nächstes"),
    "evidence": ("Evidence", "Belege"),
    "button_look": ("Look at it now", "Jetzt ansehen"),
    "bridge": ("bridge", "Brücke"),
    # stock
    "stock": ("Stock that differs", "Abweichende Bestände"),
    "no_stock": (
        "RxScale offers what it should, as far as SKUs are linked.",
        "RxScale bietet an, was es soll, soweit die Artikel zugeordnet sind.",
    ),
    "not_compared": (
        "Not compared yet: the first comparison is under way.",
        "Noch nicht verglichen: der erste Vergleich läuft.",
    ),
    "compared": ("Compared", "Verglichen"),
    "more_stock": (
        "{} more differ: rxbridge stock plan",
        "{} weitere weichen ab: rxbridge stock plan",
    ),
    "product": ("Product", "Produkt"),
    "on_hand": ("On hand", "Vorhanden"),
    "target": ("Should be", "Soll"),
    "offers": ("RxScale offers", "RxScale bietet an"),
    "button_sync": ("Compare and write now", "Jetzt abgleichen"),
    # what came of a button
    "said_retried": ("It is looked at again now.", "Es wird jetzt noch einmal angesehen."),
    "said_dropped": ("It is left alone from now on.", "Es wird ab jetzt nicht mehr angefasst."),
    "said_submitted": (
        "Taken as submitted; the bridge goes on from there.",
        "Gilt als übermittelt; die Brücke macht von da an weiter.",
    ),
    "said_looking": ("It is looked at now.", "Es wird jetzt angesehen."),
    "said_syncing": ("Stock is compared and written now.", "Der Bestand wird jetzt abgeglichen."),
    "said_confirmed": (
        "Taken as true; stock is written by it now.",
        "Gilt als wahr; der Bestand wird jetzt danach geschrieben.",
    ),
    "said_changed": (
        "It has changed meanwhile, so nothing was done. Look again.",
        "Es hat sich inzwischen geändert, darum geschah nichts. Bitte noch einmal ansehen.",
    ),
    "said_busy": (
        "It is being looked at right now, so nothing was done. Try again in some seconds.",
        "Es wird gerade angesehen, darum geschah nichts. Bitte gleich noch einmal versuchen.",
    ),
    "said_reason": (
        "Nothing was done: a reason is needed.",
        "Es geschah nichts: es braucht einen Grund.",
    ),
    "said_look": (
        "Nothing was done: look in PharmaOne Manager first, and say so.",
        "Es geschah nichts: bitte zuerst im PharmaOne Manager nachsehen und das bestätigen.",
    ),
    # login
    "login": ("Log in", "Anmelden"),
    "logout": ("Log out", "Abmelden"),
    "password": ("Password", "Passwort"),
    "wrong_password": ("This is not the password.", "Das ist nicht das Passwort."),
    "too_many_tries": (
        "Too many wrong tries. Wait {} s.",
        "Zu viele Fehlversuche. Bitte {} s warten.",
    ),
    # refusals
    "refused": ("Not done", "Nicht ausgeführt"),
    "refused_token": (
        "This form is too old, or not from this page. Nothing was done; go back and try again.",
        "Dieses Formular ist zu alt oder stammt nicht von dieser Seite. Es geschah nichts; "
        "bitte zurückgehen und noch einmal versuchen.",
    ),
    "refused_origin": (
        "This form was sent by another site. Nothing was done.",
        "Dieses Formular hat eine fremde Seite gesendet. Es geschah nichts.",
    ),
    "refused_host": (
        "Without a login this page opens only at http://127.0.0.1 or http://localhost on the "
        "machine itself; for others set server.admin_password_hash (rxbridge password makes one).",
        "Ohne Anmeldung öffnet sich diese Seite nur am Rechner selbst unter http://127.0.0.1 oder "
        "http://localhost; für andere bitte server.admin_password_hash setzen (rxbridge password "
        "erzeugt einen).",
    ),
    "refused_proxy": (
        "Without a login this page is not shown through a proxy: set server.admin_password_hash "
        "(rxbridge password makes one), or have the proxy forward only /webhooks/.",
        "Ohne Anmeldung wird diese Seite nicht über einen Proxy gezeigt: bitte "
        "server.admin_password_hash setzen (rxbridge password erzeugt einen) oder den Proxy nur "
        "/webhooks/ weiterleiten lassen.",
    ),
    "refused_store": (
        "The store cannot be read or written just now. Nothing was done; try again.",
        "Der Speicher ist gerade nicht lesbar oder nicht beschreibbar. Es geschah nichts; "
        "bitte noch einmal versuchen.",
    ),
    "refused_mistake": (
        "Something unexpected happened; the log tells what.",
        "Etwas Unerwartetes ist geschehen; das Protokoll sagt, was.",
    ),
}
_OF = {
    language: {key: both[place] for key, both in _WORDS.items()}
    for place, language in enumerate(("en", "de"))
}


def words_of(language: str) -> Words:
    return _OF[language]
