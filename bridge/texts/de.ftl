# Alles, was ein Mensch von den Gründen, Verläufen und der Seite der Brücke liest, auf Deutsch.
#
# Dieselben Einträge wie in en.ftl; was sie bedeuten, steht dort am Anfang.

## Orders that wait for a person

look-for-request = im PharmaOne Manager nach der externen Referenz { $uid } suchen
if-there = ist sie da: { $submitted }
if-not-there = ist sie nicht da: { $retry } schickt sie ab
if-by-hand = wurde sie von Hand erledigt: { $drop }
frees-itself = sie wird von selbst frei
or-drop = oder: { $drop }
then-drop = dann: { $drop }
then-retry = dann: { $retry }

cannot_know = nicht gesendet: { $why }
    .step-1 = { look-for-request }
    .step-2 = { if-there }
    .step-3 = { if-not-there }
    .step-4 = { if-by-hand }
    .meaning = Jede Bestellung wird bei RxScale genommen (ihr Status gesetzt), bevor sie gesendet
        wird. Diese war schon genommen, und nicht von diesem Speicher der Brücke: von einem Menschen
        im Portal oder von einer früheren Brücke (eine verlorene oder wiederhergestellte
        `rxbridge.db`). PharmaOne lässt sich nicht nach Bestellanfragen in Prüfung fragen; sie zu
        senden könnte sie verdoppeln. War die Suche selbst abgeschnitten, lässt ein höheres
        `orders.find_details` mehr lesen. Die externe Referenz ist die uid der Bestellung; gesucht
        wird unter Bestellanfragen und Bestellungen.
twin_in_pharmaone = nicht gesendet: sie wurde wohl von Hand in PharmaOne eingegeben, als { $order }
    .step-1 = { $order } im PharmaOne Manager ansehen: Kunde, Produkte, Beträge
    .step-2 = ist es diese Bestellung: { $drop }
    .step-3 = ist es eine andere: { $retry } sendet diese
    .because = von Hand eingegeben
    .meaning = Bestellungen, die vor der Brücke in RxScales Warteschlange standen, die dort lange
        gewartet haben oder von denen niemand weiß, ob sie gesendet wurden, werden mit PharmaOnes
        jüngeren Bestellungen ohne `external_id` verglichen: Nachname, Produkte, Summe. Eine davon
        sieht aus wie diese. Was verglichen wird, wird weder gespeichert noch protokolliert. Nach
        einem neuen Versuch hält dieselbe Bestellung von PharmaOne diese nicht noch einmal auf.
        Eingegebene Bestellanfragen, die noch nicht angenommen sind, kann die Brücke nicht sehen.
unknown_age = nicht gesendet: RxScale sagt nicht, ob sie vor { $take_from } (orders.take_from) angelegt wurde
    .step-1 = im Portal von RxScale nachsehen, wann sie angelegt wurde
    .step-2 = soll sie gesendet werden: { $retry } sendet sie
    .step-3 = wurde sie von Hand bearbeitet: { $drop }
    .meaning = `orders.take_from` sagt, dass ältere Bestellungen in Ruhe gelassen werden. Diese war
        da, als die Brücke RxScales Liste zum ersten Mal las, und RxScale nennt keine Zeit dazu.
unsure_submission = die Antwort auf eine Übermittlung ging verloren, und ob sie ankam, lässt sich nicht sagen: { $why }
    .step-1 = { look-for-request }
    .step-2 = { if-there }
    .step-3 = { if-not-there }
    .step-4 = { if-by-hand }
    .meaning = Die Bestellanfrage wurde gesendet, und die Antwort ging unterwegs verloren. Sie wurde
        bei PharmaOne gesucht und nicht gefunden, was nichts beweist, solange das Personal sie noch
        prüft. Die externe Referenz ist die uid der Bestellung; gesucht wird unter Bestellanfragen
        und Bestellungen.
cancelled_at_rxscale = { $order ->
        [absent] RxScale hat diese Bestellung storniert, aber ihre Bestellanfrage kann in PharmaOne in Prüfung sein und lässt sich nicht zurückziehen
       *[other] RxScale hat diese Bestellung storniert, aber ihre PharmaOne-Bestellung { $order } steht noch
    }
    .step-1 = { $order ->
        [absent] die Anfrage mit der externen Referenz { $uid } im PharmaOne Manager ablehnen, dann: { $drop }
       *[other] { $order } im PharmaOne Manager stornieren, dann: { $drop }
    }
    .because = in PharmaOne abgelehnt
    .meaning = Der Patient oder RxScale hat storniert. PharmaOne bietet anderen Programmen keinen
        Weg, eine Bestellanfrage zurückzuziehen, oder seine Bestellung ist zu weit, um von außen
        storniert zu werden. Nimmt das Personal die Anfrage doch an, storniert die Brücke die
        Bestellung von selbst. Sie wird von selbst frei, sobald PharmaOne meldet, dass es Anfrage
        oder Bestellung nicht mehr gibt.
cancelled_after_handover = RxScale hat diese Bestellung storniert, nachdem PharmaOnes Bestellung { $order } abgegeben war
    .step-1 = Rückgabe und Zahlung mit RxScale klären
    .step-2 = { then-drop }
    .because = mit RxScale geklärt
    .meaning = RxScale hat eine Bestellung storniert, die PharmaOne als versandt oder abgeholt zeigt.
        Ware und Geld müssen zwischen Menschen geklärt werden.
rejected_in_pharmaone = { $request ->
        [absent] in PharmaOne abgelehnt: das Personal hat die Bestellanfrage zurückgewiesen
       *[other] in PharmaOne abgelehnt: das Personal hat die Bestellanfrage { $request } zurückgewiesen
    }
    .step-1 = im Portal von RxScale stornieren (RxScale fragt dann eine andere Apotheke)
    .step-2 = { frees-itself }
    .step-3 = war die Ablehnung ein Versehen: { $resume } sendet sie noch einmal
    .step-4 = oder ein für alle Mal in mappings/statuses.toml: pharmaone.order_requests.rejected = "cancelled"
    .meaning = Ihr Personal hat die Bestellanfrage abgelehnt. RxScale erfährt das nicht von selbst,
        denn eine Ablehnung kann ein Versehen sein, und eine stornierte Bestellung geht an eine
        andere Apotheke. Wie jede Ablehnung storniert
        wird: [cookbook](cookbook.md#9-refused-requests-go-to-another-pharmacy).
unsure_prescription = das Rezept wurde an PharmaOne gesendet, und es kam keine Antwort: es kann schon dort sein
    .step-1 = im PharmaOne Manager danach suchen
    .step-2 = dann: { $retry } schickt es (noch einmal) ab und danach die Bestellanfrage
    .step-3 = { if-by-hand }
    .meaning = Mit `orders.prescriptions = "ingest"` wird das Rezept vor der Bestellanfrage gesendet.
        Seine Antwort ging verloren, und `orders.unsure_submission = "ask"` sagt, dass es ohne Sie
        nicht noch einmal gesendet wird.
prescription_declined = PharmaOne hat das Rezept { $prescription } abgelehnt ({ $status })
    .step-1 = im PharmaOne Manager klären oder die Bestellung im Portal von RxScale stornieren
    .step-2 = { frees-itself }
    .step-3 = { or-drop }
    .because = Rezept abgelehnt
    .meaning = Das Personal hat das Rezept abgelehnt, das für sich gesendet wurde. Ohne es lässt sich
        die Bestellung nicht annehmen.
deleted_in_pharmaone = PharmaOne hat seine Bestellung { $order } nicht mehr
    .step-1 = im PharmaOne Manager danach suchen
    .step-2 = wenn sie gelöscht wurde: { $confirm } storniert sie bei RxScale
    .step-3 = wenn sie da ist: { $retry }
    .step-4 = wenn sie von Hand erledigt wurde: { $drop }
    .because = in PharmaOne gelöscht
    .meaning = PharmaOne bestreitet seit `orders.gone_after_seconds` (900) eine Bestellung, die es
        hatte, und hat entweder nie gemeldet, dass sie gelöscht wurde, oder seine Liste klärt es
        nicht: eine wiederhergestellte Datenbank, eine falsche Organisation oder ein Fehler sehen
        genauso aus. Was von selbst geschieht, steht in `statuses.toml` unter `gone` (nach dem Ereignis
        `order_deleted`) und `gone_unannounced`.
unusually_many = zurückgehalten: ungewöhnlich viele Bestellungen sollen bei { $vendor } auf einmal storniert werden
    .step-1 = in beiden Portalen nachsehen, ob sie wirklich storniert sind; eine falsche Organisation oder eine wiederhergestellte Datenbank sehen genauso aus
    .step-2 = wenn ja: { $confirm }
    .step-3 = wenn nein: sie wird von selbst frei, sobald sie wieder zu sehen ist
    .step-4 = wenn sie von Hand erledigt wurde: { $drop }
    .meaning = Mehr als `orders.unusual_count` (3) und mehr als `orders.unusual_percent` (20) Prozent der
        offenen Bestellungen sollten binnen zehn Minuten storniert werden. Keine wird es, bis ein Mensch
        es bestätigt. Die Seite fragt einmal für alle, und `rxbridge stuck confirm --all` antwortet für
        alle.
gone_at_rxscale = RxScale antwortet 404: die Bestellung gibt es für diesen Schlüssel nicht oder nicht mehr
    .step-1 = im Portal von RxScale danach suchen und rxscale.pharmacy_uid prüfen
    .step-2 = { then-drop }
    .meaning = RxScale antwortet seit `orders.gone_after_seconds` (900) mit 404. Die Bestellung wurde gelöscht, gehört einer
        anderen Apotheke, oder der Schlüssel darf sie nicht sehen: auch dann antwortet RxScale 404.
        Mit dem Schlüssel einer Gruppe muss `rxscale.pharmacy_uid` stimmen; `rxbridge check` prüft
        den Schlüssel, und `rxbridge stuck retry order:po-abc123` sieht noch einmal nach.
contradicted = sie war zu Ende, und PharmaOnes Bestellung { $order } steht jetzt auf '{ $status }'
    .step-1 = mit RxScale und im PharmaOne Manager klären, was von beidem stimmt
    .step-2 = { then-drop }
    .because = von Hand geklärt
    .meaning = Beide Seiten waren zu Ende, oder RxScale hat die Bestellung abgeschlossen, und PharmaOne
        zeigt jetzt etwas anderes: es macht mit dem Stornierten weiter oder hat das Abgeschlossene
        storniert.
no_effect = { $vendor } sagte ja und tat nichts: dort steht die Bestellung noch wie vorher
    .step-1 = im Portal von { $vendor } von Hand setzen und dort beim Support nachfragen
    .step-2 = { frees-itself }
    .step-3 = oder noch einmal versuchen: { $retry }
    .meaning = Ein Status wurde mehrmals angenommen (200), und jeder Blick danach zeigte die Bestellung
        dort, wo sie vorher war. Was angenommen wurde, gilt erst, wenn es zu sehen war. Alle fünf
        Minuten wird es noch einmal versucht.
gone_to_another_pharmacy = RxScale hat sie einer anderen Apotheke gegeben ({ $pharmacy }), nachdem sie an PharmaOne gesendet war
    .step-1 = im PharmaOne Manager ablehnen oder stornieren (external reference { $uid })
    .step-2 = { then-drop }
    .because = bei einer anderen Apotheke
    .meaning = Die Bestellung gehörte dieser Apotheke (`rxscale.pharmacy_uid`), als ihre Bestellanfrage
        gesendet wurde, und jetzt einer anderen. Die Brücke setzt nichts an fremden Bestellungen.
reopened = RxScale zeigt sie wieder offen ('{ $status }'), nachdem sie hier abgeschlossen war
    .step-1 = beide Seiten vergleichen
    .step-2 = { then-drop }
    .meaning = Die Bestellung war hier abgeschlossen, und RxScale zeigt sie wieder offen. Die Brücke
        sendet eine Bestellung nie von selbst ein zweites Mal. `rxbridge orders show po-abc123` und
        der PharmaOne Manager sagen, wie weit sie kam.
unknown_status = { $of ->
        [prescription] der Status '{ $status }' eines Rezepts von { $vendor } steht nicht in { $where }
       *[order] der Status '{ $status }' von { $vendor } steht nicht in { $where }
    }
    .step-1 = { $on_page ->
        [yes] die Bestellung im Portal von { $vendor } ansehen, das den Status anders nennen kann
       *[no] das Wort selbst ansehen: rxbridge call { $call }
    }
    .step-2 = { $of ->
        [prescription] in { $where } unter waiting, accepted oder declined eintragen
       *[order] in { $where }.means eintragen, was er bedeutet
    }
    .step-3 = die Bestellung wird dann noch einmal angesehen
    .meaning = Eine Seite benutzt ein Statuswort, das `mappings/statuses.toml` nicht kennt. Wörter
        werden nie geraten: falsch geraten, könnte eine Bestellung abgeschlossen oder storniert
        werden. Solche Wörter werden auch nicht behalten oder gezeigt, denn eine Seite kann dort
        alles hinschreiben, auch einen Namen: an ihrer Stelle stehen ihre Länge und ein Kennzeichen,
        und `rxbridge call rxscale GET /pharmacy_orders/po-abc123` zeigt das Wort selbst. Was es
        bedeutet, sagt der Bildschirm oder der Support dieser Seite; es gehört in die Tabelle, die der Grund nennt
        ([cookbook](cookbook.md#8-a-status-word-the-bridge-does-not-know)).
refused = { $vendor } hat { $doing } abgelehnt: { $what }
    .step-1 = beheben, was er nennt (oft mappings/orders.toml), dann: { $retry }
    .meaning = Die andere Seite hat den Aufruf verstanden und nein gesagt; derselbe Aufruf würde
        wieder abgelehnt. Der Grund nennt die Felder, die sie beanstandet. Ihre eigenen Worte fehlen,
        wo sie einen Patienten nennen könnten. `rxbridge orders show po-abc123` sagt, welche Regeln
        die Anfrage gemacht haben.
unreadable = die Antwort von { $vendor } ist nicht lesbar: { $what }
    .step-1 = bleibt es so, den Support von { $vendor } fragen
    .step-2 = { then-retry }
    .meaning = Die andere Seite hat mehrmals etwas geantwortet, was sie nicht dokumentiert. Daraus
        wird nichts geschlossen. Ein Blick auf ihren eigenen Bildschirm hilft: ist die Bestellung
        ungewöhnlich? Ihr Support braucht das Feld, das der Grund nennt.

## What a person should know of an order that goes on

once-known = wenn du Bescheid weißt: { $accept }
changed_at_rxscale = bei RxScale geändert, nachdem sie gesendet war: { $what } ({ $mark })
    .step-1 = die Bestellung { $uid } im Portal von RxScale mit dem PharmaOne Manager vergleichen und dort ändern
    .step-2 = wenn sie in PharmaOne geändert ist: { $accept }
    .meaning = RxScale, oder jemand in dessen Portal, hat die Bestellung geändert, nachdem ihre
        Bestellanfrage gesendet war. PharmaOne hat sie noch so, wie sie war, und wird das abbuchen: es
        bleibt vom Bestand zurückgehalten, und was hinzukam, ebenso.
held_at_rxscale = bei RxScale angehalten: nicht abgeben, bevor sie dort freigegeben ist
    .step-1 = sag es denen, die sie packen; der Grund steht im Portal von RxScale
    .step-2 = das schließt sich von selbst, wenn sie freigegeben wird; { once-known }
    .meaning = Jemand bei RxScale hat eine Bestellung angehalten, deren Bestellanfrage schon in
        PharmaOne ist. Die Brücke setzt solange nichts bei RxScale; PharmaOne weiß nichts davon.
prescription_missing = noch nicht gesendet: sie braucht ein Rezept, und RxScale zeigt keine Datei
    .step-1 = das Rezept bei RxScale ergänzen lassen; dann geht sie von selbst weiter
    .step-2 = braucht sie keines: checks.needs_prescription in mappings/orders.toml ändern
    .step-3 = um solche Bestellungen ohne zu senden: dort checks.without_prescription = "send"
    .step-4 = wenn du sie von Hand eingibst: { $drop }
    .step-5 = { once-known }
    .meaning = Sie hat `orders.prescription_minutes` (10) auf die Datei ihres Rezepts gewartet; RxScale
        wird alle zehn Minuten wieder gefragt. Nichts wird gesendet, und ihr Status bei RxScale bleibt,
        wie er ist. Welche Bestellungen ein Rezept brauchen, ist nicht dokumentiert: ein Ausdruck in
        `orders.toml` entscheidet, wie ausgeliefert nach dem Arzt, den die Bestellung nennt.
tracking_after_completion = PharmaOnes Bestellung { $order } zeigt die Seite ihres Pakets erst jetzt; RxScale wurde ohne sie abgeschlossen
    .step-1 = dem Patienten den Link geben, den { $order } im PharmaOne Manager zeigt, oder RxScale darum bitten
    .step-2 = { once-known }
    .meaning = Eine abgeschlossene Bestellung nimmt keine Links mehr. Kommt das oft vor, kann der
        Abschluss mit `orders.tracking_minutes` warten.
odd_pzn = '{ $name }' ({ $sku }): die PZN { $pzn } hat nicht acht Ziffern mit richtiger Prüfziffer
    .step-1 = die Zeile mit dem PharmaOne Manager vergleichen; die PZN selbst wurde nicht gesendet
    .step-2 = bei RxScale berichtigen lassen; für Produkte ohne echte PZN: checks.pzn = "ignore" in mappings/orders.toml
    .step-3 = { once-known }
    .meaning = Die PZN hat nicht acht Ziffern mit richtiger Prüfziffer; RxScale kann also das falsche
        Produkt nennen. Die Bestellung geht weiter: PharmaOne erhält das Produkt, das `skus.csv`
        zuordnet, und keine PZN. `pzn = "refuse"` in `orders.toml` hält solche Bestellungen zurück.
open_in_pharmaone = { $order ->
        [absent] bei RxScale abgeschlossen, ihre Bestellanfrage in PharmaOne ist noch offen
       *[other] bei RxScale abgeschlossen, PharmaOnes Bestellung { $order } ist noch offen
    }
    .step-1 = im PharmaOne Manager zu Ende bringen: dort abgeben oder ablehnen
    .step-2 = das schließt sich von selbst, wenn sie auch dort zu Ende ist; { once-known }
    .meaning = Jemand hat die Bestellung im Portal von RxScale abgeschlossen. Zu Ende ist sie, wenn
        beide Seiten ihr Ende zeigen.
long_in_review = seit { $hours } Stunden ist über die Bestellanfrage nicht entschieden
    .step-1 = sie im PharmaOne Manager annehmen oder ablehnen (external reference { $uid })
    .step-2 = das schließt sich von selbst, wenn eine Bestellung daraus wird; { once-known }
    .meaning = Seit sie gesendet wurde, ist `orders.review_hours` (24; 0 meldet es nie) vergangen, und
        PharmaOne hat weder von einer Bestellung daraus noch von einer Ablehnung berichtet.
kept_back = ihre Ware wird bei RxScale zurückgehalten: ob PharmaOne sie abgebucht hat, ist nicht zu sehen
    .step-1 = den Bestand im PharmaOne Manager ansehen; ihn berichtigen, wenn die Ware noch darin steht
    .step-2 = wenn er stimmt: { $accept }; ab dann wird danach angeboten
    .meaning = Für die Brücke ist die Bestellung zu Ende (nicht mehr angefasst, oder bei RxScale
        abgeschlossen), und keine Bestellung von PharmaOne zeigt, ob die Ware vom Bestand abgebucht
        wurde. Die Brücke hält sie zurück, bis ein Mensch das sagt: sonst böte sie an, was schon abgegeben ist.

not_adjusted = PharmaOnes Bestand wurde für diese Bestellung nicht geändert: { $why }
    .step-1 = den Bestand ihrer Produkte im PharmaOne Manager ansehen; ihn berichtigen, wenn die Ware noch darin steht
    .step-2 = wenn er stimmt: { $accept }; ab dann wird danach angeboten
    .meaning = PharmaOne bucht nie ab (`pharmaone.deducts_at = "never"` in `facts.toml`), deshalb tut es
        die Brücke, einmal für jedes Produkt einer abgegebenen Bestellung. Diesmal ging es nicht, und
        auf Verdacht wird nichts wiederholt. Die Ware bleibt zurückgehalten, bis ein Mensch danach
        gesehen hat.
came_back = storniert, nachdem ihre Ware von PharmaOnes Bestand abgebucht war
    .step-1 = wenn die Ware zurück ist und wieder verkauft werden darf: { $confirm } bucht sie bei PharmaOne zurück
    .step-2 = wenn nicht, oder wenn sie schon von Hand zurückgebucht ist: { $accept }
    .meaning = Die Brücke hat die Bestellung abgebucht
        ([Bestand](stock.md#pharmaone-that-never-deducts)), und bei PharmaOne oder RxScale ist sie
        jetzt storniert. Ob Ware wieder verkauft werden darf, weiß nur die Apotheke.

## What the mapping lacks for an order

of-line = { $name ->
        [absent] { "" }
       *[other] { "" }'{ $name }' ({ $sku }):{ " " }
    }

unlinked_sku = '{ $name }' ({ $sku }, { $pharmacy_sku }) ist keinem PharmaOne-Produkt zugeordnet
    .step-1 = { $on_page ->
        [yes] „Produkt zuordnen“ schlägt vor, welches es ist, und seine Einheiten
       *[no] rxbridge skus match schlägt Produkt und Einheiten vor; mit --write gelten die sicheren
    }
    .step-2 = sonst eine Zeile für { $pharmacy_sku } in { $file } schreiben
    .meaning = Noch hat niemand gesagt, welches PharmaOne-Produkt dieser Artikel ist.
        `rxbridge skus match` schlägt Produkte nach dem Namen vor; `--write` trägt die sicheren ein.
        Die Zeile gilt nach wenigen Sekunden, und die Bestellung geht weiter.
not_in_catalogue = '{ $name }' ({ $sku }) steht nicht in RxScales Artikelliste dieser Apotheke
    .step-1 = das Produkt bei RxScale für diese Apotheke anlegen
    .step-2 = dort verborgene Artikelarten fehlen ebenfalls
    .step-3 = wenn es jetzt da ist: { $retry } liest die Liste noch einmal
    .meaning = RxScale hat eine Bestellung über etwas geschickt, was in seiner eigenen Artikelliste
        Ihrer Apotheke fehlt. Auch Artikelarten, die für Ihr Konto verborgen sind (digitale oder
        physische), fehlen dort: bitten Sie RxScale, sie zu zeigen.
unconfirmed_units = '{ $name }' ({ $sku }, { $pharmacy_sku }) ist Produkt { $product } ({ $place }), und niemand hat gesagt, wie viele Einheiten davon darin sind (wohl { $units })
    .step-1 = { $on_page ->
        [yes] seine Produktseite zeigt, was wohl darin ist; dort bestätigen
       *[no] rxbridge skus match zeigt, was wohl darin ist; mit --write ist das bestätigt
    }
    .step-2 = oder auf der Seite bestätigen, oder als units_per_sku von { $pharmacy_sku } in skus.csv
    .meaning = Der Artikel ist zugeordnet, aber RxScale verkauft ihn als mehr als eins von etwas (ein Beutel
        mit 5 g) oder sagt es nicht, und `skus.csv` sagt nicht, wie viele PharmaOne-Einheiten darin
        sind. Eins wird nie geraten: aus zwei bestellten Beuteln würden 2 g. Auch sein Bestand wird
        nicht geschrieben. Die Bestellung geht Sekunden nach der Bestätigung
        weiter ([Bestand](stock.md#which-product-a-sku-is)).
unknown_product = '{ $name }' ({ $sku }, { $pharmacy_sku }) ist Produkt { $product } zugeordnet ({ $place }), das in PharmaOnes Bestand nie stand
    .step-1 = { $on_page ->
        [yes] seine Produktseite nennt das wahrscheinliche Produkt und seine Einheiten; die Zuordnung von { $pharmacy_sku } dort berichtigen
       *[no] rxbridge skus match nennt das wahrscheinliche Produkt und seine Einheiten; die Zuordnung von { $pharmacy_sku } berichtigen
    }
    .step-2 = stimmt Produkt { $product }: im PharmaOne Manager in den Bestand aufnehmen; die Bestellung geht weiter, sobald es dort steht
    .meaning = Die Zuordnung nennt eine `p1_id`, die kein Bestand von PharmaOne je gezeigt hat: ein
        Tippfehler etwa. Damit wird nichts gesendet, und ihre Artikel stehen auf 0. Ein Produkt, das
        einmal im Bestand stand und nicht mehr dort steht, hält keine Bestellung auf
        ([Bestand, englisch](stock.md#which-product-a-sku-is)).
not_whole = '{ $name }' ({ $sku }): { $amount } x { $units } ist keine ganze Zahl über 0
    .step-1 = units_per_sku berichtigen in { $place }
    .meaning = Die bestellte Menge mal `units_per_sku` ergibt einen Teil einer PharmaOne-Einheit, und
        PharmaOne nimmt nur ganze ([cookbook](cookbook.md#1-grams-and-packs)).
bad_pzn = '{ $name }' ({ $sku }): die PZN { $pzn } hat nicht acht Ziffern mit richtiger Prüfziffer
    .step-1 = bei RxScale berichtigen lassen, oder in { $file }: checks.pzn = "warn"
    .meaning = Die PZN hat nicht acht Ziffern mit richtiger Prüfziffer; die Zeile kann also das
        falsche Produkt nennen, und `checks.pzn` ist "refuse". `"warn"` sagt es nur und sendet sie.
no_price = '{ $name }' ({ $sku }): RxScale sendet dazu keinen total_paid_amount
    .step-1 = bei RxScale berichtigen lassen, oder price streichen in { $file }: require.item
    .meaning = RxScale hat für eine Zeile keinen `total_paid_amount` gesendet, und die Zuordnung
        verlangt einen Preis.
missing_field = { of-line }{ $fields } fehlt: RxScale hat nichts für { $sources }
    .step-1 = die Bestellung bei RxScale vervollständigen, oder den Ausdruck ändern in { $file }
    .meaning = Ein Feld, das `[require]` in `orders.toml` verlangt, blieb leer, und der Grund nennt
        den Ausdruck, der es hätte füllen sollen. `rxbridge check --offline` probiert einen
        geänderten aus.
bad_expression_result = { of-line }{ $target }: { $problem }
    .step-1 = den Ausdruck berichtigen in { $place }
    .meaning = Ein Ausdruck in `orders.toml` ergab etwas, was sein Feld nicht nimmt, eine Liste für
        einen Text zum Beispiel. Der Grund nennt Arten und nie Werte. Der Fall gehört als
        `[[example]]` in die Datei, damit er berichtigt bleibt.
bad_shipping_costs = shipping_costs_amount ist keine ganze Zahl von Eurocent
    .step-1 = bei RxScale berichtigen lassen, oder in { $file }: amounts.shipping_in_total = false
    .meaning = `shipping_in_total` ist an, und die Versandkosten der Bestellung sind keine ganzen
        Cent in Euro.

## SKUs that wait for a person

sku_refused = RxScale nimmt { sku-written } nicht an: { $what }
    .step-1 = den Artikel im Portal von RxScale und seine Zeile in skus.csv ansehen, dann: { $retry }
    .meaning = RxScale hat die Zahl verstanden und nimmt sie nicht. Andere Artikel gehen weiter.
        `rxbridge stuck drop sku:psku-abc123 --reason 'von Hand gepflegt'` lässt den Artikel ab jetzt
        in Ruhe.
sku-written = { $stock ->
        [absent] den Preis { $cents } Cent
       *[other] { $cents ->
            [absent] den Bestand { $stock }
           *[other] den Bestand { $stock } und den Preis { $cents } Cent
        }
    }
unsure_adjustment = niemand weiß, ob PharmaOne den Bestand von Produkt { $product } um { $delta } geändert hat: sein Protokoll reicht nicht mehr so weit zurück
    .step-1 = in PharmaOne nach '{ $reference }' suchen
    .step-2 = fehlt die Änderung, dort von Hand vornehmen
    .step-3 = { then-drop }
    .meaning = Mit `stock.adopt_external = true` wurde eine Änderung bei RxScale an PharmaOne
        gesendet, die Antwort ging verloren, und das Protokoll des Produkts (200 Einträge) reicht
        nicht mehr so weit zurück. Eine relative Änderung wird nie auf Verdacht zweimal gesendet.

## An inventory or a price that is not believed

inventory-look = den Bestand im PharmaOne Manager ansehen
inventory-true = stimmt er: { $confirm }
inventory-wrong = stimmt er nicht, dort berichtigen; das nächste Lesen sieht es

empty = PharmaOnes Bestand ist leer
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = PharmaOne hat ohne ein einziges Produkt geantwortet. Ein Fehler dort ist
        wahrscheinlicher als eine leere Apotheke.
partial = { $missing } von { $linked } zugeordneten Produkten fehlen in PharmaOnes Bestand
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = Mindestens `stock.partial_percent` der zugeordneten Produkte fehlen in der Antwort.
        Ein fehlendes Produkt ist nicht eines, von dem keines da ist.
halved = PharmaOnes Bestand fiel auf einmal von { $before } auf { $now } Einheiten, bei { $products } zugeordneten Produkten
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = Bei mindestens der Hälfte der Produkte fiel der Bestand, zusammen um
        `stock.halved_percent`.
zeroed = { $zeroed } von { $linked } Artikeln gingen auf einmal auf 0
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = Mehr als `stock.zeroed_percent` der Artikel gingen auf einmal auf 0.
first_write_waits = { $skus } Artikel würden steigen, und niemand hat das erste Schreiben bestätigt
    .step-1 = ansehen, was geschrieben würde: rxbridge stock plan
    .step-2 = stimmt es: { $confirm }
    .step-3 = stimmt es nicht, Mengen und Produkte in skus.csv berichtigen; die nächste Runde sieht es
    .meaning = Bis jemand einmal bestätigt hat, senkt ein erster Start Zahlen nur. Nach einem
        verlorenen Speicher wird wieder gefragt. `stock.write = true` hebt sie ohne Frage an.
price = { $sku }: der Preis würde sich auf einmal von { $before } auf { $now } Cent ändern
    .step-1 = bestätigen mit: { $confirm }
    .meaning = Mit `stock.sync_prices = true` würde sich ein Preis auf einmal um mehr als
        `stock.price_percent` ändern. Preise bestätigt nur ein Mensch.
price_fraction = { $sku }: PharmaOnes Preis { $price } ergibt keine ganze Zahl von Cent über 0
    .step-1 = den Preis in PharmaOne oder units_per_sku in skus.csv berichtigen
    .meaning = PharmaOnes Preis einer Einheit mal die Einheiten des Artikels ist keine ganze Zahl von
        Cent.

## Orders that go on by themselves

awaits_tracking = sie ist versandt, und die Seite ihres Pakets wird erwartet
    .meaning = Bis zu `orders.tracking_minutes`; dann wird die Bestellung bei RxScale ohne sie abgeschlossen.
awaits_prescription = die Datei ihres Rezepts wird erwartet
    .meaning = Bis zu `orders.prescription_minutes` (10); dann wird es gemeldet.
setting_up = RxScale richtet sie noch ein ({ $status })
    .meaning = Die Bestellung geht die Apotheke noch nichts an.
on_hold_at_rxscale = bei RxScale angehalten: bleibt liegen, bis dort jemand sie freigibt
    .meaning = Jemand anderes hat sie bei RxScale angehalten. Beantworten Sie die Frage im Portal von
        RxScale.
not_shown = RxScale zeigt sie nicht (404); es wird noch einmal nachgesehen
    .meaning = Ein einzelnes 404 beweist nichts. Nach `orders.gone_after_seconds` wird
        daraus [`gone_at_rxscale`](#gone_at_rxscale).
order_not_known = PharmaOnes Bestellung ist noch nicht bekannt
    .meaning = Das nächste Lesen von PharmaOnes Liste weiß es.
order_not_shown = PharmaOne zeigt seine Bestellung nicht (404); es wird noch einmal nachgesehen
    .meaning = Ein einzelnes 404 beweist nichts. Geglaubt wird es nach `orders.gone_after_seconds`,
        sobald die ganze Liste andere Bestellungen zeigt und diese nicht; was es dann bedeutet, sagen
        `gone` und `gone_unannounced` in `statuses.toml`.
not_reached = PharmaOne ist nicht erreichbar: die Bestellung bleibt so lange in RxScales Warteschlange
    .meaning = Eine Bestellung wird bei RxScale erst genommen, wenn ihre Bestellanfrage gleich gesendet
        werden kann. `/health` sagt, was mit PharmaOne ist.
both_agree = beide Seiten sind sich einig ({ $state }); PharmaOnes nächste Änderung wird erwartet
    .meaning = Alles in Ordnung; der nächste Schritt ist der Ihres Personals.
in_shadow = Schattenmodus: nichts wird geschrieben, Menschen tun es von Hand
    .meaning = Die Brücke läuft im Schattenmodus (`mode = "shadow"`): alles wird gelesen und entschieden,
        und nichts wird bei einem Anbieter geschrieben. `rxbridge shadow report` vergleicht mit dem,
        was Menschen tun.
under_review = das Personal prüft die Bestellanfrage im PharmaOne Manager
    .meaning = Alles in Ordnung; Ihr Personal nimmt sie an oder lehnt sie ab.
no_legal_step = bei RxScale führt kein erlaubter Schritt von '{ $status }' nach { $state }
    .meaning = RxScales Ablauf hat keinen Weg vom einen zum anderen, und erzwungen wird keiner.
        Erlaubt RxScale den Schritt doch, gehört er in `statuses.toml` unter `steps`; wenn nicht,
        klären Sie es im Portal von RxScale.
completed_before = RxScale hat sie abgeschlossen; PharmaOnes Seite ist noch offen
    .meaning = Jemand hat sie im Portal von RxScale abgeschlossen. Zu Ende ist sie, wenn PharmaOne ihr
        Ende zeigt.
end_to_be_seen = RxScale hat '{ $status }' angenommen; sie ist zu Ende, sobald RxScale es zeigt
    .meaning = Meist meldet das ein Webhook binnen Sekunden; sonst wird nachgesehen.
others_first = viele andere sind fällig: storniert wird, wenn feststeht, dass sie es nicht sollen
    .meaning = Höchstens eine Minute lang; siehe [`unusually_many`](#unusually_many).
not_cancelled_yet = PharmaOne hat die Stornierung von { $order } angenommen und zeigt sie noch nicht
    .meaning = Es wird noch einmal nachgesehen; nach mehreren Blicken
        ist es [`no_effect`](#no_effect).
both_on_hold = beide Seiten haben sie angehalten; PharmaOnes nächste Änderung wird erwartet
    .meaning = Ihr Personal hat sie angehalten, und RxScale weiß davon.
no_hold = bei PharmaOne angehalten; RxScale kennt für '{ $status }' kein Anhalten
    .meaning = Ihr Personal hat sie angehalten, wo RxScales Ablauf (der ältere etwa) keine Pause
        kennt.
giving_time = eine Antwort ging verloren; PharmaOne bekommt Zeit, bevor nachgesehen wird
    .meaning = Die Antwort auf eine Bestellanfrage ging verloren. Nach `orders.unsure_grace_seconds`
        wird sie gesucht und nur noch einmal gesendet, wenn sie nicht da ist.
no_end = kein Ende nach { $steps } Schritten
    .meaning = Die Bestellung wurde immer wieder angesehen, ohne zur Ruhe zu kommen. Sie wird später
        noch einmal angesehen; bleibt es so, bitte mit `rxbridge orders show po-abc123` melden.
unexpected = ein unerwarteter Fehler; siehe das Protokoll
    .meaning = Ein Fehler der Brücke. Die Bestellung wird später noch einmal angesehen.

## Orders that are finished

left_alone = ein Mensch sagte: nicht mehr anfassen
made_before = nicht angefasst: vor { $take_from } angelegt (orders.take_from)
by_hand = den Menschen überlassen: sie hatten sie in Arbeit, bevor die Brücke live war
of_another_pharmacy = sie gehört einer anderen Apotheke ({ $pharmacy })
confirmed = RxScale selbst hat ihr Ende gemeldet: '{ $status }'
completed = bei RxScale abgeschlossen
ended_and_rejected = { $state } bei RxScale, und die Bestellanfrage in PharmaOne abgelehnt
ended_not_found = { $state } bei RxScale; PharmaOne hat keine Bestellung dazu, oder noch keine
ended_not_sent = { $state } bei RxScale; an PharmaOne wurde nichts gesendet
cancelled_and_gone = bei RxScale storniert, und nicht mehr in PharmaOne
cancelled_on_both = auf beiden Seiten storniert

## Why a step is taken

first_look = was RxScale jetzt dazu sagt
too_old_to_hold = zu lange her gesehen, um sie anzuhalten
claim_to_be_seen = ob RxScale die Übernahme ausgeführt hat, zeigt seine Antwort nicht
too_old_to_write = zu lange her gesehen, um einen Status zu schreiben
too_old_to_submit = zu lange her gesehen, um sie zu senden
how_far = wie weit sie dort ist
how_far_if_cancelled = bei RxScale storniert: wie weit sie dort ist
has_tracking = ob sie eine Sendungsseite hat
what_it_holds = was dort bestellt ist, denn dieser Speicher hat es nicht gesendet
is_approved = ob das Personal es angenommen hat
line_not_linked = eine Zeile ist keinem PharmaOne-Produkt zugeordnet
taken_by_another = sie steht nicht mehr in der Warteschlange, und diese Brücke hat sie nicht genommen: wurde sie gesendet?
may_be_typed = sie hat gewartet: wurde sie von Hand in PharmaOne eingegeben?
may_have_arrived = eine Antwort ging verloren: sie kann angekommen sein
cancelled_unanswered = storniert, während eine Antwort fehlte: kam sie an?
cancelled_there_before = storniert, und sie war vor diesem Speicher da
nothing_sent = dafür wurde noch nichts gesendet
not_found = bei PharmaOne nicht gefunden: mit demselben Schlüssel noch einmal gesendet
repeating_is_harmless = es kam keine Antwort, und nochmals zu senden schadet nicht ({ $fact })
sent_by_itself = es wird für sich gesendet (orders.prescriptions)
answer_lost = seine Antwort ging verloren: mit demselben Schlüssel noch einmal gesendet

## Named within another reason

past_the_queue = sie steht bereits auf '{ $status }', und PharmaOne hat keine Bestellung dazu; eine Bestellanfrage kann dort in Prüfung sein, was keine Abfrage zeigen kann
no_order_yet = PharmaOne zeigt (noch) keine Bestellung dazu
makes_a_second = PharmaOne hat noch keine Bestellung dazu, und nochmals gesendet wäre sie doppelt da ({ $fact })
moved_on = sie steht inzwischen auf '{ $status }', was nicht diese Brücke gesetzt hat
never_answered = { $submissions } Übermittlungen blieben ohne Antwort
too_many_to_read = PharmaOne listet { $unread } Bestellungen ohne ihre external_id, die es sein können, mehr als orders.find_details ({ $most }) in einer Suche zu lesen erlaubt
not_readable = von PharmaOne kann nichts gelesen werden (pharmaone.org_id fehlt), also auch nicht danach gesucht
list_not_settled = PharmaOnes Bestellliste änderte sich ständig, während sie gelesen wurde
the_lines = die Positionen: { $lines }
the_address = die Adresse oder der Empfänger
the_money = die Beträge
its_prescription = das Rezept
the_delivery = die Art der Lieferung
the_order_request = die Bestellanfrage
the_prescription = das Rezept
the_status = den Status
the_completion = den Abschluss
the_question = die Abfrage
a_call = einen Aufruf
with_undocumented = { $what }. Die Ursache kann ein Feld sein, das PharmaOne nicht dokumentiert; seine Zeile aus mappings/orders.toml herausnehmen: { $fields }
adjustment_refused = PharmaOne lehnt es ab, den Bestand von Produkt { $product } um { $delta } zu ändern: { $what }
adjustment_unsure = niemand weiß, ob PharmaOne den Bestand von Produkt { $product } um { $delta } geändert hat: sein Protokoll reicht nicht mehr so weit zurück; dort nach '{ $reference }' suchen
lines_unsure = was abgegeben wurde, steht nicht fest (eine Position ist nicht bestätigt zugeordnet oder wurde nach dem Senden geändert, oder die Bestellung wurde storniert)
said = { $what }

## Why a SKU's number is as it is

as_it_should_be = wie es sein soll
    .meaning = RxScale bietet an, was PharmaOnes Bestand daraus macht.
there_is_more = es ist mehr da
    .meaning = Es wird mit dem nächsten Abgleich geschrieben.
orders_first = es ist mehr da; zuerst werden Bestellungen angesehen
    .meaning = Nach einem ersten Start dürfen Zahlen fallen und nicht steigen, bis jede offene
        Bestellung angesehen wurde.
promises_too_much = verspricht mehr, als da ist
    .meaning = Das wird zuallererst geschrieben.
nobody_knows = niemand weiß, was RxScale hat
    .meaning = Ein Schreiben blieb ohne Antwort, oder RxScales Liste sagt es nicht. Die Zahl wird
        noch einmal geschrieben.
first_write = es ist mehr da; niemand hat das erste Schreiben bestätigt
    .meaning = Ein erster Start senkt Zahlen nur. Sehen Sie `rxbridge stock plan` durch, dann
        einmal `rxbridge stock sync --confirm`.
lost_its_link = er ist nicht mehr zugeordnet
    .meaning = Seine Zahl ist von uns, und nichts sagt mehr, welches Produkt er ist. Er geht einmal
        auf 0 (`stock.on_unlink`); was Sie danach bei RxScale eintragen, bleibt.
has_no_share = sein Produkt ist nach Anteilen geteilt, und er hat keinen
    .meaning = Andere Artikel dieses Produkts haben einen Anteil in `skus.csv`; dieser wird mit 0
        angeboten. Geben Sie auch ihm einen ([cookbook](cookbook.md#2-two-skus-of-one-product)).
not_read_yet = PharmaOnes Bestand wurde noch nicht gelesen
    .meaning = Das nächste Lesen weiß es.
no_such_product = PharmaOnes Bestand kennt das Produkt nicht
    .meaning = Die Zuordnung nennt eine `p1_id`, die PharmaOne nie gelistet hat. Fehlt sie auch einem
        zweiten Blick, wird der Artikel mit 0 angeboten, und seine Bestellungen warten
        ([`unknown_product`](#unknown_product)). Berichtigen Sie die `p1_id` in `mappings/skus.csv`, oder nehmen Sie das Produkt
        im PharmaOne Manager in den Bestand auf.
units_not_confirmed = niemand hat bestätigt, wie viele Einheiten darin sind: nichts wird geschrieben
    .meaning = Der Artikel ist zugeordnet, und RxScale verkauft ihn nicht einzeln. Seine Zahl dort bleibt,
        wie sie ist, bis jemand sagt, wie viele PharmaOne-Einheiten darin sind:
        `rxbridge skus match --write`, der Knopf auf der Seite oder `units_per_sku` in
        `mappings/skus.csv`.
not_in_list = RxScales Liste zeigt ihn nicht
    .meaning = `skus.csv` nennt einen Artikel, den RxScale für diese Apotheke nicht listet.
        Berichtigen Sie die Zeile, oder nehmen Sie sie heraus.
hidden = RxScale zeigt ihn nicht
    .meaning = RxScale hat dafür mit 404 geantwortet: das Konto verbirgt solche Artikel. Er bleibt in
        Ruhe, bis RxScales Liste ihn zeigt.
left = soll in Ruhe gelassen werden (rxbridge stuck retry nimmt ihn wieder auf)
    .meaning = Jemand wollte ihn nicht mehr anfassen. `rxbridge stuck retry sku:psku-abc123` nimmt
        ihn wieder auf.
waits_for_a_person = wartet auf einen Menschen: rxbridge stuck list
    .on-page = wartet auf einen Menschen: siehe oben
    .meaning = Siehe [Artikel, die feststecken](#artikel-die-feststecken). `rxbridge stuck list`
newer_pushed = ein neuerer Bestand wurde schon geschrieben
    .meaning = Ein anderer Prozess hat inzwischen nach neueren Zahlen geschrieben; sie bleiben.
changed_there = jemand hat ihn bei RxScale geändert
    .meaning = Mit `stock.on_drift = "report"` wird so eine Änderung gemeldet und belassen.
unknown_too_long = PharmaOnes Bestand ist zu lange unbekannt
    .meaning = Er war für `stock.stale_after_seconds` nicht lesbar, oder ihm wurde nicht geglaubt.
        Alles geht auf 0 und kommt mit dem nächsten guten Bestand zurück. `rxbridge check` sagt, was
        mit PharmaOne nicht stimmt.
absent = fehlt in PharmaOnes Bestand
    .meaning = Seine letzte Zahl bleibt, bis es auch einem zweiten Blick fehlt.
absent_confirmed = fehlt in PharmaOnes Bestand, bestätigt
    .meaning = Es fehlte auch einem zweiten Blick und wird darum mit 0 angeboten.

## What should be heard or proved and is not

not_subscribed = RxScale meldet dieser Brücke nicht: { $events }
    .step-1 = `rxbridge webhooks register` meldet { $target } an; das gilt sofort
    .step-2 = das schließt sich dann von selbst; { once-known }
    .meaning = Die Abonnements bei RxScale werden jede Stunde gelesen. Diese Ereignisse fehlen dort,
        sind abgeschaltet oder gehen an eine andere Adresse. Bis sie kommen, werden Bestellungen nur
        beim Durchsehen gefunden (`orders.poll_seconds`). Mit `webhooks.self_heal = true` meldet die
        Brücke sich selbst an.
subscribed_elsewhere = RxScale meldet auch an andere Adressen: { $targets }
    .step-1 = ist die Adresse unbekannt: `rxbridge webhooks list` zeigt ihre uid, mit der `webhooks remove` sie beendet
    .step-2 = ist das ein anderes Programm von dir: { $accept }
    .meaning = Was RxScale von einer Bestellung meldet, enthält Daten eines Patienten. Darum soll es
        niemand bekommen, der es nicht braucht. Die Brücke entfernt nie, was sie nicht selbst angelegt
        hat, auch nicht mit `webhooks.self_heal`.
events_missed = { $vendor } meldet nichts: die letzten { $changes } Änderungen fand die Brücke nur beim Durchsehen
    .step-1 = `rxbridge check` sagt, ob die Webhooks von { $vendor } eingerichtet sind und hier ankommen
    .step-2 = nachsehen, ob Proxy oder Firewall sie durchlassen
    .step-3 = das schließt sich von selbst mit dem nächsten, der kommt; { once-known }
    .meaning = Drei Änderungen nacheinander fand die Brücke beim Durchsehen, und kein Webhook hatte davon
        gemeldet. Verloren ist nichts, aber jede Bestellung kommt bis zu `orders.poll_seconds` später.
        Die Webhooks von PharmaOne richtest du im PharmaOne Manager ein (Org Settings, Integrations).
webhooks_lost = von { $orders } neuen Bestellungen eines Tages hat { $vendor } { $lost } nicht gemeldet
    .step-1 = `rxbridge check` sagt, ob die Webhooks von { $vendor } hier ankommen
    .step-2 = nachsehen, ob Proxy, Leitung oder dieser Rechner zeitweise weg war
    .step-3 = das schließt sich von selbst, wenn drei Stunden lang keine fehlte; { once-known }
    .meaning = Ein Fünftel oder mehr der neuen Bestellungen eines Tages fand die Brücke nur beim
        Durchsehen. Verloren ist nichts, aber jede davon kam bis zu `orders.poll_seconds` später.
few_deliveries = { $vendor } hat in { $hours } Stunden { $count } Mal gemeldet; üblich sind dann { $usual } Mal
    .step-1 = im Portal von { $vendor } nachsehen, ob heute wirklich weniger zu tun ist
    .step-2 = wenn nicht: `rxbridge check` sagt, ob die Webhooks hier ankommen
    .step-3 = das schließt sich von selbst, wenn so viele kommen wie sonst; { once-known }
    .meaning = Weniger als ein Viertel von dem, was in denselben Stunden der letzten Wochen kam (die
        mittlere von bis zu vier, und von mindestens drei Wochen).
no_orders = seit { $hours } Stunden kam keine Bestellung; an so einem Wochentag waren es nie mehr als { $longest }
    .step-1 = im Portal von RxScale nachsehen, ob dort Bestellungen warten
    .step-2 = hat die Apotheke heute zu, oder hat niemand bestellt: { $accept }
    .step-3 = das schließt sich von selbst mit der nächsten Bestellung
    .meaning = Verglichen mit allen solchen Wochentagen, an die sich die Brücke erinnert
        (`store.retention_days`; mindestens vier), und eine bis drei Stunden länger als der
        längste davon. Ein Feiertag ist die übliche Ursache.
signatures_wrong = die letzten { $deliveries } Webhooks von { $vendor } waren mit einem falschen Schlüssel unterschrieben
    .step-1 = wurde der Schlüssel geändert: der Brücke den neuen geben; `rxbridge webhooks register --renew` macht bei RxScale neue
    .step-2 = wurde er nicht geändert, versucht es jemand anderes: `rxbridge stuck list` und das Protokoll sagen, seit wann
    .step-3 = das schließt sich von selbst mit dem nächsten, der stimmt; { once-known }
    .meaning = Sie wurden abgewiesen. Bestellungen findet die Brücke derweil beim Durchsehen. Mehrere
        Schlüssel dürfen zugleich gelten (`rxscale.webhook_secrets`, `pharmaone.webhook_secrets`),
        damit sich einer ohne Lücke ändern lässt. Der von PharmaOne steht im PharmaOne Manager.
still_differs = { $differences } Unterschiede zwischen beiden Seiten haben zwei Vergleiche überdauert, zuerst { $first }
    .step-1 = `/health` und die Seite sagen, was sich unterscheidet, seit wann, und was geschieht
    .step-2 = `rxbridge reconcile --fix` sieht sie jetzt an
    .step-3 = das schließt sich von selbst, wenn ein Vergleich sie nicht mehr findet; { once-known }
    .meaning = Beide Seiten werden alle `reconcile.every_hours` verglichen. Was ein Vergleich findet,
        bringt die Brücke in Ordnung; was der nächste wieder findet, braucht einen Menschen. Siehe
        `docs/proof.md`.
not_proved = beide Seiten wurden seit { $hours } Stunden nicht verglichen
    .step-1 = `rxbridge check` sagt, was mit den Anbietern nicht stimmt
    .step-2 = das schließt sich von selbst mit dem nächsten Vergleich; { once-known }
    .meaning = Ein Vergleich wird so oft versucht, bis er durchkommt; seit einem Tag kam keiner durch.
no_good_backup = seit { $days } Tagen gibt es keine gute Tageskopie des Speichers
    .step-1 = nachsehen, ob die Platte voll ist, und im Protokoll, warum die Kopie misslang
    .step-2 = `rxbridge store backup ./rxbridge-backup.db` macht jetzt eine
    .step-3 = das schließt sich von selbst mit der nächsten guten Kopie; { once-known }
    .meaning = Jeden Tag wird eine Kopie gemacht (`store.backup_hour`) und geprüft.

## Why a check of /health is not ok

store_unread = der Speicher ist nicht lesbar
    .meaning = `rxbridge.db` ist nicht lesbar oder nicht beschreibbar: ein voller Datenträger,
        fehlende Rechte, eine beschädigte Datei. Die anderen Seiten bekommen 503 und liefern später
        noch einmal, verloren geht also nichts. Das Protokoll nennt die Ursache.
        `rxbridge check --offline`
change_refused = eine Änderung der Zuordnungsdateien wurde abgelehnt; die letzten gültigen gelten weiter
    .meaning = Eine Zuordnungsdatei wurde mit einem Fehler gespeichert. Die Brücke arbeitet mit den
        letzten guten weiter. `rxbridge check --offline` nennt Datei, Schlüssel und Ausweg.
left_alone_a_while = wiederholt gescheitert; wird eine Weile in Ruhe gelassen ({ $what })
    .meaning = Die andere Seite arbeitet nicht oder ist nicht erreichbar, oder sie nimmt den Schlüssel
        nicht an (401). Sie wird von selbst wieder versucht, immer seltener. Dauert es an:
        `rxbridge check`, dann ihr Support.
last_call_failed = der letzte Aufruf scheiterte: { $what }
    .meaning = Oft ist das mit dem nächsten Aufruf vorbei. Ein falscher Schlüssel oder ein fehlendes
        Recht wird hier genannt. Bleibt es: `rxbridge check`.
lacks_scope = dem Schlüssel fehlt die Berechtigung { $scopes }
    .meaning = PharmaOnes Schlüssel darf nicht, was die Brücke braucht. Machen Sie im PharmaOne
        Manager einen neuen, oder bitten Sie PharmaOne um die Berechtigung.
due_for_long = etwas ist seit { $seconds } s fällig
    .meaning = Arbeit wartet länger als zehn Minuten: meist, weil eine Seite nicht arbeitet oder ihre
        Limits kleiner sind, als die Bestellungen brauchen. Siehe `rxscale` und `pharmaone` in
        derselben Antwort.
unanswered = { $submissions } Übermittlungen ohne Antwort; nach ihnen wird gesucht
    .meaning = Antworten gingen verloren. Die Brücke sucht nach jeder, bevor sie etwas noch einmal
        sendet.
held_back = { $orders } Bestellungen werden zurückgehalten: ungewöhnlich viele sollten auf einmal storniert werden
    .meaning = In beiden Portalen nachsehen und bestätigen, auf der Seite oder mit `rxbridge stuck confirm --all`.
wait_for_a_person = { $stuck } warten auf einen Menschen: rxbridge stuck list
    .on-page = { $stuck } warten auf einen Menschen
    .meaning = Siehe die Gründe oben. `rxbridge stuck list`
list_not_read = RxScales Bestellliste wurde zu lange nicht gelesen
    .meaning = Drei Durchgänge nacheinander kamen nicht durch. Webhooks gehen weiter. `rxbridge check`
        sagt, was mit RxScale nicht stimmt.
all_at_zero = PharmaOnes Bestand ist zu lange unbekannt: alles steht auf 0
    .meaning = Er war für `stock.stale_after_seconds` nicht lesbar, oder ihm wurde nicht geglaubt.
        `rxbridge stock plan` sagt, warum; `rxbridge check` prüft PharmaOne.
to_be_confirmed = { $what }: zu bestätigen (rxbridge stock plan)
    .meaning = Siehe [Ein Bestand, dem nicht geglaubt wird](#ein-bestand-dem-nicht-geglaubt-wird).
        `rxbridge stock plan`
not_carried_on = es ging nicht weiter: { $what }
    .meaning = Den Bestand zu lesen oder eine Zahl zu schreiben ist gescheitert. Es wird von selbst
        noch einmal versucht. Bleibt es: `rxbridge check`.
not_compared = PharmaOnes Bestand wurde zu lange nicht verglichen
    .meaning = Drei Runden des Bestands fanden nicht statt. Siehe das Protokoll;
        `rxbridge stock sync` versucht jetzt eine.
one_way = Bestellungen gehen über den Connector hinein, und nichts wird zurückgelesen (pharmaone.org_id fehlt)
    .meaning = Die Brücke arbeitet in eine Richtung: Status und Bestand bleiben, wie Menschen sie
        setzen. Damit sie übertragen werden, setzen Sie `pharmaone.org_id` und einen Schlüssel, der
        die Organisation öffnet.
clock_differs = Die Uhr von { $vendor } weicht um { $seconds } s von der dieses Rechners ab
    .meaning = Gemessen am `Date` der Antworten; mit einem Minus geht sie nach. Zeiten werden ohne
        diesen Unterschied verglichen, es geht also nichts verloren. Weichen beide Anbieter gleich
        ab, ist die Uhr dieses Rechners die falsche: siehe seinen Zeitdienst (NTP).
unconfirmed = { $skus } Artikel sind nicht bestätigt, zuerst { $first }: für sie wird nichts geschrieben (rxbridge skus match)
    .meaning = Niemand hat gesagt, wie viele PharmaOne-Einheiten darin sind:
        siehe [`unconfirmed_units`](#unconfirmed_units). `rxbridge skus match` schlägt es vor.
never_listed = { $skus } Artikel sind einem Produkt zugeordnet, das in PharmaOnes Bestand nie stand, zuerst { $first }: sie gehen auf 0, und ihre Bestellungen warten (rxbridge skus match)
    .meaning = Siehe [`unknown_product`](#unknown_product). `rxbridge skus match` nennt die wahrscheinlichen Produkte.
unchecked = { $skus } Artikel ohne bestätigte Einheiten werden verkauft, zuerst { $first } mit { $pieces } Stück, die niemand geprüft hat: die Einheiten bestätigen (rxbridge skus match --write) oder ihn in RxScales Portal auf 0 setzen
    .meaning = Für einen Artikel, dessen Einheiten niemand bestätigt hat, wird nichts geschrieben; RxScale
        bietet weiter die Zahl an, die vorher jemand dort eingetragen hat. `rxbridge skus list` zeigt sie.
vendor_down = { $vendor } antwortet seit 15 Minuten nicht, wie es soll
    .meaning = Aufrufe schlagen fehl, oder der Schlüssel wird abgelehnt. Verloren geht nichts: Die
        Brücke macht von selbst weiter, sobald Antworten kommen. `rxbridge check` sagt, was kommt.
restarted = die Brücke war beendet, ohne angehalten worden zu sein, und wurde neu gestartet
    .meaning = Sie wurde abgeschossen, der Speicher ging aus, oder der Rechner fiel aus. Verloren geht
        dabei nichts. Kommt es wieder vor, sehen Sie nach, was Protokoll und Rechner dazu sagen.
nobody_works = im Moment arbeitet keine Replik für diese Apotheke
    .meaning = Die bisherige steht still oder erreicht die Datenbank nicht; binnen 15 s übernimmt eine
        andere. Meldungen werden derweil angenommen. Hält es an, sehen Sie in die Protokolle der Repliken.
not_told = Nachrichten werden nicht angenommen: { $addresses }
    .meaning = Eine Adresse in `notify.urls` hat die letzte Nachricht nicht angenommen; sie wird wieder
        versucht, bis sie es tut. `rxbridge notify test` sagt, warum.
prices_to_confirm = { $prices } Preise sind zu bestätigen (rxbridge stock plan)
    .meaning = Siehe [`price`](#price). `rxbridge stock plan`

## How an order's two sides differ, and what the bridge would do next

unknown_here = die Brücke kennt sie nicht
not_shown_there = RxScale zeigt sie nicht
status_was = { $status ->
        [absent] der Status bei { $vendor } wurde noch nie gesehen
       *[other] der Status bei { $vendor } war zuletzt '{ $status }'
    }
made_of_it = PharmaOne hat daraus { $order } gemacht
order_gone = PharmaOne zeigt seine Bestellung nicht mehr
lost_after_its_end = sie war abgeschlossen: wer PharmaOne wiederhergestellt hat, bringt es dort in Ordnung
sides_differ = die beiden Seiten unterscheiden sich
person_decides = ein Mensch muss entscheiden
number_differs = RxScale bietet { $offered } an, und PharmaOnes Bestand ergibt { $target }
ended_differently = hier abgeschlossen, und die beiden Seiten endeten verschieden
would_wait = warten: { $why }
would_be_stuck = feststecken: { $why }
would_finish = abschließen: { $why }
would_set = bei RxScale auf '{ $status }' setzen
would_complete = bei RxScale abschließen
would_cancel = { $order } bei PharmaOne stornieren
would_adopt = { $order } als ihre Bestellung nehmen und ihr folgen
would_search = bei PharmaOne danach suchen
would_submit = die Bestellanfrage senden
would_prescribe = das Rezept senden
would_look = sie ansehen und die Bestellanfrage senden, wenn nichts fehlt
would_look_there = PharmaOnes Bestellung ansehen
would_look_at_prescription = das Rezept ansehen
would_read_list = RxScales Artikelliste lesen

## Shadow mode: how people's work differs, and what follows at go-live

not_typed = niemand hat sie in PharmaOne eingegeben, oder so, dass sie nicht zu erkennen ist
goods_differ = Produkt { $product }: von Hand { $theirs }, die Brücke würde { $ours } senden
price_differs = Produkt { $product }: von Hand { $theirs } EUR, die Brücke würde { $ours } EUR senden
total_differs = Summe: von Hand { $theirs } EUR, die Brücke würde { $ours } EUR senden
only_the_bridge = die Brücke hätte '{ $status }' gesetzt, die Menschen nicht
only_people = Menschen haben '{ $status }' gesetzt, die Brücke hätte es nicht getan
stock_is = RxScale zeigt { $theirs }, die Brücke würde { $ours } schreiben
price_is = RxScale zeigt { $theirs } Cent, die Brücke würde { $ours } schreiben
live_sends = sie ist neu: mit dem von Hand in PharmaOne Eingegebenen verglichen, dann gesendet
live_leaves = sie ist in Arbeit von Menschen ('{ $status }'): sie bleibt ihnen überlassen
live_asks = sie sieht aus wie { $order }, von Hand eingegeben: nicht gesendet, ein Mensch wird gefragt

## What became of a call to a vendor

no_such_name = { $vendor ->
        [pharmaone] pharmaone.base_url (oder connector_url)
       *[other] { $vendor }.base_url
    }: der Name { $host } ist nicht zu finden - die Adresse berichtigen, oder nachsehen, ob dieser Rechner ins Internet kommt
no_connection = keine Verbindung zu { $vendor } ({ $cause })
not_owned = { $vendor } wurde nicht angesprochen: mit diesem Schlüssel arbeitet vielleicht schon eine andere Replik
no_answer = { $cause ->
        [absent] keine Antwort von { $vendor } auf { $route }
       *[other] keine Antwort von { $vendor } auf { $route } ({ $cause })
    }
answer_too_long = die Antwort von { $vendor } auf { $route } ist zu lang, um gelesen zu werden
called_less = { $vendor } will seltener gefragt werden ({ $outcome })
failed_repeatedly = { $vendor } wird nach wiederholten Fehlern in Ruhe gelassen
not_the_application = { $vendor } arbeitet nicht: das 404 auf { $route } stammt nicht von der Anwendung
answered_badly = { $vendor } antwortete mit { $status } auf { $route }
with_a_web_page = { $vendor } antwortete auf { $route } mit einer Webseite
not_json = die Antwort von { $vendor } auf { $route } ist kein JSON
limit_reached = das Limit von { $vendor } ist erreicht ({ $route })
call_refused = { $fields ->
        [absent] { $vendor } lehnte { $route } ab ({ $status })
       *[other] { $vendor } lehnte { $route } ab ({ $status }); beanstandet wird: { $fields }
    }

## What a shop sells, against what is there

shop_sells_none = der Shop verkauft ihn nicht, und { $there } sind da
shop_is_sold_out = der Shop sagt, er sei ausverkauft, und { $there } sind da
not_there_not_sold = nicht da und nicht verkauft
not_sold = nicht verkauft
no_product = er ist kein Produkt von PharmaOne: niemand weiß, ob er da ist
inventory_silent = PharmaOnes Bestand sagt nicht, ob er da ist
none_there = keiner ist da
more_for_sale = { $stock } lassen sich kaufen, und { $there } sind da

## Why a SKU may be a product

nothing_alike = nichts Ähnliches
line_says = { $place } nennt { $product }, das PharmaOne nicht führt
linked_by = zugeordnet durch { $place }
other_word = „{ $one }“ ist nicht „{ $other }“
one_says = nur eine Seite sagt „{ $word }“
sold_by_one = einzeln verkauft: 1 Einheit
size_unknown = wie viel darin ist, ist nicht bekannt
counted_in = { $size } von einem Produkt, das in { $unit } gezählt wird
no_packs = { $size } sind keine Packungen zu { $pack }
same_pack = beides sind Packungen zu { $size }
packs = { $size } sind { $packs } Packungen zu { $pack }

## An order's story

event-delivered = { $vendor } meldete sie ({ $event }{ status-told }{ times-told })
event-echo = { event-delivered }: schon bekannt, nichts zu tun
status-told = { $status ->
        [absent] { "" }
       *[other] , { $status }
    }
times-told = { $times ->
        [absent] { "" }
       *[other] , { $times }-mal
    }
event-unknown-event = { $vendor } meldete etwas, was die Brücke nicht kennt ({ $event })
event-swept = in RxScales Bestellliste gefunden: { $status }
event-looked = bei RxScale nachgesehen: { $status }
event-looked-at-PharmaOne = { $flags ->
        [absent] bei PharmaOne nachgesehen: { $status }
       *[other] bei PharmaOne nachgesehen: { $status } ({ $flags })
    }
event-looked-at-prescription = das Rezept ist { $status }
event-read-catalogue = RxScales Artikelliste gelesen: { $why }
event-searched-PharmaOne = PharmaOnes Bestellungen durchsucht: { search-found }{ search-gap }
search-found = { $found ->
        [absent] nicht gefunden
       *[other] { $found }
    }
search-gap = { $gap ->
        [absent] { "" }
       *[other] { "" } ({ $gap })
    }
event-adopted = PharmaOne hat daraus die Bestellung { $order } gemacht ({ $status })
event-intends-to-submit = im Begriff, die Bestellanfrage zu senden: { $why }
event-submitted = { $request ->
        [absent] PharmaOne hat die Bestellanfrage angenommen (keine Nummer genannt)
       *[other] PharmaOne hat die Bestellanfrage { $request } angenommen
    }
event-unsure = keine Antwort auf die Bestellanfrage: { $reason }
event-refused = PharmaOne hat die Bestellanfrage abgelehnt: { $reason }
event-not-sent = die Bestellanfrage wurde nicht gesendet
event-intends-to-prescribe = im Begriff, das Rezept zu senden: { $why }
event-prescribed = PharmaOne hat das Rezept { $prescription } angenommen
event-claimed = bei RxScale auf '{ $status }' gesetzt: genommen, bevor sie gesendet wird
event-set-status = bei RxScale auf '{ $status }' gesetzt
event-not-heeded = RxScale nahm '{ $status }' an, und seine Antwort zeigt '{ $told }'
event-status-refused = RxScale hat '{ $status }' abgelehnt: { $reason }
event-completed = { $carrier ->
        [absent] bei RxScale abgeschlossen
       *[other] bei RxScale abgeschlossen, mit der Sendungsseite ({ $carrier })
    }
event-lent = ihre Stück wurden bei RxScale zum Abschließen wieder dazugelegt: { $skus }
event-tracking-refused = RxScale nahm die Sendungsseite nicht an, darum ohne sie: { $reason }
event-cancelled-there = PharmaOnes Bestellung { $order } storniert
event-cancellation-refused = PharmaOne hat die Stornierung abgelehnt: { $reason }
event-would = würde: { $step } (Schattenmodus: nichts wird geschrieben)
event-waits = { $times ->
        [absent] wartet: { $why }
       *[other] wartet: { $why } ({ $times }-mal seit { $since })
    }
event-stuck = { $times ->
        [absent] STECKT FEST: { $reason }
       *[other] STECKT FEST: { $reason } ({ $times }-mal seit { $since })
    }
event-done = erledigt: { $why }
said-by = { $by ->
        [absent] ein Mensch
        [operator] ein Bediener
       *[other] { $by }
    }
event-retried = { said-by } sagte: noch einmal versuchen
event-resumed = { said-by } sagte: wieder aufnehmen
event-dropped = { said-by } sagte, nicht mehr anfassen: { $reason }
event-confirmed = { said-by } hat bestätigt: { $code }
event-accepted = { said-by } weiß Bescheid: { $codes }
event-restored = der Speicher wurde aus einer Sicherung wiederhergestellt: was danach kam, wird gesucht
event-marked-submitted = { said-by } sagte: die Bestellanfrage ist schon in PharmaOne
event-written = bei RxScale geschrieben: { sku-written-there }
event-hidden = RxScale zeigt ihn nicht: { sku-written-there } wurde nicht geschrieben
sku-written-there = { $price_cents ->
        [absent] { $stock }
       *[other] { $stock ->
            [absent] Preis { $price_cents } Cent
           *[other] { $stock }, Preis { $price_cents } Cent
        }
    }
event-drifted = jemand hat ihn bei RxScale geändert
event-adjusted = PharmaOnes Bestand von { $product } wurde um { $delta } geändert ({ $reference })
event-unexplained = DER VERGLEICH FAND, was der Brücke entgangen war: { $what }; sie tut jetzt: { $would }
event-not-adjusted = bei PharmaOne nicht geändert: { $reason }

evidence-rule = Regel { $rule }
evidence-files = Fassung { $version } der Zuordnungsdateien
evidence-call = Aufruf { $vendor } { $route } -> { $outcome } ({ $milliseconds } ms)
evidence-do = zu tun { $remedy }

next-stuck = nichts, bis ein Mensch entscheidet: { $remedy }
next-at = { $why ->
        [absent] wird um { $at } noch einmal angesehen
       *[other] wird um { $at } noch einmal angesehen, oder früher, wenn eine Seite eine Änderung meldet ({ $why })
    }
next-finished = nichts; sie ist abgeschlossen
next-awaited = { $why ->
        [absent] wird angesehen, wenn eine Seite eine Änderung meldet oder der nächste Durchgang eine sieht
       *[other] wird angesehen, wenn eine Seite eine Änderung meldet oder der nächste Durchgang eine sieht ({ $why })
    }
resume-does = { $how ->
        [again] sie geht noch einmal an PharmaOne, als neue Bestellanfrage
        [adopted] die Brücke macht mit der Bestellung { $order } in PharmaOne weiter
        [submitted] die Brücke wartet wieder auf die Prüfung der Bestellanfrage { $request }
        [submitting] sie wird zuerst bei PharmaOne gesucht und nur gesendet, wenn sie dort fehlt
       *[other] sie wird neu angesehen und an PharmaOne gesendet, wenn nichts fehlt
    }

phase-known = noch nicht gesendet
phase-submitting = wird gesendet
phase-submitted = in Prüfung
phase-adopted = Bestellung angelegt
phase-dropped = nicht mehr angefasst
phase-done = erledigt

side-RxScale = RxScale
side-PharmaOne = PharmaOne
side-bridge = Brücke

## Nachrichten

news-title = { $count ->
        [absent] rxbridge: behoben
       *[other] rxbridge: { $count } neu
    }
news-line = { $about ->
        [absent] { $why } (seit { $since })
       *[other] { $about }: { $why } (seit { $since })
    }
news-mended = behoben: { $about }
news-more = und { $count } weitere
news-still = Schon gemeldet und noch offen: { $count }
news-page = Was zu tun ist, zeigt die Seite: { $page }
news-test-title = rxbridge: eine Probe
news-test-body = Diese Adresse bekommt, was rxbridge zu melden hat. Die Seite: { $page }

## The page

page-language = Sprache
page-other_language = English
page-skip = Zum Inhalt springen
page-quoted = „{ $text }“
page-home = Übersicht
page-date_format = %d.%m.%Y %H:%M
page-ago_second = vor { $age } s
page-ago_minute = vor { $age } min
page-ago_hour = vor { $age } Std.
page-ago_day = vor { $age } Tagen

# the navigation bar, and what tables share
page-places = Bereiche
page-place_overview = Übersicht
page-previous = Vorige Seite
page-next_page = Nächste Seite
page-rows_of = { $total ->
        [absent] { $first }–{ $last }
       *[other] { $first }–{ $last } von { $total }
    }
page-save_as = Speichern als
page-show = Zeigen
page-all = Alle
page-on_one_page = Alle auf eine Seite, zum Drucken
page-pages = Seiten der Tabelle

# the numbers, and finding an order
page-place_orders = Bestellungen
page-place_checks = Zustand
page-numbers = In Zahlen
page-oldest = die älteste:
page-count_today = { $orders ->
        [one] Bestellung kam heute
       *[other] Bestellungen kamen heute
    }
page-count_in_review = warten auf Prüfung
page-count_preparing = in Bearbeitung
page-count_ready = bereit
page-count_on_hold = angehalten
page-count_person = warten auf einen Menschen
page-find = Suchen: #1013, eine Kennung, SKU, Produktname oder PZN
page-by_state = Stand
page-by_came = Gekommen am
page-by_side = Wo
page-by_stuck = wartet auf einen Menschen
page-state_open = alle offenen
page-state_new = neu
page-state_in_review = in Prüfung
page-state_preparing = in Bearbeitung
page-state_ready = bereit
page-state_completed = abgeschlossen
page-state_on_hold = angehalten
page-state_cancelled = storniert
page-state_rejected = abgelehnt
page-state_left_alone = nicht mehr angefasst
page-side_rxscale = nur bei RxScale
page-side_pharmaone = auch bei PharmaOne
page-came = Gekommen
page-newest = Die neuesten Bestellungen
page-all_orders = Alle Bestellungen
page-all_stuck = Alle Bestellungen, die steckengeblieben sind
page-none_found = Keine Bestellung ist so.
page-none_1 = Steht sie im Portal von RxScale? Dann findet die Brücke sie binnen einer Minute, auch ohne Webhook. Findet sie sie nicht: Unter „Zustand“ steht, ob RxScale antwortet und ob der Schlüssel der Brücke sie sehen darf.
page-none_2 = Steht sie in keinem von beiden? Dann wurde sie nicht bestellt oder wartet noch im Shop oder beim Arzt.
page-none_3 = Lange beendete Bestellungen sind hier vergessen (store.retention_days); beide Anbieter haben sie noch.
page-equal = { $all } mit demselben Grund
page-together = { $what } (alle { $all })
page-open_in = Öffnen in
page-nothing_stuck_but = Nichts wartet auf Ihre Entscheidung. Was nicht stimmt, steht oben.
page-runs_out = Geht zur Neige
page-runs_out_note = Davon bietet RxScale weniger an, als in den letzten sieben Tagen bestellt wurde.
page-ordered = Bestellt in 7 Tagen

# health in words
page-checks_ok = Alles in Ordnung
page-checks_ill = { $ill ->
        [one] Eines stimmt nicht
       *[other] { $ill } Dinge stimmen nicht
    }
page-is_ok = in Ordnung
page-is_degraded = etwas stimmt nicht
page-pharmacies = Apotheken
page-pharmacy = Apotheke
page-works = Instanz am Werk
page-last_sweep = RxScale zuletzt gelesen
page-is_down = arbeitet nicht
page-cause = Ursache
page-doing_now = Was geschieht
page-facts = Was bekannt ist, und woher
page-check_rxscale = RxScale
page-check_pharmaone = PharmaOne
page-check_stuck = Wartet auf einen Menschen
page-check_proof = Nachweis
page-doing_store = Die Brücke versucht es mit jeder Lieferung neu; was sie nicht annehmen konnte, liefern die Anbieter noch einmal. Sehen Sie nach dem Datenträger: Ist er voll, darf die Brücke schreiben?
page-doing_replica = Eine andere Instanz übernimmt binnen 15 Sekunden; Lieferungen werden so lange angenommen. Dauert es an, sehen Sie in das Protokoll jeder Instanz.
page-doing_mappings = Die letzten gültigen Dateien bleiben in Kraft, Bestellungen gehen also weiter wie zuvor. Berichtigen Sie, was die Ursache nennt; die Brücke übernimmt es binnen Sekunden.
page-doing_rxscale = Die Brücke versucht es von selbst wieder, in immer größeren Abständen. Bestellungen warten so lange, keine geht verloren. Dauert es an: rxbridge check sagt, woran es liegt.
page-doing_pharmaone = Die Brücke versucht es von selbst wieder, in immer größeren Abständen. Bestellungen warten so lange, keine geht verloren. Dauert es an: rxbridge check sagt, woran es liegt.
page-doing_work = Die Brücke arbeitet ab, was fällig ist, und sieht bei jeder Anfrage ohne Antwort erst bei PharmaOne nach, bevor sie noch einmal sendet.
page-doing_stuck = Nichts, bis ein Mensch entscheidet. Die Übersicht hat für jedes eine Karte mit einem Knopf.
page-doing_orders = Die Brücke liest die Liste jede Minute neu. Webhooks bringen neue Bestellungen weiterhin.
page-doing_stock = Was nicht bestätigt ist, wird nicht geschrieben; alles andere geht weiter. Die Übersicht hat den Knopf oder sagt, was fehlt.
page-doing_proof = Was gefahrlos ist, wird von selbst berichtigt; das Übrige prüft der nächste Vergleich.
page-doing_webhooks = Bestellungen werden beim Lesen der Listen gefunden, jede Minute; um so viel kommt eine höchstens zu spät. Was zu tun ist, sagt die Karte in der Übersicht.
page-doing_clocks = Zeiten werden ohne den Unterschied verglichen. Stellen Sie die Uhr dieses Rechners nach einem Zeitserver.
page-doing_notify = Die Nachricht geht mit der nächsten noch einmal hinaus. Prüfen Sie die Adresse: rxbridge notify test.
page-source_store = Eben versucht: Die Brücke hat in ihren Speicher geschrieben.
page-source_replica = Die Datenbank, in der jede Instanz alle zwei Sekunden ein Lebenszeichen gibt.
page-source_mappings = Die Dateien im Ordner der Zuordnungen, alle paar Sekunden angesehen.
page-source_rxscale = Die Antworten auf die Anfragen der Brücke.
page-source_pharmaone = Die Antworten auf die Anfragen der Brücke, und ihr Token.
page-source_work = Der Speicher der Brücke: was fällig ist und was ohne Antwort gesendet wurde.
page-source_stuck = Der Speicher der Brücke: was nur ein Mensch entscheiden kann.
page-source_orders = RxScales Liste der Bestellungen, die die Brücke neben den Webhooks liest.
page-source_stock = PharmaOnes Bestand, RxScales Liste der SKUs und skus.csv.
page-source_proof = Der letzte vollständige Vergleich beider Anbieter.
page-source_webhooks = Lieferungen, die ankamen, und RxScales Liste der Abonnements, jede Stunde gelesen.
page-source_clocks = Die Zeit, die in den Antworten beider Anbieter steht.
page-source_notify = Was die Adressen angenommen haben.
page-fact_good_backup_at = Letzte gute Kopie
page-fact_owner = Arbeitet für diese Apotheke
page-fact_here = Ist die, die das anzeigt
page-fact_version = Geltender Stand
page-fact_last_success_at = Zuletzt geantwortet
page-fact_last_error = Letzte Störung
page-fact_expires_at = Token endet
page-fact_scopes = Rechte
page-fact_missing_scopes = Fehlende Rechte
page-fact_pending = Jetzt fällig
page-fact_unsure = Ohne Antwort gesendet
page-fact_oldest_seconds = Ältestes fällig seit (s)
page-fact_count = Hängt fest
page-fact_attentions = Hinweise
page-fact_held_back = Zurückgehalten
page-fact_last_poll_at = Liste zuletzt gelesen
page-fact_open = Offene Bestellungen
page-fact_found_by_sweep = Ohne Webhook gefunden
page-fact_linked = Zugeordnete SKUs
page-fact_unlinked = SKUs ohne Zuordnung
page-fact_last_sync_at = Zuletzt verglichen
page-fact_drift = Von anderen geändert
page-fact_waiting = Zu schreiben
page-fact_hidden = Von RxScale nicht gezeigt
page-fact_anomalies = Auffällige Preise
page-fact_unconfirmed = Nicht bestätigt
page-fact_compared_at = Zuletzt verglichen
page-fact_orders = Verglichene Bestellungen
page-fact_skus = Verglichene SKUs
page-fact_differences = Unterschiede
page-fact_unexplained = Bisher unerklärt
page-fact_last_delivery_at = Letzte Lieferung
page-fact_lost_today = Heute verloren
page-fact_subscriptions = Abonnements
page-fact_rxscale_seconds = Uhr von RxScale geht vor um (s)
page-fact_pharmaone_seconds = Uhr von PharmaOne geht vor um (s)
page-fact_addresses = Adressen
page-fact_last_at = Letzte Nachricht
page-fact_failing = Gestört
page-last_proof = Der letzte Nachweis
page-known = Was die Dokumente der Anbieter offen lassen
page-known_note = Unbekanntes gilt als der schlechtere Fall. rxbridge probe findet manches davon heraus.
page-known_value = Was bekannt ist, und woher
page-versions = Versionen
page-link_it = Produkt zuordnen
page-is_differ = weichen ab
page-is_unknown = nicht bekannt

# how it is
page-status_ok = Läuft, alles in Ordnung
page-status_degraded = Läuft, aber etwas stimmt nicht
page-status_waiting = Läuft und wartet auf Sie
page-status_down = Arbeitet nicht
page-since = seit
page-started = Gestartet
page-updated = Stand
page-lost = Die Brücke antwortet nicht: was Sie sehen, ist veraltet.
page-pause = Nicht mehr auffrischen
page-resume = Von selbst auffrischen
page-refresh = Auffrischen
page-shadow = Schattenmodus: nichts wird geschrieben
page-shadow_means = Alles wird gelesen und entschieden, und Ihr Personal arbeitet weiter von Hand. Nur es gibt Bestellungen in PharmaOne ein.
page-shadow_orders = { $seen } Bestellungen gesehen, { $sent } davon wären gesendet worden.
page-shadow_what = Verglichen
page-shadow_compared = wie viele
page-shadow_agreed = wie die Brücke
page-what_order = Eingegebene Bestellungen
page-what_status = Gesetzte Status
page-what_stock = Geschriebene Bestände
page-what_price = Geschriebene Preise
page-shadow_differing = Was anders war, und wie
page-store_unread = Der Speicher der Brücke ist gerade nicht lesbar; verloren geht dadurch nichts.
page-check_store = Speicher
page-check_replica = Instanz
page-check_mappings = Zuordnungsdateien
page-check_work = Arbeit
page-check_orders = Bestellungen
page-check_stock = Bestand
page-check_clocks = Uhren
page-check_notify = Nachrichten
page-check_webhooks = Webhooks
page-vendors = Die beiden Seiten
page-answered = antwortete zuletzt
page-never = hat noch nicht geantwortet

# what is stuck
page-stuck = Steckengeblieben
page-nothing_stuck = Nichts steckt fest. Niemand muss etwas tun.
page-order = Bestellung
page-sku = Artikel (SKU)
page-why = Warum
page-what_to_do = Was zu tun ist
page-button_retry = Noch einmal versuchen
page-button_accept = Ich weiß Bescheid
page-held_back = { $orders } Bestellungen werden zurückgehalten
page-button_confirm_all = Sie stimmen alle: stornieren
page-kept_back = Die Ware von { $orders } Bestellungen wird zurückgehalten
page-button_accept_all = Der Bestand stimmt: danach anbieten
page-accept_all_do = Den Bestand ihrer Produkte im PharmaOne Manager ansehen; ihn berichtigen, wenn die Ware noch darin steht.
page-confirm_all_do = Bitte in beiden Portalen nachsehen, ob diese Bestellungen wirklich storniert sind.
page-button_accept_changed_at_rxscale = In PharmaOne geändert
page-alarm = Alarm
page-proof = Verglichen: { $orders } Bestellungen, { $skus } Artikel, { $differences ->
        [absent] kein Unterschied
       *[other] { $differences } verschieden
    }
page-doing = was geschieht
page-to_know = Zu wissen
page-button_send = Ist nicht da: senden
page-button_submitted = Ist schon da
page-button_resume = Wieder aufnehmen
page-have_seen = Ich habe ihre Bestellanfrage dort gesehen, obwohl diese Brücke sie vielleicht nie gesendet hat.
page-button_drop = Nicht mehr anfassen
page-drop_open = Nicht mehr anfassen …
page-drop_reason = Grund, für den Verlauf (bitte keine Patientendaten)
page-have_looked = Ich habe im PharmaOne Manager nachgesehen.
page-first_write = Der Bestand wird gleich zum ersten Mal geschrieben
page-first_write_do = Zahlen fallen nur, bis Sie sagen, dass diese stimmen. Sehen Sie durch, was unten abweicht.
page-inventory_odd = Der Bestand in PharmaOne sieht falsch aus
page-inventory_do = Daran wird nichts geändert, bis ein späterer Blick dasselbe zeigt oder Sie sagen, dass es stimmt.
page-button_confirm = Es stimmt: weitermachen
page-have_checked = Ich habe es im PharmaOne Manager geprüft.

# orders
page-no_orders = Noch keine Bestellungen.
page-more_stuck = { $more } weitere warten und rücken nach, sobald diese erledigt sind.
page-name = Name
page-at_rxscale = Bei RxScale
page-at_pharmaone = Bei PharmaOne
page-seen = Zuletzt gesehen
page-first_seen = Zuerst gesehen
page-not_looked = noch nicht angesehen
page-is_stuck = steckt fest
page-goes_on = geht weiter

# one order
page-no_such_order = Diese Bestellung ist hier nicht bekannt.
page-story = Verlauf der Bestellung
page-request = Bestellanfrage
page-p1_order = Bestellung in PharmaOne
page-goods = Bestellt
page-calls = Aufrufe
page-next = Als Nächstes
page-evidence = Einzelheiten
page-button_look = Jetzt prüfen
page-bridge = Brücke

# stock
page-stock = Abweichende Bestände
page-no_stock = RxScale bietet an, was es soll, soweit die Artikel zugeordnet sind.
page-not_compared = Noch nicht verglichen: der erste Vergleich läuft.
page-compared = Verglichen
page-units = Einheiten darin
page-button_units = Einheiten bestätigen
page-product = Produkt
page-on_hand = Vorhanden
page-target = Soll
page-offers = RxScale bietet an
page-button_sync = Jetzt abgleichen
page-sent = Gemeldet
page-mended = behoben
page-topic_stuck = steckt fest
page-topic_attention = zu wissen
page-topic_vendor = antwortet nicht
page-topic_silence = Stille
page-topic_stock = Bestand
page-topic_proof = Nachweis
page-topic_backup = Sicherung
page-topic_restart = Start nach einem Absturz

# what came of a button
page-said_retried = Es wird jetzt noch einmal angesehen.
page-said_confirmed_orders = Gilt als richtig; sie gehen weiter.
page-said_accepted = Vermerkt; ändert es sich, wird es wieder gesagt.
page-said_resumed = Sie wird jetzt wieder aufgenommen.
page-said_unsent = Nichts wurde geändert. Diese Brücke hat sie nie gesendet: erst drücken, wenn die Bestellanfrage im PharmaOne Manager zu sehen ist, und das dort ankreuzen.
page-said_dropped = Es wird ab jetzt nicht mehr angefasst.
page-said_submitted = Gilt als übermittelt; die Brücke macht von da an weiter.
page-said_looking = Die Bestellung wird jetzt geprüft.
page-said_syncing = Der Bestand wird jetzt abgeglichen.
page-said_confirmed = Gilt als wahr; der Bestand wird jetzt danach geschrieben.
page-said_no_number = Es geschah nichts: bitte eine Zahl über 0 schreiben, mit Punkt für Brüche.
page-said_changed = Es hat sich inzwischen geändert, darum geschah nichts. Bitte noch einmal ansehen.
page-said_busy = Es wird gerade angesehen, darum geschah nichts. Bitte gleich noch einmal versuchen.
page-said_reason = Es geschah nichts: es braucht einen Grund.
page-said_look = Es geschah nichts: bitte zuerst im PharmaOne Manager nachsehen und das bestätigen.

# login
page-login = Anmelden
page-logout = Abmelden
page-password = Passwort
page-username = Name
page-wrong_password = Das ist nicht das Passwort.
page-wrong_name = Der Name oder das Passwort ist falsch.
page-too_many_tries = Zu viele Fehlversuche. Bitte { $seconds } s warten.

# refusals
page-refused = Das ging nicht
page-refused_token = Dieses Formular ist zu alt oder stammt nicht von dieser Seite. Es geschah nichts; bitte zurückgehen und noch einmal versuchen.
page-refused_origin = Dieses Formular hat eine fremde Seite gesendet. Es geschah nichts.
page-refused_viewer = Mit der Rolle viewer kann man alles ansehen; die Knöpfe sind für Bediener (operator).
page-refused_host = Ohne Anmeldung öffnet sich diese Seite nur am Rechner selbst unter http://127.0.0.1 oder http://localhost; für andere bitte einen Benutzer anlegen: rxbridge users add NAME --role operator.
page-refused_proxy = Ohne Anmeldung wird diese Seite nicht über einen Proxy gezeigt: bitte einen Benutzer anlegen (rxbridge users add NAME --role operator) oder den Proxy nur /webhooks/ weiterleiten lassen.
page-refused_store = Der Speicher ist gerade nicht lesbar oder nicht beschreibbar. Es geschah nichts; bitte noch einmal versuchen.
page-refused_mistake = Etwas Unerwartetes ist geschehen. Bitte noch einmal versuchen; bleibt es dabei, steht der Grund im Protokoll der Brücke (Log).

# products, pictures, settings
page-writing = Zahlen, die gerade geschrieben werden: { $skus }.
page-left = SKUs, die bleiben, wie sie sind, bis jemand hinsieht: { $skus }.
page-all_products = Alle Produkte
page-place_products = Produkte
page-place_pictures = Diagramme
page-place_settings = Einstellungen
page-by_standing = Zustand
page-find_product = SKU, Name, PZN oder Produkt
page-no_products = Nichts gefunden.
page-standing_unconfirmed = nicht bestätigt
page-standing_unlinked = nicht zugeordnet
page-standing_stuck = wartet auf einen Menschen
page-standing_hidden = bei RxScale verborgen
page-standing_differs = wird gerade geändert
page-standing_right = wie es sein soll
page-sum_note = Bestand bei PharmaOne, weniger dem, was offene Bestellungen noch nehmen, und dem Sicherheitsbestand, geteilt durch die Einheiten je SKU: die Zahl, die RxScale anbieten darf.
page-reserved = Offene Bestellungen
page-safety = Sicherheits{ "\u00AD" }bestand
page-share = Anteil
page-sum = So entsteht die Zahl
page-sold_as = RxScale verkauft es zu
page-before = Vorher
page-after = Jetzt
page-odd_stock = Dieser Bestand wartet auf Bestätigung
page-odd_stock_do = Bestätigen Sie einzeln, was Sie im Regal gesehen haben. Der Rest wartet auf einen zweiten Blick oder darauf, dass alles in der Übersicht bestätigt wird.
page-odd_prices = Preise, die auf einen Menschen warten
page-button_right = Das stimmt
page-said_confirmed_one = Als richtig übernommen; RxScale bekommt es jetzt.
page-link_set = Zuordnen
page-link_change = Zuordnung ändern
page-choices = Es könnte sein
page-sure = Sicher
page-button_take = Dieses nehmen
page-pick = Oder aus dem Bestand von PharmaOne wählen
page-find_p1 = Name oder Nummer bei PharmaOne
page-preview = Vorschau
page-preview_writes = Wenn Sie das speichern, schreibt die Brücke { $number } bei RxScale. Bestellungen, die auf diese Zuordnung warten, nehmen ihre Stücke davon, sobald sie angesehen werden.
page-preview_writes_none = Wenn Sie das speichern, schreibt die Brücke vorerst nichts bei RxScale.
page-button_preview = Vorschau zeigen
page-button_link = In skus.csv speichern
page-file_changed = skus.csv wurde zuletzt geändert
page-not_saved = Nichts wurde gespeichert:
page-said_linked = In skus.csv gespeichert. Die Brücke rechnet ab jetzt damit.
page-number_over_time = Die Zahl im Lauf der Zeit
page-what_happened = Was geschah
page-taken_by = Bestellungen davon
page-no_story = In den letzten 30 Tagen wurde keine Zahl geschrieben.
page-no_such_sku = Die Liste von RxScale führt diese SKU nicht.
page-span = Nach Stunden oder nach Tagen
page-by_hour = Zwei Tage nach Stunden
page-by_day = Ein Monat nach Tagen
page-nothing_then = In dieser Zeit nichts.
page-as_table = Als Tabelle
page-from = Ab
page-chart_says = { $name }: höchstens { $top }, zuletzt { $last }
page-chart_limit = Die Grenze ist { $limit } je Minute.
page-unit_orders = Bestellungen
page-unit_minutes = Minuten
page-unit_ms = Millisekunden
page-unit_per_minute = Aufrufe je Minute
page-chart_orders = Eingegangene Bestellungen
page-chart_review = Von der Bestellung zur Prüfung, im Mittel
page-chart_handover = Von der Bestellung zur Abgabe, im Mittel
page-chart_answers_rxscale = RxScale antwortet nach
page-chart_answers_pharmaone = PharmaOne antwortet nach
page-chart_calls_rxscale = Aufrufe bei RxScale
page-chart_calls_pharmaone = Aufrufe bei PharmaOne
page-pictures_kept = Aufbewahrt als Zahlen je Stunde, so lange wie beendete Bestellungen (store.retention_days). Patientendaten sind nicht darin.
page-dry_run = Was die Zuordnungsdateien aus einer Bestellung machen
page-dry_run_means = Die Bestellung wird von RxScale gelesen und im Speicher umgesetzt. Nichts wird gesendet oder gespeichert, und was von einem Patienten sein könnte, ist verdeckt.
page-dry_run_which = Apothekenbestellung (po-…)
page-button_dry_run = Ausprobieren
page-dry_run_lacks = Daraus kann noch keine Anfrage werden:
page-dry_run_made = Diese Anfrage würde daraus:
page-dry_run_rules = Benutzte Regeln:
page-field = Feld
page-rule = Regel
page-value = Wert
page-key = Schlüssel
page-origin = Woher
page-by_default = Vorgabe
page-in_force = Geltende Einstellungen
page-mapping_files = Zuordnungsdateien
page-skus_are_products = ihre Zeilen sind die Zuordnungen der Produkte.
page-none = –
page-point = ,
page-hour_format = %d.%m. %H:%M
page-day_format = %d.%m.%Y

## Mistakes of the operator: the configuration, and what it needs

fault-users-open = darf von anderen geöffnet werden
    .remedy = dem Benutzer von rxbridge geben, dann: chmod 600 { $path }
fault-users-unreadable = ist nicht zu lesen ({ $why })
    .remedy = zu einer Datei des Benutzers von rxbridge machen: `rxbridge users add` tut das
fault-no-users = ist keine Liste von Benutzern
    .remedy = entfernen und neu anlegen
fault-cannot-listen = kann an { $at } nicht lauschen ({ $why })
    .remedy = { $kind ->
        [elsewhere] eine Adresse dieses Rechners angeben
        [low] einen über 1023 wählen: die darunter sind dem Verwalter des Systems vorbehalten
       *[taken] beenden, was dort lauscht, oder einen anderen { $named } wählen
    }
fault-no-pharmacy-name = kein Name für eine Apotheke
    .remedy = kleine Buchstaben, Ziffern und Bindestriche, höchstens 32, und weder ready, rxscale noch pharmaone
fault-no-pharmacy = keine solche Datei
    .remedy = { $way }
fault-no-key-named = kein Schlüssel dieses Namens
    .remedy = { $way }
write-key = [{ $table }.NAME] in { $file } eintragen
fault-no-configuration = { $what }
    .remedy = die Konfigurationsdatei nennen
no-such-file = keine solche Datei
not-a-file = keine Datei
file-unreadable = ist nicht zu lesen ({ $why })
cannot-be-read = ist nicht zu lesen
is-no-folder = ist kein Ordner
secret-files = Geheimnisdateien
origin-environment = Umgebung: { $name }
origin-secret-file = Geheimnisdatei: { $file }
origin-command-line = Kommandozeile
fault-of-the-process = gilt für den ganzen Prozess
    .remedy = in { $file } setzen
fault-no-key-table = muss eine Tabelle mit einem schlichten Namen sein
    .remedy = [{ $table }.chain-nord] schreiben
fault-no-key = diesen Schlüssel gibt es nicht
    .remedy = { $way }
fault-no-section = diesen Abschnitt gibt es nicht
    .remedy = { $way }
fault-no-toml = { $line ->
        [absent] kein gültiges TOML: { $why } (am Ende der Datei)
       *[other] kein gültiges TOML: { $why } (Zeile { $line }, Spalte { $column })
    }
    .remedy = diese Zeile berichtigen
fault-no-utf8 = kein UTF-8-Text
    .remedy = als UTF-8 speichern
fault-unreadable = ist nicht zu lesen ({ $why })
    .remedy = die Datei berichtigen
fault-too-deep = eine zu lange Zahl oder eine zu tiefe Liste
    .remedy = herausnehmen
fault-no-table = muss eine Tabelle sein
    .remedy = [{ $table }] schreiben und ihre Schlüssel darunter
fault-no-section-at-all = ein Schlüssel außerhalb aller Abschnitte
    .remedy = { $way }
move-below = unter seinen Abschnitt setzen
nearest-key = war { $guess } gemeint?
known-here = hier bekannt: { $names }
one-of = { $head } oder { $last }
fault-secret-file = { $what }
    .remedy = berichtigen
fault-secrets-folder = { $folder } { $why }
    .remedy = { $kind ->
        [own] den Benutzer von rxbridge lesen lassen
        [named] einen anderen nennen oder die Variable entfernen
       *[usual] in RXBRIDGE_SECRETS_DIR einen anderen nennen
    }
fault-value = { $what }
    .remedy = den Wert berichtigen
fault-in-clear = http ohne Verschlüsselung zu einem anderen Rechner
    .remedy = https:// schreiben, oder { $vendor }.allow_http = true setzen, wo das Netz Ihres ist
value-string_type = muss ein Text sein
value-string_unicode = muss ein Text sein
value-string_too_short = darf nicht leer sein
value-string_pattern_mismatch = müssen zwei Uhrzeiten sein, etwa 20:00-07:30
value-tuple_type = muss eine Liste von Texten sein
value-path_type = muss ein Pfad sein
value-bool_type = muss true oder false sein
value-bool_parsing = muss true oder false sein
value-int_type = muss eine ganze Zahl sein
value-int_parsing = muss eine ganze Zahl sein
value-int_from_float = muss eine ganze Zahl sein
value-float_type = muss eine Zahl sein
value-float_parsing = muss eine Zahl sein
value-finite_number = muss eine endliche Zahl sein
value-greater_than = muss mehr als { $gt } sein
value-greater_than_equal = muss { $ge } oder mehr sein
value-less_than_equal = muss { $le } oder weniger sein
value-literal_error = muss { $expected } sein
value-datetime_type = muss eine Zeit mit ihrer Zone sein, etwa 2026-01-02T08:00:00+01:00
value-datetime_parsing = muss eine Zeit mit ihrer Zone sein, etwa 2026-01-02T08:00:00+01:00
value-datetime_from_date_parsing = muss eine Zeit mit ihrer Zone sein, etwa 2026-01-02T08:00:00+01:00
value-datetime_object_invalid = muss eine Zeit mit ihrer Zone sein, etwa 2026-01-02T08:00:00+01:00
value-timezone_aware = muss eine Zeit mit ihrer Zone sein, etwa 2026-01-02T08:00:00+01:00
value-ip_any_network = müssen Adressen oder Netze sein, etwa 10.0.0.1 oder 10.0.0.0/8
value-web-address = muss eine Webadresse sein, etwa https://api.example.com
value-api-path = muss ein Pfad sein, etwa /v1/external_pharmacy_api
value-one-line = muss eine Zeile druckbarer Zeichen sein
value-short-secret = muss { $least } Zeichen oder mehr haben: ein kurzes lässt sich erraten
value-password-hash = muss sein, was `rxbridge password` ausgibt, ganz, mit jedem $
value-path = muss ein Pfad sein
value-number = muss eine Zahl sein
value-notify-address = muss eine Adresse von Apprise sein, etwa mailto://... (docs/notify.de.md)
value-portal = muss eine http(s)-Adresse mit {"{"}uid{"}"} oder {"{"}id{"}"} darin sein
fault-missing-secret = fehlt
    .remedy = in secrets/{ $file } eintragen, oder { $name } setzen
fault-missing = fehlt
    .remedy = in { $file } oder als { $name } setzen
fault-page-open = { $host ->
        [absent] fehlt, und andere können die Seite unter server.public_url öffnen, deren Proxy mehr als /webhooks/ weiterleiten kann
       *[other] fehlt, und andere können die Seite unter server.host { $host } öffnen
    }
    .remedy = { $host ->
        [absent] einen Benutzer anlegen (`rxbridge users add NAME --role operator`), oder { $name } setzen (`rxbridge password` macht es), oder server.page = false, oder server.webhook_port = 8081 und nur dorthin weiterleiten
       *[other] einen Benutzer anlegen (`rxbridge users add NAME --role operator`), oder { $name } setzen (`rxbridge password` macht es), oder server.page = false, oder server.host = 127.0.0.1
    }
warning-secret = { $key }: ein Geheimnis in der Konfigurationsdatei; besser in der Umgebung als { $name } oder in einer Geheimnisdatei
warning-webhooks = { $vendor }.webhook_secrets: keine, daher wird keiner seiner Webhooks angenommen, und Neues findet nur die Durchsicht alle { $seconds } s
warning-one-way = pharmaone.org_id: nicht gesetzt, daher arbeitet die Brücke in eine Richtung: Bestellungen gehen über den Konnektor des Shops hinein, und weder Status noch Bestand kommen zurück; nach einer Übermittlung, deren Antwort verloren ging, kann nicht gesucht werden, sie wartet auf einen Menschen
warning-webhook-host = server.webhook_host: ohne Wirkung ohne server.webhook_port; Webhooks lauschen, wo die Seite es tut
warning-in-clear = { $key }: http ohne Verschlüsselung zu einem anderen Rechner
fault-in-shadow = shadow: es wird nichts geschrieben ({ $what })
    .remedy = rxbridge go-live beendet das
fault-not-shipped = die mitgelieferten Zuordnungsdateien fehlen
    .remedy = neu installieren
fault-shipped-ones = das sind die Zuordnungsdateien des Programms selbst, in sie wird nicht geschrieben
    .remedy = `rxbridge init ORDNER` macht einen Ordner mit eigenen Zuordnungsdateien
fault-others-write = andere dürfen hineinschreiben
    .remedy = chmod go-w { $path }
fault-others-look = andere dürfen hineinsehen
    .remedy = chmod 700 { $path }
fault-changed-meanwhile = wurde inzwischen von jemand anderem geändert
    .remedy = noch einmal ansehen, dann speichern
let-write = { $kind ->
        [lines] den Benutzer von rxbridge in { $folder } schreiben lassen, oder die Zeilen von Hand schreiben
        [users] den Benutzer von rxbridge in { $folder } schreiben lassen, oder server.users_file setzen
       *[files] den Benutzer von rxbridge in { $folder } schreiben lassen
    }
fault-no-plain-file = ist keine gewöhnliche Datei
    .remedy = { $way }
fault-not-written = lässt sich nicht schreiben ({ $why })
    .remedy = { $way }
fault-secrets-unreadable = ist nicht zu lesen: { $why }
    .remedy = eine andere nennen
no-json-list = es ist keine JSON-Liste
fault-no-secrets = ist keine JSON-Liste von Geheimnissen
    .remedy = eine andere Datei nennen
another-secrets = mit --secrets eine andere nennen
fault-secrets-unwritable = lässt sich nicht schreiben
    .remedy = mit --secrets eine andere nennen
fault-anothers-store = ist der Speicher von { $name } (pharmacies/{ $name }.toml)
    .remedy = einen anderen nennen oder weglassen
fault-anothers-uid = ist auch die von { $name } (pharmacies/{ $name }.toml)
    .remedy = die eigene setzen
fault-store-of-another = ist der Speicher von { $was }, und rxscale.pharmacy_uid sagt { $uid }
    .remedy = den Speicher von { $uid } nennen; oder, wo seine Kennung berichtigt wurde, `{ $command }`
fault-shares = Anteile an { $product } ergeben mit { $files } { $sum }{ $more ->
        [absent] {""}
       *[other] , ebenso die an { $more } weiteren
    }
    .remedy = jeder einen Anteil geben, zusammen höchstens 1
fault-no-such-status = RxScale kennt keinen Status { $words }, daher werden dort keine Bestellungen gesucht
    .remedy = das Wort schreiben, wie RxScale es tut, oder es herausnehmen

## Mistakes in the mapping files

place = { $kind ->
        [line] Zeile { $which }
        [example] Beispiel { $which }
       *[other] { $kind } { $which }
    }
nearest = war '{ $guess }' gemeint?
fault-no-folder = diesen Ordner gibt es nicht
    .remedy = mappings.dir setzen
fault-not-in-folder = fehlt in { $folder }
    .remedy = aus dem Ordner mappings kopieren, der mit rxbridge kommt
fault-no-permission = ist nicht zu lesen: { $why }
    .remedy = ihre Rechte ansehen
fault-line-no-utf8 = kein UTF-8
    .remedy = die Datei als UTF-8 speichern
fault-syntax = { $column ->
        [absent] { $why } (am Ende der Datei)
       *[other] { $why } (Spalte { $column })
    }
    .remedy = Texte brauchen Anführungszeichen, jeder Schlüssel steht einmal da, Listen und Tabellen brauchen schließende Klammern
fault-unknown-key = unbekannter Schlüssel
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-key-missing = fehlt
    .remedy = ergänzen; die Datei, die mit rxbridge kommt, zeigt, wie
fault-unknown-word = '{ $word }' ist hier kein bekanntes Wort
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-wanted = { $what }
wanted-model_type = hier wird eine Tabelle erwartet
wanted-dict_type = hier wird eine Tabelle erwartet
wanted-tuple_type = hier wird eine Liste erwartet
wanted-string_type = hier wird ein Text in Anführungszeichen erwartet
wanted-bool_type = hier wird true oder false erwartet
wanted-too_short = darf nicht leer sein
wanted-string_too_short = darf nicht leer sein
fault-no-dialect = diesen Dialekt gibt es nicht
    .remedy = rxscale.dialect in rxbridge.toml setzen; { $way }
fault-stands-also = '{ $word }' steht auch in { $other }
    .remedy = eines behalten
fault-does-not-reach = { $state ->
        [absent] '{ $word }' heißt { $means }: es zu setzen erreicht ihn nicht
       *[other] '{ $word }' heißt { $means }: es zu setzen erreicht { $state } nicht
    }
    .remedy = ein Wort wählen, das { $wanted } heißt
fault-set-alike = kein Feld des Körpers enthält { $word }, daher würde jedes Wort gleich gesetzt
    .remedy = status = "{ $word }" schreiben
fault-no-word-for-review = kein Wort für '{ $review }', den Zustand einer Bestellanfrage in Prüfung
    .remedy = { $review } = "..." ergänzen oder pharmaone.order_requests.submitted ändern
fault-no-meaning = '{ $word }' hat in { $table }.means keine Bedeutung
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-stands-twice = '{ $word }' steht zweimal da
    .remedy = eines behalten
fault-arrives-and-waits = '{ $word }' steht auch in arriving
    .remedy = eine Bestellung wartet auf uns oder ist noch nicht unsere
fault-open-means-end = '{ $word }' heißt ein Ende
    .remedy = aus der Liste nehmen
fault-not-open = '{ $word }' steht nicht in der Liste, daher würde die Durchsicht solche Bestellungen übersehen
    .remedy = ergänzen
fault-end-waits = '{ $word }' heißt ein Ende, steht aber unter arriving oder queue
    .remedy = aus jener Liste nehmen
fault-out-of-an-end = '{ $word }' heißt { $means }, ein Ende: nichts führt hinaus
    .remedy = die Schritte herausnehmen oder die Bedeutung berichtigen
fault-dead-end = '{ $word }' ist eine Sackgasse: kein Schritt führt hinaus, und doch ist es kein Ende
    .remedy = "{ $word }" = [...] ergänzen
fault-no-steps = keine Schritte führen von '{ $start }' zu '{ $word }'
    .remedy = den fehlenden Schritt in { $table }.steps ergänzen
fault-never-reached = kein Schritt führt zu '{ $word }', und es steht weder in queue noch in arriving
    .remedy = "{ $word }" bei den Schritten eines anderen Wortes ergänzen
fault-empty-word = ein leeres Wort
    .remedy = herausnehmen
fault-listed-twice = '{ $word }' steht zweimal da (Groß- und Kleinschreibung zählt nicht)
    .remedy = eines behalten
fault-expects-neither = erwartet keines oder beides
    .remedy = expect.payload oder expect.gaps angeben
fault-fixed = { $name ->
        [external_reference] external_reference ist immer die uid der Bestellung: darauf beruht, dass je Bestellung eine Bestellanfrage entsteht
        [external_id] external_id ist immer die uid der Bestellung: nach ihr wird eine verlorene Antwort gesucht
       *[items] items entsteht aus [item], eines für jede bestellte Zeile
    }
    .remedy = herausnehmen
fault-not-filled = nichts in [{ $table }] füllt '{ $name }'
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-no-kind = '{ $name }' steht nicht in [fields.{ $table }]
    .remedy = { $way ->
        [absent] ein neues braucht dort seine Art
       *[other] { $way } Ein neues braucht dort seine Art
    }
fault-no-jmespath = kein JMESPath: { $why }
    .remedy = siehe https://jmespath.org
jmespath-at = { $why } in Spalte { $column }
jmespath-token = '{ $token }' in Spalte { $column } gehört dort nicht hin
jmespath-deep = zu tief verschachtelt
jmespath-empty = es ist leer oder bricht ab
fault-no-function = die Funktion { $name }() gibt es nicht
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-wrong-arguments = { $name }() nimmt { $wants } Argumente und bekommt { $gets }
    .remedy = siehe https://jmespath.org oder den Anfang von orders.toml
fault-no-known-field = '{ $name }' ist kein bekanntes Feld
    .remedy = { $way ->
        [absent] Texte stehen in einfachen Anführungszeichen; sendet RxScale doch ein solches Feld, schreiben Sie es in ein [[example]]
       *[other] { $way } Texte stehen in einfachen Anführungszeichen; sendet RxScale doch ein solches Feld, schreiben Sie es in ein [[example]]
    }
fault-example = { $found }
    .remedy = die Zuordnung berichtigen, oder das Beispiel, wenn Sie es von nun an so wollen
example-no-gaps = erwartet die Lücken { $gaps }, bekommen eine Nutzlast
example-no-payload = erwartet eine Nutzlast, bekommen Lücken: { $gaps }
example-gaps = erwartet die Lücken { $gaps }, bekommen { $got }
example-differs = { $wanted ->
        [absent] { $path }: erwartet nichts, bekommen { $got }
       *[other] { $got ->
        [absent] { $path }: erwartet { $wanted }, bekommen nichts
       *[other] { $path }: erwartet { $wanted }, bekommen { $got }
    }
    }
fault-quotes = ihre Anführungszeichen passen nicht zusammen
    .remedy = die Anführungszeichen in derselben Zeile schließen; eines innerhalb von Anführungszeichen doppelt schreiben
fault-no-header = die Kopfzeile fehlt
    .remedy = die erste Zeile ist: { $first }
fault-unknown-column = unbekannte Spalte '{ $name }'
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-column-twice = Spalte '{ $name }' steht zweimal da
    .remedy = eine behalten
fault-no-column = Spalte '{ $name }' fehlt
    .remedy = die erste Zeile ist: { $first }
fault-columns = { $count ->
        [one] { $count } Spalte, wo die Kopfzeile { $wanted } hat
       *[other] { $count } Spalten, wo die Kopfzeile { $wanted } hat
    }
    .remedy = wie in der Kopfzeile mit '{ $delimiter }' trennen; einen Text, der es enthält, in Anführungszeichen setzen
fault-sku-listed = { $uid } steht schon in Zeile { $line }
    .remedy = eine der beiden behalten
fault-no-sku = pharmacy_sku_uid ist leer
    .remedy = RxScales Pharmacy-SKU eintragen (psku-...)
fault-no-pharmacy-sku = { $uid } ist keine Pharmacy-SKU
    .remedy = ihre Kennung beginnt mit psku- (RxScales SKU-Liste)
fault-no-p1-id = p1_id ist leer
    .remedy = die Zeile herausnehmen; dann: `rxbridge skus match` nennt das wahrscheinliche Produkt und seine Menge
fault-placeholder = p1_id '{ $product }' ist ein Platzhalter
    .remedy = die Zeile herausnehmen; dann: `rxbridge skus match` nennt das wahrscheinliche Produkt und seine Menge
fault-rounded = p1_id '{ $product }' wurde gerundet
    .remedy = die Spalte als Text formatieren und die Kennung neu eintragen
fault-no-units = units_per_sku '{ $units }' ist keine Zahl über 0
    .remedy = Ziffern schreiben, mit einem Punkt für Bruchteile: 2.5
fault-no-safety-stock = safety_stock '{ $safety }' ist keine ganze Zahl ab 0
    .remedy = nur Ziffern schreiben
fault-no-share = share '{ $share }' ist kein Teil eines Ganzen
    .remedy = als 0.25 oder als 25 % schreiben
fault-share-missing = { $uid } hat keinen Anteil am Produkt { $product }, und andere haben einen
    .remedy = ihr einen geben; 0 ist keiner
fault-shares-too-many = die Anteile am Produkt { $product } ergeben { $sum }
    .remedy = zusammen auf 1 oder weniger bringen
fault-column-to-write = es gibt keine Spalte '{ $column }', in die sie geschrieben werden könnten
    .remedy = in der Kopfzeile ergänzen
fault-would-be-comment = die Zeile von { $uid } wäre ein Kommentar, mit '#' am Anfang
    .remedy = p1_id hinter pharmacy_sku_uid setzen
fault-fact-is-gone = steht nicht mehr da und war { $was }
    .remedy = wieder hinschreiben; oder "unknown", wenn es doch niemand weiß
fault-in-tables = ist in Tabellen geschrieben, die nicht von selbst geändert werden
    .remedy = jede Tatsache als `name = ...` in eine Zeile schreiben

## Mistakes with the store, and its troubles

another-backup = eine andere Sicherung nehmen; der Speicher blieb, wie er ist
fault-no-store = hier gibt es noch keinen Speicher
    .remedy = zuerst `rxbridge run` starten, oder mit --config seine Konfiguration nennen
fault-no-backup-there = { $kind ->
        [folder] ist ein Ordner
        [beside] gehört zum Speicher
        [store] ist der Speicher selbst
        [others] ist der Speicher einer anderen Brücke
       *[foreign] ist keine Sicherung von rxbridge und würde überschrieben
    }
    .remedy = eine andere Datei für die Sicherung nennen
fault-no-store-file = diese Datei gibt es nicht
    .remedy = die Datei eines Speichers oder einer Sicherung nennen
so-it-says = { $what } ({ $error })
fault-unsound = { $what }
    .remedy = { $way }
is-empty = ist leer
is-damaged = ist beschädigt: { $line }
fault-store-itself = ist der Speicher selbst
    .remedy = eine Sicherung davon nennen
store-open = der Speicher { $store }: ein Befehl hat ihn offen; noch einmal versuchen, wenn er beendet ist
fault-not-ours = ist die Datenbank eines anderen Programms
    .remedy = store.path auf eine eigene Datei von rxbridge setzen
fault-folder-unwritable = lässt sich nicht schreiben ({ $why })
    .remedy = den Ordner anlegen, den Benutzer von rxbridge hineinschreiben lassen, oder einen anderen nennen
copy-failed = { $folder }: die Kopie ließ sich dort nicht schreiben ({ $error })
fault-store-foreign = ist die Datenbank eines anderen Programms
    .remedy = store.path auf eine eigene Datei von rxbridge setzen; sie entsteht, wenn sie fehlt
fault-newer = wurde von einem neueren rxbridge geschrieben (Schema { $found }, dieses kennt { $newest })
    .remedy = jene oder eine neuere Version verwenden, oder store.path auf eine andere Datei setzen
fault-in-use = { $pid ->
        [absent] ein anderes rxbridge run (pid unbekannt) verwendet diesen Speicher
       *[other] ein anderes rxbridge run (pid { $pid }) verwendet diesen Speicher
    }
    .remedy = es zuerst anhalten, oder diesem einen eigenen store.path geben
store-trouble = { $code ->
        [full] der Speicher { $path }: sein Datenträger ist voll ({ $error })
        [readonly] der Speicher { $path }: er lässt sich nicht schreiben ({ $error })
        [busy] der Speicher { $path }: ein anderer Prozess schreibt darin ({ $error })
        [locked] der Speicher { $path }: er ist gesperrt ({ $error })
        [ioerr] der Speicher { $path }: der Datenträger hat versagt ({ $error })
        [corrupt] der Speicher { $path }: seine Datei ist beschädigt ({ $error })
        [cantopen] der Speicher { $path }: seine Dateien lassen sich nicht mehr öffnen ({ $error })
        [perm] der Speicher { $path }: seine Dateien dürfen nicht mehr geöffnet werden ({ $error })
       *[nomem] der Speicher { $path }: der Arbeitsspeicher reicht nicht ({ $error })
    }
fault-not-opened = lässt sich nicht öffnen: { $error }
    .remedy = aus einer Sicherung wiederherstellen, oder store.path auf eine andere Datei setzen
fault-damaged = ist beschädigt oder gar kein Speicher
    .remedy = aus einer Sicherung wiederherstellen, oder wegschieben: rxbridge beginnt dann mit einem leeren Speicher und sucht jede Bestellung bei PharmaOne, bevor es eine sendet
fault-is-directory = ist ein Ordner
    .remedy = store.path auf eine Datei setzen
fault-no-directory = den Ordner { $folder } gibt es nicht
    .remedy = den Ordner anlegen, oder store.path auf eine Datei anderswo setzen
fault-store-unwritable = { $why ->
        [absent] lässt sich nicht schreiben
       *[other] lässt sich nicht schreiben ({ $why })
    }
    .remedy = den Benutzer von rxbridge in den Ordner { $folder } und die Dateien des Speichers darin schreiben lassen, oder store.path auf eine Datei anderswo setzen
store-closed = der Speicher { $path } ist geschlossen
looked-at-now = nach { $key } wird gerade gesehen; in einigen Sekunden noch einmal versuchen

## What a vendor's answer says of the configuration

fault-no-organisation = fehlt: ohne sie lässt sich bei PharmaOne nichts lesen
    .remedy = die Organisation setzen, zu der der API-Schlüssel gehört
fault-not-at-address = { $route } gibt es an dieser Adresse nicht (404)
    .remedy = die Adresse und die Kennung der Organisation prüfen
fault-no-token = PharmaOne gibt für diesen Schlüssel und diese Organisation kein Token ({ $status })
    .remedy = prüfen, ob der Schlüssel einer dieser Organisation ist
fault-key-refused = { $kind ->
        [key] PharmaOne nimmt den API-Schlüssel nicht an ({ $route }, 401)
       *[token] PharmaOne nimmt ein eben erst ausgestelltes Token nicht an ({ $route }, 401)
    }
    .remedy = im PharmaOne Manager einen Schlüssel anlegen: Org Settings, Integrations
fault-other-organisation = der API-Schlüssel ist keiner der konfigurierten Organisation ({ $route }, 403)
    .remedy = die Organisation des Schlüssels setzen, oder einen Schlüssel dieser Organisation
fault-key-may-not = { $scope ->
        [absent] der API-Schlüssel darf das nicht ({ $route }, 403)
       *[other] dem API-Schlüssel fehlt der Scope { $scope } ({ $route }, 403)
    }
    .remedy = im PharmaOne Manager einen anlegen, der es darf: Org Settings, Integrations
fault-key-of-another = der API-Schlüssel gehört zur Organisation '{ $told }', nicht zu '{ $wanted }'
    .remedy = die Organisation des Schlüssels setzen, oder einen Schlüssel dieser Organisation
fault-scope-missing = dem Token des Schlüssels fehlt der Scope { $scope }
    .remedy = dem Schlüssel im PharmaOne Manager diesen Scope geben: Org Settings, Integrations; die Brücke sieht ihn mit ihrem nächsten Token, binnen einer Stunde oder nach einem Neustart
fault-unwritable = { $kind ->
        [no-number] { $place }: es ist keine Zahl
        [decimals] { $place }: es hat mehr als zwei Nachkommastellen
        [inexact] { $place }: es hat keine genaue JSON-Zahl
       *[no-json] { $place }: es enthält etwas, was JSON nicht kann
    }
    .remedy = den Ausdruck berichtigen, der dieses Feld macht
fault-moved = { $vendor } beantwortet { $route } mit einer Weiterleitung ({ $status })
    .remedy = Adresse und Pfad setzen, die { $vendor } für dieses Konto genannt hat
fault-which-pharmacy = RxScale will wissen, welche Apotheke gemeint ist: der Schlüssel gilt für eine Gruppe
    .remedy = die uid dieser Apotheke setzen
fault-rx-key-refused = RxScale nimmt den Schlüssel nicht an (401{ $code })
    .remedy = den Schlüssel setzen, den RxScales Portal unter API Access zeigt
fault-no-right = { $needed ->
        [absent] dem Schlüssel fehlt die Berechtigung, die diese Route braucht ({ $route }, 403)
       *[other] dem Schlüssel fehlt die Berechtigung { $needed } ({ $route }, 403)
    }
    .remedy = Berechtigungen stehen fest, wenn ein Schlüssel angelegt wird: RxScale fragen, oder einen anlegen, der sie hat
fault-rx-not-there = RxScale kennt an dieser Adresse kein { $route } (404)
    .remedy = { $kind ->
        [public] { $paths } setzen, wie Ihr Konto es hat
       *[own] { $paths } setzen, wie Ihr Konto es hat; stimmt es, rxscale.pharmacy_uid ansehen
    }
fault-several = fehlt, und der Schlüssel zeigt mehr als eine Apotheke: { $named }
    .remedy = die uid von dieser setzen
rx-fault = RxScale meldet einen Fehler auf seiner Seite ({ $route }: { $text })
another-id = { $vendor } antwortete mit einer anderen { $name } als der gefragten
answered-with-error = PharmaOne beantwortete { $route } mit { $status } und einem Fehler
inventory-short = PharmaOnes Bestand sagt, er habe mehr Zeilen, als er gibt
same-page = { $what }: dieselbe Seite der Liste kam noch einmal
garbled = { $place ->
        [absent] { $answer }, im Ganzen: { $why }
       *[other] { $answer }, { $place }: { $why }
    }
listed-not-shown = PharmaOne führt eine Bestellung in der Liste, die es nicht zeigt
unsure = { $what }: es kann geschehen sein - nachsehen, bevor Sie es noch einmal tun

## Sentences of the system's and of libraries, by their own words

said-no-such-file-or-directory = Datei oder Ordner gibt es nicht
said-permission-denied = keine Berechtigung
said-is-a-directory = es ist ein Ordner
said-not-a-directory = es ist kein Ordner
said-file-exists = gibt es schon
said-no-space-left-on-device = kein Platz mehr auf dem Datenträger
said-read-only-file-system = das Dateisystem lässt sich nicht beschreiben
said-too-many-levels-of-symbolic-links = zu viele symbolische Verknüpfungen
said-file-name-too-long = der Name ist zu lang
said-address-already-in-use = die Adresse ist schon in Gebrauch
said-cannot-assign-requested-address = die Adresse ist keine dieses Rechners
said-name-or-service-not-known = der Name ist nicht bekannt
said-no-address-associated-with-hostname = zu diesem Namen gibt es keine Adresse
said-expected-after-a-key-in-a-key-value-pair = nach einem Schlüssel fehlt das '='
said-invalid-value = kein gültiger Wert
said-invalid-statement = keine gültige Anweisung
said-unterminated-string = ein Text ist nicht geschlossen
said-expected-newline-or-end-of-document-after-a-statement = nach einer Anweisung fehlt das Zeilenende
said-cannot-overwrite-a-value = ein Wert steht schon da
said-unclosed-array = eine Liste ist nicht geschlossen
said-unclosed-inline-table = eine Tabelle in einer Zeile ist nicht geschlossen
said-expected-at-the-end-of-a-table-declaration = am Ende der Tabellenüberschrift fehlt ']'
said-invalid-date-or-datetime = keine gültige Zeitangabe
said-invalid-initial-character-for-a-key-part = so kann ein Schlüssel nicht beginnen
said-unescaped-in-a-string = ein '\\' im Text, das nichts einleitet

## The command line: mistakes, questions, what is going on

yes = ja
agreed = { $question } [j/N]
nothing = {""}
another-csv = mit --csv eine andere Datei nennen
incident = unerwartet: { $mistake } - Vorfall { $number }: in { $path } steht, wo
incident-logged = unerwartet: { $mistake } - Vorfall { $number }: im Protokoll steht, wo
incident-lost = unerwartet: { $mistake } - Vorfall { $number }: er ließ sich nicht aufschreiben
fault-several-pharmacies = { $names ->
        [absent] hier gibt es mehrere Apotheken: noch keine
       *[other] hier gibt es mehrere Apotheken: { $names }
    }
    .remedy = die gemeinte nennen
fault-earlier-version = die Brücke, die damit läuft, ist eine frühere Version
    .remedy = sie zuerst neu starten: dann bringt sie den Speicher auf diese Version
fault-one-document = ein Dokument gilt einer Apotheke: { $names }
    .remedy = sie mit --pharmacy nennen
shadow-mode = Schattenmodus: bei keinem Anbieter wird geschrieben
inventory-not-read = die laufende Brücke hat PharmaOnes Bestand noch nicht gelesen; siehe ihr Protokoll
slip-whole-number = '{ $text }' muss eine ganze Zahl sein, { $least } bis { $most }
busy-writing = schreibt
busy-inventory = liest PharmaOnes Bestand
busy-shop = fragt, was der Shop verkauft
busy-lists = liest die Listen beider Anbieter
busy-trying = probiert alles aus
busy-comparing = vergleicht
busy-books = liest die Bücher beider Anbieter
busy-payouts = liest RxScales Auszahlungen
busy-orders = liest PharmaOnes Bestellungen
busy-report = liest PharmaOnes Verkaufsbericht
busy-whose = sieht nach, wessen PharmaOnes Bestellungen sind: { $number } von { $all }
busy-vendors = fragt beide Anbieter
busy-external-id = setzt external_id
not-stuck = { $key } steckt nicht fest
left-unsure = { $key } bleibt: sie kann schon in PharmaOne sein; dort nachsehen, dann nennen: rxbridge stuck retry { $key }
stuck-again = steckt wieder fest: { $why }
with-next-sync = wird mit dem nächsten Abgleich des Bestands geschrieben
fault-keys-or-all = die Schlüssel nennen, oder --all
slip-say-why = muss sagen, warum sie in Ruhe gelassen wird
never-sent = { $key } wurde von dieser Brücke nie gesendet. Haben Sie sie in PharmaOne gesehen?
left-as-it-is = { $key } blieb, wie sie ist
does-not-wait = { $key } wartet nicht darauf
slip-no-attention = '{ $text }' ist kein Grund, den `stuck list` als Hinweis zeigt
nothing-known = von { $key } ist nichts bekannt
stuck-dropped = { $key }: wird von nun an in Ruhe gelassen
stuck-submitted = { $key }: gilt als übermittelt; die Brücke macht von dort weiter
stuck-accepted = { $key }: erledigt
fault-shop-not-set = nicht gesetzt
    .remedy = setzen, oder mit --shop nennen
fault-no-such-shop = RxScale kennt diesen Shop nicht
    .remedy = RxScale nach der Kennung Ihres Shops fragen; der Schlüssel muss zu dessen Organisation gehören
slip-day = ein Tag wird als 2026-01-31 geschrieben
any-of-these = { $uid } kann jede von diesen sein:
not-looked-at = nach { $uid } wurde binnen 30 s nicht gesehen; siehe /health
nothing-to-resume = von { $uid } wurde nichts fallen gelassen, markiert oder abgelehnt
resumed = { $key }: wird binnen einer Sekunde wieder aufgenommen, wenn die Brücke läuft
erase = Alles löschen, was von { $key } gespeichert ist?
erased = { $key }: gelöscht
sent-again = { $uid } wurde gesendet und steht in RxScales Warteschlange: sie würde noch einmal gesendet
not-ended = { $uid } ist nicht auf beiden Seiten zu Ende: siehe `rxbridge orders forget --help`
no-such-order = eine Bestellung { $uid } ist hier nicht bekannt
stuck-mark = STECKT FEST
never-listed = { $likely ->
        [absent] PharmaOne hat es nie geführt, wahrscheinlich keines: rxbridge skus match
       *[other] PharmaOne hat es nie geführt, wahrscheinlich { $likely }
    }
likely-units = wahrscheinlich { $units }
on-sale-unchecked = { $stock } im Verkauf, die niemand geprüft hat
of-it = { $what }: { $why }
or-is-it = oder ist es { $other }?

## What `rxbridge check` finds

environment-only = nur die Umgebung
mappings-well = Version { $version }; jedes Beispiel wie erwartet
mappings-newer = { $files }: Ihre bleiben; um es zu sehen: rxbridge mappings diff
store-behind = { $path } ist von einer früheren Version; `rxbridge run` bringt ihn auf diese
store-to-be-made = { $path } entsteht beim ersten Start
fault-not-writable = { $at } lässt sich nicht beschreiben ({ $why })
    .remedy = einen anderen wählen
left-alone-open = { $count ->
        [one] { $count }, die RxScale offen hat; ihr Verlauf sagt, warum: { $named }
       *[other] { $count }, die RxScale offen hat; ihre Verläufe sagen, warum: { $named }
    }
take-from-not-set = nicht gesetzt: was beim ersten Start in RxScales Warteschlange steht, wird auch genommen; um in Ruhe zu lassen, was vor jetzt angelegt wurde: take_from = { $now }
cannot-be-tried = { $right }: lässt sich nicht ausprobieren, ohne etwas zu senden
it-answers = antwortet
nothing-found-here = { $where }: hier ist nichts zu finden, daher lässt sich nicht sagen, ob der Schlüssel { $right } hat
none-shown = keine gezeigt
knows-every-word = es kennt jedes Wort
fault-key-lacks = dem Schlüssel fehlt { $scopes }
    .remedy = einen anlegen, der sie hat
every-scope = jeder Scope, der nötig ist
no-subscription = { $url ->
        [absent] kein Abonnement für { $events }: was sie melden, finden später die Durchsichten; server.public_url setzen, dann: rxbridge webhooks register
       *[other] kein Abonnement für { $events }: was sie melden, finden später die Durchsichten; rxbridge webhooks register
    }
connector-says-it = die Adresse des Konnektors sagt es
fault-none-of = '{ $shop }' ist keiner von { $known }
cannot-be-looked-up = lässt sich nicht nachschlagen: { $why }
cannot-be-looked-at = lässt sich nicht ansehen: { $why }
mend-mappings-first = lässt sich nicht sagen, bevor die Zuordnungsdateien berichtigt sind
likely = { $guess ->
        [absent] { $what } (wahrscheinlich keines)
       *[other] { $what } (wahrscheinlich { $guess })
    }
not-confirmed = { $count } von { $all ->
        [one] { $all } zugeordneten SKU
       *[other] { $all } zugeordneten SKUs
    } { $count ->
        [one] ist
       *[other] sind
    } nicht bestätigt, denn niemand hat gesagt, wie viele Einheiten von PharmaOne eine enthält: { $named } - für sie wird nichts geschrieben, und ihre Bestellungen warten: rxbridge skus match, und mit --write, wo es stimmt
skus-linked = { $count } von { $all ->
        [one] { $all } SKU
       *[other] { $all } SKUs
    } { $count ->
        [one] ist
       *[other] sind
    } zugeordnet
the-api-key = der API-Schlüssel
said-configuration = Konfiguration
said-mappings = Zuordnungsdateien
said-facts = Tatsachen
said-mappings-changed-in-this-version = in dieser Version geänderte Zuordnungsdateien
said-store = Speicher
said-orders-left-alone = in Ruhe gelassene Bestellungen
said-rxscale-pharmacy = RxScale Apotheke
said-rxscale-statuses = RxScale Statuswörter
said-clocks = Uhren
said-skus-and-products = SKUs und Produkte
fault-not-by-file = shadow, und nicht durch die Datei
    .remedy = RXBRIDGE_MODE entfernen
write-live = mode = "live" von Hand hineinschreiben
another-folder = einen anderen Ordner nennen
fault-made-already = ist schon da
    .remedy = sie bearbeiten; was eine neue Version bringt, sagt `rxbridge mappings diff`
fault-not-made = nicht angelegt ({ $why })
    .remedy = einen anderen Ordner nennen
init-question = { $key ->
        [rxscale-base_url] RxScales Adresse; Entwicklung, bis Sie live gehen [{ $usual }]
        [pharmaone-org_id] PharmaOne: die Kennung der Organisation (org1)
        [pharmaone-shop_id] PharmaOne: die Kennung des Shops (shop1)
        [rxscale-api_key] RxScales API-Schlüssel (wird nicht gezeigt)
       *[pharmaone-api_key] PharmaOnes API-Schlüssel (wird nicht gezeigt)
    }

## The demo

demo-accepted = Bestellanfragen, die PharmaOne angenommen hat
demo-handed-over = in PharmaOne angenommen, gepackt und abgegeben
still-up = Läuft weiter: { $url }/ (die Seite), { $state } (Strg-C beendet)
is-stuck = steckt fest: { $why }
mishap-found = { $requests ->
        [one] gefunden: { $order }, aus { $requests } Bestellanfrage
       *[other] gefunden: { $order }, aus { $requests } Bestellanfragen
    }
mishap-may-have-happened = es kann geschehen sein: nachsehen, bevor etwas noch einmal gesendet wird
mishap-lost = PharmaOnes Antwort ging verloren
mishap-freed = { $request ->
        [absent] zugeordnet und frei: noch nicht
       *[other] zugeordnet und frei: { $request }
    }
mishap-nothing = nichts
mishap-unlinked = steckt fest, denn ihre SKU hatte kein Produkt
mishap-goes-on = geht weiter; das Personal erfährt es, hier und auf der Seite
mishap-edited = bei RxScale geändert, nachdem sie gesendet war
no = nein
fault-no-zone = '{ $zone }' gibt es hier nicht
    .remedy = so schreiben: Europe/Berlin (Debian: apt-get install tzdata), oder UTC
fault-not-begun = { $month } hat noch nicht begonnen
    .remedy = einen nennen, der begonnen hat
fault-no-month = '{ $month }' ist kein Monat
    .remedy = so schreiben: 2026-11
fault-shows-secret = seine Antwort zeigt ein Signaturgeheimnis, einmal, und es würde verdeckt
    .remedy = `rxbridge webhooks register` verwenden, das es aufbewahrt, oder --show-secrets hinzufügen
fault-only-lists = liest nur Listen
    .remedy = weglassen, oder die Liste mit GET holen
fault-no-pair = ist kein name=wert
    .remedy = so schreiben: limit=5
fault-no-body = { $file } ist nicht zu lesen ({ $why })
    .remedy = eine andere nennen
fault-no-json = { $why ->
        [absent] ist kein Text
       *[other] ist kein JSON ({ $why })
    }
    .remedy = so schreiben: '{"{"}"stock": 5{"}"}'
fault-no-connector = nicht gesetzt
    .remedy = die Adresse des Shops setzen, die das braucht
rows-so-far = { $rows } Zeilen ...
no-list-after = die Antwort auf { $route } ist nach { $rows } Zeilen keine Liste
answer-unreadable = die Antwort auf { $route } ist nicht zu lesen: noch einmal versuchen
not-json = { $status }: { $size } Bytes, die kein JSON sind; nicht gezeigt
rows = { $total ->
        [absent] { $rows ->
        [one] { $rows } Zeile.
       *[other] { $rows } Zeilen.
    }
       *[other] { $rows } von { $total ->
        [one] { $total } Zeile.
       *[other] { $total } Zeilen.
    }
    }
field = Feld
value = Wert
not-shown = Nicht gezeigt: { $names }
cut-short = gekürzt: was mit { $mark } endet
json-shows-all = { $lacks }; --json zeigt alles.
fault-names-nobody = nennt niemanden
    .remedy = { $name } setzen, etwa mailto://... oder ntfy://... (docs/notify.de.md)
password-of-page = Passwort für die Seite
password-of = Passwort von { $name }
put-hash = In { $name } (in Anführungszeichen: '...') oder eine Geheimnisdatei eintragen.
not-the-same = die beiden sind nicht gleich
too-short = ein Passwort hat { $least } Zeichen oder mehr
once-more = Noch einmal
fault-there-already = ist schon da
    .remedy = sie bearbeiten, oder eine andere nennen
fault-no-such-pharmacy = keine solche Datei
    .remedy = rxbridge pharmacies list
is-now = { $file } heißt jetzt { $to }
fault-no-fleet = keine solche Datei
    .remedy = mit `rxbridge init --fleet` einen Ordner anlegen, oder mit --config seine Datei nennen
fault-no-pharmacys = ist keiner einer Apotheke
    .remedy = a bis z, Ziffern und -, höchstens 32, und weder ready, rxscale noch pharmaone
fault-bridge-runs = eine Brücke läuft
    .remedy = sie zuerst anhalten
broken-off = { $name } wurde abgebrochen, es ist nicht bekannt, wo: { $why }
let-probe-write = rxbridge dort schreiben lassen, oder --dry-run verwenden und es von Hand schreiben
not-told-no-webhook = nicht gesagt: kein Webhook über etwas, was wir schrieben, kam zu diesem Speicher; nur eine laufende Brücke bekommt welche
not-told-no-step = nicht gesagt: auf keinen Status darf ein anderer nicht folgen, außer den Enden
not-told-no-call = nicht gesagt: diese Generation der API hat keinen Aufruf, der eine Bestellung abschließt
fault-probe-no-development-host = { $host } ist nicht RxScales Entwicklungsrechner
    .remedy = es wurde nichts geschrieben; --write ist allein für ein Entwicklungskonto
fault-probe-other-org = ist nicht pharmaone.org_id ({ $org })
    .remedy = es wurde nichts geschrieben; --write ist allein für ein Entwicklungskonto
fault-probe-too-many-orders = { $vendor } führt { $orders } Bestellungen: kein Entwicklungskonto hat mehr als { $most }
    .remedy = es wurde nichts geschrieben; --write ist allein für ein Entwicklungskonto
fault-probe-not-in-queue = wartet nicht in RxScales Warteschlange
    .remedy = es wurde nichts geschrieben; --write ist allein für ein Entwicklungskonto
fault-probe-not-its-sku = ist nicht, was diese Bestellung bestellt
    .remedy = es wurde nichts geschrieben; --write ist allein für ein Entwicklungskonto
order-moved = die Bestellung { $order } steht auf { $word }, dorthin gebracht durch einen Versuch
order-stands = die Bestellung { $order } steht auf { $word }
request-left = eine Bestellanfrage mit der externen Referenz { $reference }: in PharmaOne ablehnen
order-not-cancelled = PharmaOnes Bestellung { $order } ließ sich nicht stornieren: dort löschen
attached = aufgenommen
not-in-inventory = nicht in PharmaOnes Bestand: zuerst dort aufnehmen
not-in-stock = PharmaOne nimmt nur auf, was vorrätig ist
fault-no-field = ist kein NAME=WERT
    .remedy = etwa available=true
fault-no-shop = PharmaOne hat keinen Shop '{ $shop }'
    .remedy = einen von diesen nennen: { $known }
fault-runs-all = ein Prozess betreibt sie alle
    .remedy = weglassen
fault-of-one-pharmacy = gilt für eine Apotheke
    .remedy = mode = "shadow" in die Dateien derer schreiben, für die es gelten soll
listens = rxbridge { $version } lauscht an { $url } - { $url }/health
webhooks-listen = Webhooks lauschen an { $url }
in-another-window = in einem anderen Fenster: rxbridge orders list, rxbridge stuck list
slip-seconds = '{ $text }' muss eine Zahl von Sekunden sein, 0 oder mehr
slip-address = '{ $text }' muss eine Webadresse sein, etwa http://127.0.0.1:8080
ports = Ports { $one } und { $other }
fault-ports = dort lässt sich nicht lauschen ({ $why })
    .remedy = mit --rxscale-port und --pharmaone-port andere wählen
store-holds = { $orders ->
        [one] { $orders } Bestellung
       *[other] { $orders } Bestellungen
    }, { $open } davon offen, { $bytes } Bytes; RxScales Liste zuletzt gelesen: { $seen ->
        [absent] nie
       *[other] { $seen }
    }
slip-user = muss aus a bis z, Ziffern, . _ - bestehen, und nicht { $admin }
user-added = { $name }: angelegt
user-changed = { $name }: geändert
user-removed = { $name }: entfernt
no-such-user = den Benutzer { $name } gibt es nicht
fault-no-public-url = nicht gesetzt
    .remedy = die https-Adresse setzen, unter der RxScale diese Brücke erreicht
said-orders = Bestellungen
said-statuses = Status
said-prices = Preise
said-stock = Bestand
said-finished-orders-others-orders-copies = beendete Bestellungen, fremde Bestellungen, Sicherungen
said-orders-that-never-finish = Bestellungen, die nie zu Ende gehen
said-audit-log = Prüfprotokoll
said-not-shown = nicht gezeigt
said-gone = nicht mehr da
said-no-order = keine Bestellung
said-nothing = nichts
said-what-rxscale-paid-it-took-back-nothing-is-paid = was RxScale zahlte, holte es zurück: es ist nichts bezahlt
said-rxscale-will-pay-for-it = RxScale wird sie bezahlen
said-pharmaone-has-no-order-yet = PharmaOne hat noch keine Bestellung
said-rxscale-paid-for-it-and-pharmaone-has-no-order = RxScale hat sie bezahlt, und PharmaOne hat keine Bestellung
said-rxscale-pays-for-it-and-pharmaone-s-order-is-cancelled = RxScale bezahlt sie, und PharmaOnes Bestellung ist storniert
said-cancelled-and-nothing-is-paid = storniert, und es ist nichts bezahlt
said-paid-at-pharmaone = bei PharmaOne bezahlt
said-rxscale-may-tell-of-a-payout-only-once-it-is-completed = RxScale nennt eine Auszahlung vielleicht erst, wenn sie abgeschlossen ist
said-paid-at-pharmaone-and-rxscale-has-no-payout-for-it = bei PharmaOne bezahlt, und RxScale hat keine Auszahlung dafür
said-not-paid-on-either-side = auf keiner Seite bezahlt
said-pharmaone-s-order-has-no-total-that-can-be-read = PharmaOnes Bestellung hat keine lesbare Summe
said-the-same-sum-and-not-paid-on-either-side-yet = dieselbe Summe, und auf keiner Seite schon bezahlt
said-rxscale-paid-for-it-and-pharmaone-s-order-is-not-marked-as-paid = RxScale hat sie bezahlt, und PharmaOnes Bestellung ist nicht als bezahlt markiert
said-both-agree = beide stimmen überein
said-pharmaone-has-more-than-rxscale = PharmaOne hat { $a } mehr als RxScale
said-rxscale-has-more-than-pharmaone = RxScale hat { $a } mehr als PharmaOne
said-for-shipping-beside-it = { $a } für den Versand daneben
said-pharmaone-has-orders-for-it = PharmaOne hat { $a } Bestellungen dafür
verdict-sold_not_there = VERKAUFT, NICHT DA
verdict-there_not_sold = da, nicht verkauft
verdict-ok = ok
said-command-line = Kommandozeile
said-done = erledigt
said-exit-code = Exit-Code { $a }

## A store in a database

rows-gone = der Speicher { $place }: seine Zeilen sind nicht mehr da
taken-over = der Speicher { $place }: ein anderes rxbridge run hat ihn übernommen
the-store = der Speicher { $place }: { $why }
fault-no-database = ist keine Adresse einer Datenbank
    .remedy = so schreiben: postgresql://user@host:5432/database
fault-database-rights = { $why }
    .remedy = siehe docs/postgresql.md: welchen Benutzer und welche Rechte rxbridge braucht
fault-database = { $why }
    .remedy = siehe docs/postgresql.md
fault-old-postgresql = ist PostgreSQL { $number }
    .remedy = PostgreSQL { $oldest } oder neuer nehmen
fault-encoding = speichert Texte als { $encoding }
    .remedy = eine Datenbank mit ENCODING 'UTF8' TEMPLATE template0 anlegen
fault-sees-all = sein Benutzer ist Superuser oder hat BYPASSRLS und sähe die Zeilen jeder Apotheke
    .remedy = einen eigenen Benutzer anlegen: { $page }
fault-no-tables = { $schema ->
        [absent] sein Benutzer darf im Schema seines search_path keine Tabellen anlegen
       *[other] sein Benutzer darf im Schema { $schema } keine Tabellen anlegen
    }
    .remedy = GRANT CREATE ON SCHEMA …: { $page }
fault-database-not-ours = ist die Datenbank eines anderen Programms
    .remedy = store.url auf eine eigene Datenbank oder ein eigenes Schema von rxbridge setzen
fault-database-newer = wurde von einem neueren rxbridge geschrieben (Schema { $found }, dieses kennt { $newest })
    .remedy = jene oder eine neuere Version verwenden
fault-database-in-use = ein anderes rxbridge run verwendet diesen Speicher
    .remedy = es zuerst anhalten, oder diesem eine eigene store.pharmacy geben
no-pharmacies = Noch keine: rxbridge pharmacies add NAME --uid UID --org ORG --shop SHOP
fault-store-away = { $why }
    .remedy = seinen Server starten oder store.url richtigstellen; `rxbridge run` wartet auf ihn
fault-no-psycopg = braucht psycopg, das fehlt
    .remedy = installieren: pipx install --force './rxbridge-VERSION-py3-none-any.whl[postgres]'
fault-key-is-pharmacy = ein Schlüssel und eine Apotheke heißen gleich, { $word }, und hätten eine Adresse für RxScales Webhooks (pharmacies/{ $name }.toml)
    .remedy = einem von beiden einen anderen Namen geben
rows-to-be-made = { $place }: seine Zeilen entstehen beim ersten Start
store-doubted = { $place }: wird angezweifelt
fault-store-no-file = ist keine Datei
    .remedy = mit pg_dump sichern, mit pg_restore und `rxbridge store doubt` wiederherstellen
fault-url-not-set = ist nicht gesetzt
    .remedy = store.url auf postgresql://user@host:5432/database setzen
warning-backup-hour = store.backup_hour: ohne Wirkung bei store.url; pg_dump verwenden
fault-not-this-version = ist kein Speicher dieser Version
    .remedy = `rxbridge run` einmal damit starten: das legt ihn an und bringt ihn auf diese Version
fault-holds-a-store = enthält schon einen Speicher
    .remedy = ihn wegschieben, oder ein anderes store.path oder store.pharmacy setzen
fault-not-every-row = nahm nicht jede Zeile an
    .remedy = es wurde nichts verschoben: noch einmal versuchen
fault-store-there-already = ist schon da
    .remedy = sie zuerst wegschieben
chain-still-up = Läuft weiter: { $url }/ (Strg-C beendet)
chain-page = Die Seite: { $url }/ (im Browser öffnen)
chain-at-work = { $count } Apotheken sind bei der Arbeit
chain-each = bei jeder ist eine Bestellung bei PharmaOne in Prüfung
chain-rush = { $rush } Bestellungen kamen bei { $first }, dann eine bei { $last }: diese ist in Prüfung
chain-all = und alle anderen auch
chain-calls = RxScale sah höchstens { $most } Aufrufe in einer Sekunde; die Grenze des Schlüssels ist { $limit }
chain-spoilt = die Datei von { $name } ist verdorben: sie läuft weiter wie bisher, und /health sagt, warum
chain-mended = sie ist wieder in Ordnung
