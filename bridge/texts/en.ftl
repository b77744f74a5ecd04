# Everything that a person reads of the bridge's reasons, stories and page, in English.
#
# An entry of a reason stands under its code (bridge/core/reasons.py) and names the code's facts:
#   .step-1, .step-2 ...  what to do about it, in order; { $retry }, { $submitted } and { $drop }
#                         ({ $accept }, { $confirm }) become the command, or on the page the button; { $uid } is the order
#   .because              what `stuck drop` is told as the reason, where that is always the same
#   .meaning              what docs/stuck.md explains, in Markdown
#   .on-page              the sentence on the page, where it need not name a command
# A fact that there is none of is `absent`. Line breaks count as blanks.

## Orders that wait for a person

look-for-request = look in PharmaOne Manager for external reference { $uid }
if-there = if it is there: { $submitted }
if-not-there = if it is not: { $retry } sends it
if-by-hand = if it was handled by hand: { $drop }
frees-itself = it frees itself
or-drop = or: { $drop }
then-drop = then: { $drop }
then-retry = then: { $retry }

cannot_know = not sent: { $why }
    .step-1 = { look-for-request }
    .step-2 = { if-there }
    .step-3 = { if-not-there }
    .step-4 = { if-by-hand }
    .meaning = Every order is taken at RxScale (its status is set) before it is sent. This one had
        been taken already, and not by this bridge's store: by a person in the portal, or by an
        earlier bridge (a lost or restored `rxbridge.db`). PharmaOne cannot be asked for
        order-requests under review, so sending it could double it. If the search
        itself was cut short, a higher `orders.find_details` lets it read more. The external
        reference is the pharmacy order's uid; look for it among order-requests and orders.
twin_in_pharmaone = not sent: somebody likely typed it into PharmaOne by hand, as { $order }
    .step-1 = look at { $order } in PharmaOne Manager: customer, products, amounts
    .step-2 = if it is this order: { $drop }
    .step-3 = if it is another one: { $retry } sends this one
    .because = typed in by hand
    .meaning = Orders that were in RxScale's queue before the bridge was, that waited there for long,
        or of which nobody knows whether they were sent, are compared with PharmaOne's orders that
        have no `external_id` and are younger: surname, products, sum. One of them looks like this
        order. What was compared is neither stored nor logged. After a retry the same order of
        PharmaOne's does not stop this one again. Order-requests that were typed in and are not
        approved yet cannot be seen by the bridge.
unknown_age = not sent: RxScale does not tell whether it was made before { $take_from } (orders.take_from)
    .step-1 = look in RxScale's portal when it was made
    .step-2 = if it is to be sent: { $retry } sends it
    .step-3 = if it was handled by hand: { $drop }
    .meaning = `orders.take_from` says that older orders are left alone. This one was there when the
        bridge read RxScale's list for the first time, and RxScale tells no time of it.
unsure_submission = a submission's answer was lost and it cannot be told whether it arrived: { $why }
    .step-1 = { look-for-request }
    .step-2 = { if-there }
    .step-3 = { if-not-there }
    .step-4 = { if-by-hand }
    .meaning = The order-request was sent and the answer was lost on the way. It was looked for at
        PharmaOne and not found, which proves nothing while staff are still reviewing it. The
        external reference is the pharmacy order's uid; look for it among order-requests and orders.
cancelled_at_rxscale = { $order ->
        [absent] RxScale cancelled this order, but its order-request may be under review at PharmaOne and cannot be withdrawn
       *[other] RxScale cancelled this order, but its PharmaOne order { $order } still stands
    }
    .step-1 = { $order ->
        [absent] reject the request with external reference { $uid } in PharmaOne Manager, then: { $drop }
       *[other] cancel { $order } in PharmaOne Manager, then: { $drop }
    }
    .because = rejected in PharmaOne
    .meaning = The patient or RxScale cancelled. PharmaOne has no way for another program to
        withdraw an order-request, or its order is too far along to be cancelled from outside. If
        staff approve the request after all, the bridge cancels the order by itself. It frees itself
        once PharmaOne tells that the request or the order is no more.
cancelled_after_handover = RxScale cancelled this order after PharmaOne's order { $order } was handed over
    .step-1 = settle the return and the payment with RxScale
    .step-2 = { then-drop }
    .because = settled with RxScale
    .meaning = RxScale cancelled an order that PharmaOne shows as shipped or picked up. Goods and
        money have to be settled between people.
rejected_in_pharmaone = { $request ->
        [absent] rejected in PharmaOne: staff refused the order-request
       *[other] rejected in PharmaOne: staff refused the order-request { $request }
    }
    .step-1 = cancel it in RxScale's portal (RxScale then asks another pharmacy)
    .step-2 = { frees-itself }
    .step-3 = if it was refused by mistake: { $resume } sends it again
    .step-4 = or say so once for all orders in mappings/statuses.toml: pharmaone.order_requests.rejected = "cancelled"
    .meaning = Your staff refused the order-request. RxScale is not told by itself, because a
        refusal may be a slip, and a cancelled pharmacy order goes to another pharmacy. How to have
        every refusal cancelled: [cookbook](cookbook.md#9-refused-requests-go-to-another-pharmacy).
unsure_prescription = the prescription was sent to PharmaOne and no answer came: it may be there already
    .step-1 = look for it in PharmaOne Manager
    .step-2 = then: { $retry } sends it (again), and the order-request after it
    .step-3 = { if-by-hand }
    .meaning = With `orders.prescriptions = "ingest"` the prescription is sent before the
        order-request. Its answer was lost, and `orders.unsure_submission = "ask"` says not to send
        it again without you.
prescription_declined = PharmaOne declined the prescription { $prescription } ({ $status })
    .step-1 = settle it in PharmaOne Manager or cancel the order in RxScale's portal
    .step-2 = { frees-itself }
    .step-3 = { or-drop }
    .because = prescription declined
    .meaning = Staff declined the prescription that was sent by itself. Without it the order cannot
        be approved.
deleted_in_pharmaone = PharmaOne no longer has its order { $order }
    .step-1 = look for it in PharmaOne Manager
    .step-2 = if it was deleted: { $confirm } cancels it at RxScale
    .step-3 = if it is there: { $retry }
    .step-4 = if it was handled by hand: { $drop }
    .because = deleted in PharmaOne
    .meaning = PharmaOne has denied an order that it had for `orders.gone_after_seconds` (900), and
        either it never told that the order was deleted, or its list does not settle it: a restored
        database, a wrong organisation or a fault looks the same. What is done by itself stands in
        `statuses.toml` under `gone` (after the event `order_deleted`) and `gone_unannounced`.
unusually_many = held: unusually many orders are to be cancelled at { $vendor } at once
    .step-1 = look in both portals whether these orders are really cancelled; a wrong organisation or a restored database looks the same
    .step-2 = if they are: { $confirm }
    .step-3 = if they are not: it frees itself once the vendor shows them again
    .step-4 = if it was handled by hand: { $drop }
    .meaning = More than `orders.unusual_count` (3) and more than `orders.unusual_percent` (20) of the
        open orders were to be cancelled within ten minutes. None of them is, until a person confirms
        it. The page asks once for all, and `rxbridge stuck confirm --all` answers for all.
gone_at_rxscale = RxScale answers 404: the order does not exist for this key, or no longer
    .step-1 = look for it in RxScale's portal and check rxscale.pharmacy_uid
    .step-2 = { then-drop }
    .meaning = RxScale has answered 404 for `orders.gone_after_seconds` (900). The order was deleted, belongs to another
        pharmacy, or the key may not see it: RxScale answers 404 for that too. With a group-wide key
        `rxscale.pharmacy_uid` must be right; `rxbridge check` tries the key, and
        `rxbridge stuck retry order:po-abc123` looks again.
contradicted = it had ended, and PharmaOne's order { $order } now stands at '{ $status }'
    .step-1 = settle with RxScale and in PharmaOne Manager which of the two is right
    .step-2 = { then-drop }
    .because = settled by hand
    .meaning = Both sides had ended, or RxScale has completed the order, and PharmaOne now shows
        otherwise: it goes on with what was cancelled, or cancelled what was completed.
no_effect = { $vendor } said yes and did nothing: it still shows the order as it was
    .step-1 = set it by hand in { $vendor }'s portal, and ask their support
    .step-2 = { frees-itself }
    .step-3 = or try again: { $retry }
    .meaning = A status was accepted several times (200), and each look afterwards showed the order
        where it was before. What is accepted counts once it was seen. It is tried again every five
        minutes.
gone_to_another_pharmacy = RxScale gave it to another pharmacy ({ $pharmacy }) after it was sent to PharmaOne
    .step-1 = reject or cancel it in PharmaOne Manager (external reference { $uid })
    .step-2 = { then-drop }
    .because = at another pharmacy
    .meaning = The order was this pharmacy's (`rxscale.pharmacy_uid`) when its order-request was sent,
        and is another one's now. The bridge sets nothing of an order that is not ours.
reopened = RxScale shows it open again ('{ $status }') after it was finished here
    .step-1 = compare both sides
    .step-2 = { then-drop }
    .meaning = The order was finished here, and RxScale shows it open again. The bridge never sends
        an order a second time by itself. `rxbridge orders show po-abc123` and PharmaOne Manager
        tell how far it came.
unknown_status = { $of ->
        [prescription] { $vendor }'s status '{ $status }' of a prescription is not in { $where }
       *[order] { $vendor }'s status '{ $status }' is not in { $where }
    }
    .step-1 = { $on_page ->
        [yes] see the order in { $vendor }'s portal, which may say its status in other words
       *[no] see the word itself: rxbridge call { $call }
    }
    .step-2 = { $of ->
        [prescription] add it to waiting, accepted or declined in { $where }
       *[order] say what it means in { $where }.means
    }
    .step-3 = the order is then looked at again
    .meaning = A vendor used a status word that `mappings/statuses.toml` does not have. Words are
        never guessed: a wrong guess could complete or cancel an order. Nor are such words kept or
        shown, since a vendor can write anything there, a name too: in its place stand its length and
        a mark, and `rxbridge call rxscale GET /pharmacy_orders/po-abc123` shows the word itself. Find
        out what it means, from the vendor's screen or support, and add it to the table that the
        reason names
        ([cookbook](cookbook.md#8-a-status-word-the-bridge-does-not-know)).
refused = { $vendor } refused { $doing }: { $what }
    .step-1 = mend what it names (often mappings/orders.toml), then: { $retry }
    .meaning = The vendor understood the call and said no; the same call would be refused again. The
        reason names the fields it complained of. Its own words are left out where they might quote
        a patient. `rxbridge orders show po-abc123` tells which rules made the request.
unreadable = { $vendor }'s answer cannot be read: { $what }
    .step-1 = if it persists, ask { $vendor }'s support
    .step-2 = { then-retry }
    .meaning = The vendor answered several times with something that is not what it documents.
        Nothing is concluded from that. Look at the vendor's own screen: is the order odd in some
        way? Its support needs the field that the reason names.

## What a person should know of an order that goes on

once-known = once you know: { $accept }
changed_at_rxscale = changed at RxScale after it was sent: { $what } ({ $mark })
    .step-1 = compare order { $uid } in RxScale's portal with PharmaOne Manager, and change it there
    .step-2 = once it is changed in PharmaOne: { $accept }
    .meaning = RxScale, or somebody in its portal, changed the order after its order-request was sent.
        PharmaOne has it as it was, and will deduct that: it stays kept back of the stock, and what
        was added is kept back as well.
held_at_rxscale = on hold at RxScale: do not hand it over before it is released there
    .step-1 = tell whoever packs it; the reason stands in RxScale's portal
    .step-2 = it closes itself when it is released; { once-known }
    .meaning = Somebody at RxScale paused an order whose order-request is in PharmaOne already. The
        bridge sets nothing at RxScale meanwhile; PharmaOne knows nothing of it.
prescription_missing = not sent yet: it needs a prescription and RxScale shows no file
    .step-1 = have RxScale add the prescription; then it goes on by itself
    .step-2 = if it needs none: change checks.needs_prescription in mappings/orders.toml
    .step-3 = to send such orders without it: checks.without_prescription = "send" there
    .step-4 = if you enter it by hand: { $drop }
    .step-5 = { once-known }
    .meaning = It has waited `orders.prescription_minutes` (10) for the file of its prescription, and
        RxScale is asked again every ten minutes. Nothing is sent and its status at RxScale is not
        changed. Which orders need a prescription is not documented: an expression in
        `orders.toml` decides, as shipped by the doctor that the order names.
tracking_after_completion = PharmaOne's order { $order } shows its parcel's page only now; RxScale was completed without it
    .step-1 = give the patient the link that { $order } shows in PharmaOne Manager, or ask RxScale to
    .step-2 = { once-known }
    .meaning = A completed order takes no more tracking links. If that happens often, let completing
        wait with `orders.tracking_minutes`.
odd_pzn = '{ $name }' ({ $sku }): PZN { $pzn } is not eight digits with the right check digit
    .step-1 = compare the line with what lies in PharmaOne Manager; the PZN itself was not sent
    .step-2 = have it corrected at RxScale; for products without a real PZN: checks.pzn = "ignore" in mappings/orders.toml
    .step-3 = { once-known }
    .meaning = The PZN is not eight digits with the right check digit, so RxScale may name the wrong
        product. The order goes on: PharmaOne gets the product that `skus.csv` links, and no PZN.
        `pzn = "refuse"` in `orders.toml` keeps such orders back.
open_in_pharmaone = { $order ->
        [absent] completed at RxScale, and its order-request is still open in PharmaOne
       *[other] completed at RxScale, and PharmaOne's order { $order } is still open
    }
    .step-1 = finish it in PharmaOne Manager: hand it over, or reject it there
    .step-2 = it closes itself when it has ended there too; { once-known }
    .meaning = Somebody completed the order in RxScale's portal. An order has ended once both sides
        were seen at their end.
long_in_review = staff have not decided about the order-request for { $hours } hours
    .step-1 = approve or reject it in PharmaOne Manager (external reference { $uid })
    .step-2 = it closes itself when an order is made of it; { once-known }
    .meaning = `orders.review_hours` (24; 0 never tells) have passed since it was sent, and
        PharmaOne has not told of an order made from it, nor that it was rejected.
kept_back = its goods are kept back from RxScale: nobody can see whether PharmaOne has deducted them
    .step-1 = look at the products' stock in PharmaOne Manager; correct it if the goods are still in it
    .step-2 = when it is right: { $accept }; from then on RxScale offers by it
    .meaning = The order is over for the bridge (dropped, or completed at RxScale), and no order of
        PharmaOne's shows whether its goods were taken off the stock. The bridge keeps them back until
        a person says so: otherwise it would offer what was handed over.

not_adjusted = PharmaOne's stock was not changed for this order: { $why }
    .step-1 = look at its products' stock in PharmaOne Manager; correct it if the goods are still in it
    .step-2 = when it is right: { $accept }; from then on RxScale offers by it
    .meaning = PharmaOne never deducts (`pharmaone.deducts_at = "never"` in `facts.toml`), so the
        bridge does, once for each product of an order that was handed over. This one it could not
        do, and does not repeat on a guess. Its goods stay kept back until a person has seen to it.
came_back = cancelled after its goods were taken off PharmaOne's stock
    .step-1 = if the goods are back and may be sold again: { $confirm } puts them back on PharmaOne's stock
    .step-2 = if not, or if you have put them back by hand: { $accept }
    .meaning = The bridge deducted the order ([stock](stock.md#pharmaone-that-never-deducts)), and
        PharmaOne or RxScale shows it as cancelled now. Whether goods may be sold again, only the pharmacy knows.

## What the mapping lacks for an order

of-line = { $name ->
        [absent] { "" }
       *[other] { "" }'{ $name }' ({ $sku }):{ " " }
    }

unlinked_sku = '{ $name }' ({ $sku }, { $pharmacy_sku }) is not linked to a PharmaOne product
    .step-1 = { $on_page ->
        [yes] “Link the product” proposes which it is, and its units
       *[no] rxbridge skus match proposes its product and its units; with --write the sure ones are taken
    }
    .step-2 = else write a line for { $pharmacy_sku } into { $file }
    .meaning = Nobody has said yet which PharmaOne product this SKU is. `rxbridge skus match`
        proposes products by name; `--write` adds the sure ones. The line is taken up within
        seconds, and the order goes on.
not_in_catalogue = '{ $name }' ({ $sku }) is not in RxScale's SKU list of this pharmacy
    .step-1 = add the product to this pharmacy at RxScale
    .step-2 = SKU types hidden there are missing too
    .step-3 = if it is there now: { $retry } reads the list again
    .meaning = RxScale sent an order for something that its own SKU list of your pharmacy lacks. SKU
        types that are hidden for your account (digital or physical) are missing too: ask RxScale to
        show them.
unconfirmed_units = '{ $name }' ({ $sku }, { $pharmacy_sku }) is product { $product } ({ $place }), and nobody said how many units of it one holds (likely { $units })
    .step-1 = { $on_page ->
        [yes] its product page shows what it likely holds; say it there
       *[no] rxbridge skus match shows what it likely holds; with --write that is confirmed
    }
    .step-2 = or confirm it on the page, or as units_per_sku of { $pharmacy_sku } in skus.csv
    .meaning = The SKU is linked, but RxScale sells it as more than one of something (a bag of 5 g), or
        does not say, and `skus.csv` does not say how many PharmaOne units it holds. One is never
        guessed: an order for two bags would become 2 g. Nothing is written for its stock either.
        The order goes on within seconds of the confirmation ([stock](stock.md#which-product-a-sku-is)).
unknown_product = '{ $name }' ({ $sku }, { $pharmacy_sku }) is linked to product { $product } ({ $place }), which PharmaOne's inventory has never listed
    .step-1 = { $on_page ->
        [yes] its product page names the likely product and its units; correct the link of { $pharmacy_sku } there
       *[no] rxbridge skus match names the likely product and its units; correct the link of { $pharmacy_sku }
    }
    .step-2 = if product { $product } is right, take it into the inventory in PharmaOne Manager; the order goes on once it is listed
    .meaning = The link names a `p1_id` that no inventory of PharmaOne's has ever shown: a slip of the pen,
        say. Nothing is sent with it, and its SKUs are at 0. A product that was listed once and is not
        listed any more keeps no order from being sent
        ([stock](stock.md#which-product-a-sku-is)).
not_whole = '{ $name }' ({ $sku }): { $amount } x { $units } is no whole number above 0
    .step-1 = correct units_per_sku in { $place }
    .meaning = The ordered amount times `units_per_sku` gives a part of a PharmaOne unit, and
        PharmaOne takes whole ones only ([cookbook](cookbook.md#1-grams-and-packs)).
bad_pzn = '{ $name }' ({ $sku }): PZN { $pzn } is not eight digits with the right check digit
    .step-1 = have it corrected at RxScale, or set { $file }: checks.pzn = "warn"
    .meaning = The PZN is not eight digits with the right check digit, so the line may name the
        wrong product, and `checks.pzn` is "refuse". `"warn"` tells a person and sends it all the same.
no_price = '{ $name }' ({ $sku }): RxScale sends no total_paid_amount for it
    .step-1 = have it corrected at RxScale, or take price out of { $file }: require.item
    .meaning = RxScale sent no `total_paid_amount` for a line, and the mapping requires a price.
missing_field = { of-line }{ $fields } is missing: RxScale has nothing for { $sources }
    .step-1 = complete the order at RxScale, or change the expression in { $file }
    .meaning = A field that `[require]` in `orders.toml` asks for came out empty, and the reason
        names the expression that should have filled it. `rxbridge check --offline` tries a changed
        one out.
bad_expression_result = { of-line }{ $target }: { $problem }
    .step-1 = mend the expression in { $place }
    .meaning = An expression in `orders.toml` gave something that its field does not take, a list
        for a text say. The reason names types and never values. Add the case as an `[[example]]`,
        so that it stays mended.
bad_shipping_costs = shipping_costs_amount is not a whole number of euro cents
    .step-1 = have it corrected at RxScale, or set { $file }: amounts.shipping_in_total = false
    .meaning = `shipping_in_total` is on, and the order's shipping costs are not whole cents in
        euros.

## SKUs that wait for a person

sku_refused = RxScale does not take { sku-written }: { $what }
    .step-1 = look at the SKU in RxScale's portal and at its line in skus.csv, then: { $retry }
    .meaning = RxScale understood the number and will not have it. Other SKUs go on.
        `rxbridge stuck drop sku:psku-abc123 --reason 'kept by hand'` leaves the SKU alone from now
        on.
sku-written = { $stock ->
        [absent] price { $cents } cents
       *[other] { $cents ->
            [absent] stock { $stock }
           *[other] stock { $stock } and price { $cents } cents
        }
    }
unsure_adjustment = nobody knows whether PharmaOne changed the stock of product { $product } by { $delta }: its log no longer reaches back to then
    .step-1 = look in PharmaOne for '{ $reference }'
    .step-2 = if the change is missing, make it there by hand
    .step-3 = { then-drop }
    .meaning = With `stock.adopt_external = true` a change made at RxScale was sent to PharmaOne,
        the answer was lost, and the product's log (200 entries) no longer reaches back to then. A
        relative change is never sent twice on a guess.

## An inventory or a price that is not believed

inventory-look = look at the inventory in PharmaOne Manager
inventory-true = if it is true: { $confirm }
inventory-wrong = if it is not, mend it there; the next reading sees it

empty = PharmaOne's inventory is empty
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = PharmaOne answered with no product at all. A fault on its side is likelier than an
        empty pharmacy.
partial = { $missing } of { $linked } linked products are missing from PharmaOne's inventory
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = At least `stock.partial_percent` of the linked products are missing from the answer.
        An absent product is not one of which there is none.
halved = PharmaOne's stock fell from { $before } to { $now } units at once, in { $products } linked products
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = In at least half of the products stock fell, by `stock.halved_percent` together.
zeroed = { $zeroed } of { $linked } SKUs would go to 0 at once
    .step-1 = { inventory-look }
    .step-2 = { inventory-true }
    .step-3 = { inventory-wrong }
    .meaning = More than `stock.zeroed_percent` of the SKUs would go to 0 at once.
first_write_waits = { $skus } SKUs would rise, and nobody has confirmed the first write yet
    .step-1 = look at what would be written: rxbridge stock plan
    .step-2 = if it is right: { $confirm }
    .step-3 = if it is not, correct units and products in skus.csv; the next round sees it
    .meaning = Until somebody has confirmed once, a first start only lowers numbers. A lost store
        asks again. `stock.write = true` raises them without asking.
price = { $sku }: the price would change from { $before } to { $now } cents at once
    .step-1 = confirm it with: { $confirm }
    .meaning = With `stock.sync_prices = true`, a price would move by more than
        `stock.price_percent` at once. Only a person confirms prices.
price_fraction = { $sku }: PharmaOne's price { $price } makes no whole number of cents above 0
    .step-1 = mend the price in PharmaOne or units_per_sku in skus.csv
    .meaning = PharmaOne's price of a unit times the units of the SKU is no whole number of cents.

## Orders that go on by themselves

awaits_tracking = it was shipped, and the page of its parcel is awaited
    .meaning = Up to `orders.tracking_minutes`; then the order is completed at RxScale without it.
awaits_prescription = the file of its prescription is awaited
    .meaning = Up to `orders.prescription_minutes` (10); then you are told.
setting_up = RxScale is still setting it up ({ $status })
    .meaning = The order is not the pharmacy's to touch yet.
on_hold_at_rxscale = on hold at RxScale: left alone until somebody there releases it
    .meaning = Somebody else paused it at RxScale. Answer the issue in RxScale's portal.
not_shown = RxScale does not show it (404); looking again
    .meaning = One 404 proves nothing. After `orders.gone_after_seconds` it
        becomes [`gone_at_rxscale`](#gone_at_rxscale).
order_not_known = PharmaOne's order is not known yet
    .meaning = The next reading of PharmaOne's list knows.
order_not_shown = PharmaOne does not show its order (404); looking again
    .meaning = One 404 proves nothing. It is believed after `orders.gone_after_seconds`, once the
        whole list shows other orders and not this one; `gone` and `gone_unannounced` in
        `statuses.toml` say what it means then.
not_reached = PharmaOne cannot be reached: the order stays in RxScale's queue until it can
    .meaning = An order is taken at RxScale only when its order-request can be sent at once. `/health`
        says what is wrong with PharmaOne.
both_agree = both sides agree ({ $state }); PharmaOne's next change is awaited
    .meaning = All is well; the next change is your staff's.
in_shadow = shadow: nothing is written, people do it by hand
    .meaning = The bridge runs in shadow mode (`mode = "shadow"`): everything is read and decided, and
        nothing is written at a vendor. `rxbridge shadow report` compares with what people do.
under_review = pharmacy staff review the order-request in PharmaOne Manager
    .meaning = All is well; your staff approve or reject it.
no_legal_step = no legal step leads from '{ $status }' to { $state } at RxScale
    .meaning = RxScale's lifecycle has no way from the one to the other, and none is forced. If
        RxScale does allow it, add the step to `statuses.toml` under `steps`; if not, settle it in
        RxScale's portal.
completed_before = RxScale has completed it; PharmaOne's side is still open
    .meaning = Somebody completed it in RxScale's portal. It has ended once PharmaOne shows its end.
end_to_be_seen = RxScale accepted '{ $status }'; it ends once RxScale shows it
    .meaning = A webhook tells of it within seconds, as a rule; else it is looked at.
others_first = many other orders are due: it is cancelled once it is seen that they are not to be
    .meaning = For at most a minute; see [`unusually_many`](#unusually_many).
not_cancelled_yet = PharmaOne accepted the cancellation of { $order } and does not show it yet
    .meaning = It is looked at again; after several looks it is [`no_effect`](#no_effect).
both_on_hold = both sides have it on hold; PharmaOne's next change is awaited
    .meaning = Your staff paused it, and RxScale was told.
no_hold = on hold at PharmaOne; RxScale has no hold for '{ $status }'
    .meaning = Your staff paused it where RxScale's lifecycle (the legacy one, say) knows no pause.
giving_time = an answer was lost; giving PharmaOne time before looking
    .meaning = An order-request's answer was lost. After `orders.unsure_grace_seconds` it is looked
        for, and sent again only if it is not there.
no_end = no end after { $steps } steps
    .meaning = The order was looked at over and over without coming to rest. It is looked at again
        later; if it stays, report it with `rxbridge orders show po-abc123`.
unexpected = an unexpected error; see the log
    .meaning = A mistake in the bridge. The order is looked at again later.

## Orders that are finished

left_alone = a person said to leave it alone
made_before = left alone: made before { $take_from } (orders.take_from)
by_hand = left to people: they had it in hand before the bridge was live
of_another_pharmacy = it belongs to another pharmacy ({ $pharmacy })
confirmed = RxScale itself told of its end: '{ $status }'
completed = completed at RxScale
ended_and_rejected = { $state } at RxScale, and its order-request rejected in PharmaOne
ended_not_found = { $state } at RxScale; PharmaOne has no order of it, or none yet
ended_not_sent = { $state } at RxScale; nothing was sent to PharmaOne
cancelled_and_gone = cancelled at RxScale, and no longer in PharmaOne
cancelled_on_both = cancelled on both sides

## Why a step is taken

first_look = what RxScale says of it now
too_old_to_hold = seen too long ago to put it on hold
claim_to_be_seen = whether RxScale took the claim, its answer does not show
too_old_to_write = seen too long ago to write a status on
too_old_to_submit = seen too long ago to submit on
how_far = how far it has come there
how_far_if_cancelled = cancelled at RxScale: how far it has come there
has_tracking = whether it has a tracking link
what_it_holds = what was ordered there, which this store did not send
is_approved = whether staff approved it
line_not_linked = a line is not linked to a PharmaOne product
taken_by_another = it stands past the queue, and this bridge did not take it: was it sent?
may_be_typed = it waited: was it typed into PharmaOne by hand?
may_have_arrived = an answer was lost: it may have arrived
cancelled_unanswered = cancelled while an answer was missing: did it arrive?
cancelled_there_before = cancelled, and it was there before this store was
nothing_sent = nothing was sent for it yet
not_found = not found at PharmaOne: sent again with the same key
repeating_is_harmless = no answer came, and to send it again does no harm ({ $fact })
sent_by_itself = it is sent by itself (orders.prescriptions)
answer_lost = its answer was lost: sent again with the same key

## Named within another reason

past_the_queue = it already stands at '{ $status }' and PharmaOne has no order for it; an order-request may be under review there, which no route can show
no_order_yet = PharmaOne shows no order for it (yet)
makes_a_second = PharmaOne has no order of it yet, and sent again it would be there twice ({ $fact })
moved_on = it stands at '{ $status }' by now, where this bridge did not set it
never_answered = { $submissions } submissions went without an answer
too_many_to_read = PharmaOne lists { $unread } orders without their external_id that may be it, more than orders.find_details ({ $most }) allows to read in one search
not_readable = nothing can be read from PharmaOne (pharmaone.org_id is not set), so it cannot be looked for
list_not_settled = PharmaOne's list of orders changed all the while it was read
the_lines = the lines: { $lines }
the_address = the address or the recipient
the_money = the amounts
its_prescription = the prescription
the_delivery = the kind of delivery
the_order_request = the order-request
the_prescription = the prescription
the_status = the status
the_completion = the completion
the_question = the question
a_call = a call
with_undocumented = { $what }. The cause may be a field that PharmaOne does not document; take its line out of mappings/orders.toml: { $fields }
adjustment_refused = PharmaOne refused to change the stock of product { $product } by { $delta }: { $what }
adjustment_unsure = nobody knows whether PharmaOne changed the stock of product { $product } by { $delta }: its log no longer reaches back to then; look there for '{ $reference }'
lines_unsure = what was handed over is not certain (a line has no confirmed link, or was changed after it was sent, or the order was cancelled)
said = { $what }

## Why a SKU's number is as it is

as_it_should_be = as it should be
    .meaning = RxScale offers what PharmaOne's inventory makes of it.
there_is_more = there is more
    .meaning = It is written with the next sync.
orders_first = there is more; orders are looked at first
    .meaning = After a first start numbers may fall and not rise until every open order was looked
        at.
promises_too_much = promises more than there is
    .meaning = It is written first of all.
nobody_knows = nobody knows what RxScale has
    .meaning = A write was not answered, or RxScale's list does not say. The number is written
        again.
first_write = there is more; nobody has confirmed the first write
    .meaning = A first start only lowers numbers. Look through `rxbridge stock plan`, then
        `rxbridge stock sync --confirm`, once.
lost_its_link = it is linked no more
    .meaning = We wrote its number, and nothing says any more which product it is. It goes to 0 once
        (`stock.on_unlink`); what you write at RxScale after that stays.
has_no_share = its product is split by share, and it has none
    .meaning = Other SKUs of this product have a share in `skus.csv`; this one is offered as 0. Give
        it a share too ([cookbook](cookbook.md#2-two-skus-of-one-product)).
not_read_yet = PharmaOne's inventory has not been read yet
    .meaning = The next reading knows.
no_such_product = PharmaOne's inventory has no such product
    .meaning = The link names a `p1_id` that PharmaOne has never listed. It is offered as 0 once a
        second look lacks it too, and its orders wait ([`unknown_product`](#unknown_product)). Correct the `p1_id` in `mappings/skus.csv`, or add the product to your inventory in
        PharmaOne Manager.
units_not_confirmed = nobody confirmed how many units it holds: nothing is written
    .meaning = The SKU is linked, and RxScale does not sell it by the one. Its number there stays as it is
        until somebody says how many PharmaOne units it holds: `rxbridge skus match --write`, the
        button on the page, or `units_per_sku` in `mappings/skus.csv`.
not_in_list = RxScale's list does not show it
    .meaning = `skus.csv` names a SKU that RxScale does not list for this pharmacy. Correct the
        line, or take it out.
hidden = RxScale does not show it
    .meaning = RxScale answered 404 for it: the account hides such SKUs. It is left alone until
        RxScale's list shows it.
left = a person wants it left alone (rxbridge stuck retry takes it up again)
    .meaning = Somebody dropped it. `rxbridge stuck retry sku:psku-abc123` takes it up again.
waits_for_a_person = it waits for a person: rxbridge stuck list
    .on-page = it waits for a person: see above
    .meaning = See [SKUs that are stuck](#skus-that-are-stuck). `rxbridge stuck list`
newer_pushed = a newer inventory was pushed already
    .meaning = Another process wrote meanwhile by newer numbers; they stay.
changed_there = somebody changed it at RxScale
    .meaning = With `stock.on_drift = "report"` such a change is told and left.
unknown_too_long = PharmaOne's inventory has been unknown for too long
    .meaning = It could not be read, or was not believed, for `stock.stale_after_seconds`.
        Everything goes to 0, and comes back with the next good inventory. `rxbridge check` says
        what is wrong with PharmaOne.
absent = missing from PharmaOne's inventory
    .meaning = Its last number stays until a second look lacks it too.
absent_confirmed = missing from PharmaOne's inventory, and confirmed
    .meaning = A second look lacked it too, so it is offered as 0.

## What should be heard or proved and is not

not_subscribed = RxScale does not tell this bridge of: { $events }
    .step-1 = `rxbridge webhooks register` subscribes { $target }; it takes effect at once
    .step-2 = it closes itself then; { once-known }
    .meaning = RxScale's subscriptions are read every hour. These events are missing there, switched
        off, or go to another address. Until they come, orders are found by the sweep alone
        (`orders.poll_seconds`). With `webhooks.self_heal = true` the bridge subscribes by itself.
subscribed_elsewhere = RxScale also tells other addresses: { $targets }
    .step-1 = if you do not know the address: `rxbridge webhooks list` shows its uid, by which `webhooks remove` ends it
    .step-2 = if it is another program of yours: { $accept }
    .meaning = What RxScale tells of an order holds a patient's data, so nobody should be told who
        need not be. The bridge never removes what it did not make, also not with
        `webhooks.self_heal`.
events_missed = { $vendor } tells nothing: the last { $changes } changes were found only by looking
    .step-1 = `rxbridge check` says whether { $vendor }'s webhooks are set up and reach this bridge
    .step-2 = look whether the proxy or the firewall lets them through
    .step-3 = it closes itself with the next one that comes; { once-known }
    .meaning = Three changes in a row were found by the sweep, and no webhook had told of any. Nothing
        is lost, but each order is late by up to `orders.poll_seconds`. PharmaOne's webhooks are set
        up in PharmaOne Manager (Org Settings, Integrations).
webhooks_lost = of { $orders } new orders of a day, { $vendor } did not tell of { $lost }
    .step-1 = `rxbridge check` says whether { $vendor }'s webhooks reach this bridge
    .step-2 = look whether the proxy, the line or this machine was away for some time
    .step-3 = it closes itself when none was lost for three hours; { once-known }
    .meaning = A fifth or more of a day's new orders was found by the sweep alone. Nothing is lost,
        but each of them was late by up to `orders.poll_seconds`.
few_deliveries = { $vendor } told { $count } times in { $hours } hours; { $usual } times are usual then
    .step-1 = look in { $vendor }'s portal whether there is really less to do today
    .step-2 = if there is not: `rxbridge check` says whether its webhooks reach this bridge
    .step-3 = it closes itself when as many come as usual; { once-known }
    .meaning = Fewer than a fourth of what came in the same hours of the last weeks (the middle one of
        up to four, and of at least three).
no_orders = no order has come for { $hours } hours; on such a weekday it was never more than { $longest }
    .step-1 = look in RxScale's portal whether orders wait there
    .step-2 = if the pharmacy is closed today, or nobody ordered: { $accept }
    .step-3 = it closes itself with the next order
    .meaning = Compared with all such weekdays that are remembered (`store.retention_days`; at least
        four), and one to three hours longer than the longest of them. A day off is a usual cause.
signatures_wrong = the last { $deliveries } webhooks of { $vendor } were signed with a wrong secret
    .step-1 = if the secret was changed: give the bridge the new one; `rxbridge webhooks register --renew` makes new ones at RxScale
    .step-2 = if it was not, somebody else is trying: `rxbridge stuck list` and the log say since when
    .step-3 = it closes itself with the next one that is right; { once-known }
    .meaning = They were refused. Orders are found by the sweep meanwhile. Several secrets may be valid
        at once (`rxscale.webhook_secrets`, `pharmaone.webhook_secrets`), so that one can be changed
        without a gap. PharmaOne's stands in PharmaOne Manager.
still_differs = { $differences } differences between both sides outlived two comparisons, { $first } first
    .step-1 = `/health` and the page say what differs, since when, and what is done about it
    .step-2 = `rxbridge reconcile --fix` looks at them now
    .step-3 = it closes itself when a comparison no longer finds them; { once-known }
    .meaning = Both sides are compared every `reconcile.every_hours`. What one comparison finds, the
        bridge mends; what the next one finds again needs a person. See `docs/proof.md`.
not_proved = both sides were not compared for { $hours } hours
    .step-1 = `rxbridge check` says what is wrong with the vendors
    .step-2 = it closes itself with the next comparison; { once-known }
    .meaning = A comparison is tried again until it comes through; since a day, none did.
no_good_backup = there is no good daily copy of the store since { $days } days
    .step-1 = look whether the disk is full, and in the log why the copy failed
    .step-2 = `rxbridge store backup ./rxbridge-backup.db` makes one now
    .step-3 = it closes itself with the next good copy; { once-known }
    .meaning = A copy is taken each day (`store.backup_hour`) and checked.

## Why a check of /health is not ok

store_unread = the store cannot be read
    .meaning = `rxbridge.db` cannot be read or written: a full disk, missing rights, a damaged file.
        Vendors get 503 and deliver again later, so nothing is lost. See the log for the cause, and
        free space or rights. `rxbridge check --offline`
change_refused = a change was refused; the last valid files stay
    .meaning = A mapping file was saved with a mistake. The bridge works on with the last good ones.
        `rxbridge check --offline` names file, key and way out.
left_alone_a_while = it failed repeatedly and is left alone for a while ({ $what })
    .meaning = The vendor is down or unreachable, or (401) refuses the key. It is tried again by
        itself, ever more rarely. If it lasts: `rxbridge check`, then the vendor's support.
last_call_failed = the last call failed: { $what }
    .meaning = Often over with the next call. A wrong key or a missing right is named here. If it
        stays: `rxbridge check`.
lacks_scope = the key's token lacks the scope { $scopes }
    .meaning = PharmaOne's key may not do what the bridge needs. Make a new key in PharmaOne
        Manager, or ask PharmaOne for the scope.
due_for_long = something has been due for { $seconds } s
    .meaning = Work is waiting for longer than ten minutes: usually because a vendor is down, or its
        limits are lower than the orders need. Look at `rxscale` and `pharmaone` in the same answer.
unanswered = { $submissions } submissions without an answer; they are being looked for
    .meaning = Answers were lost. The bridge looks for each before it sends anything again.
held_back = { $orders } orders are held: unusually many were to be cancelled at once
    .meaning = Look in both portals and confirm them, on the page or with `rxbridge stuck confirm --all`.
wait_for_a_person = { $stuck } wait for a person: rxbridge stuck list
    .on-page = { $stuck } wait for a person
    .meaning = See the reasons above. `rxbridge stuck list`
list_not_read = RxScale's order list has not been read for too long
    .meaning = Three sweeps in a row did not come through. Webhooks still work. `rxbridge check`
        says what is wrong with RxScale.
all_at_zero = PharmaOne's inventory has been unknown for too long: everything is at 0
    .meaning = It could not be read, or was not believed, for `stock.stale_after_seconds`.
        `rxbridge stock plan` says why; `rxbridge check` tries PharmaOne.
to_be_confirmed = { $what }: to be confirmed (rxbridge stock plan)
    .meaning = See [An inventory that is not believed](#an-inventory-that-is-not-believed).
        `rxbridge stock plan`
not_carried_on = it could not be carried on: { $what }
    .meaning = Reading the inventory or writing a number failed. It is tried again by itself. If it
        stays: `rxbridge check`.
not_compared = PharmaOne's inventory has not been compared for too long
    .meaning = Three rounds of stock did not take place. See the log; `rxbridge stock sync` tries
        one now.
one_way = orders go in by the connector and nothing is read back (pharmaone.org_id is not set)
    .meaning = The bridge works one way: statuses and stock stay as people set them. To have them
        carried over, set `pharmaone.org_id` and a key that opens the organisation.
clock_differs = { $vendor }'s clock differs from this machine's by { $seconds } s
    .meaning = Measured by the `Date` of its answers; with a minus it is behind. Times are compared
        with the difference taken off, so nothing is lost. Where both vendors differ alike, this
        machine's clock is the wrong one: see its time service (NTP).
unconfirmed = { $skus } SKUs are not confirmed, { $first } first: nothing is written for them (rxbridge skus match)
    .meaning = Nobody said how many PharmaOne units they hold:
        see [`unconfirmed_units`](#unconfirmed_units). `rxbridge skus match` proposes it.
never_listed = { $skus } SKUs are linked to a product that PharmaOne's inventory has never listed, { $first } first: they go to 0 and their orders wait (rxbridge skus match)
    .meaning = See [`unknown_product`](#unknown_product). `rxbridge skus match` names the likely products.
unchecked = { $skus } SKUs without confirmed units are on sale, { $first } first with { $pieces } pieces that nobody checked: confirm the units (rxbridge skus match --write), or set it to 0 in RxScale's portal
    .meaning = Nothing is written for a SKU whose units nobody confirmed, so RxScale goes on offering the
        number that somebody wrote there before. `rxbridge skus list` shows it.
vendor_down = { $vendor } has not answered as it should for 15 minutes
    .meaning = Its calls fail, or its key is refused. Nothing is lost: the bridge goes on by itself once
        it answers. `rxbridge check` says what it answers.
restarted = the bridge had ended without being stopped, and was started again
    .meaning = It was killed, ran out of memory, or the machine went down. Nothing is lost by that. If
        it happens again, look at what the log and the machine say of it.
nobody_works = no replica works for this pharmacy just now
    .meaning = The one that did has stopped or cannot reach the database; another one takes over within
        15 s. Deliveries are taken meanwhile. If it lasts, look into the log of each replica.
not_told = messages are not taken: { $addresses }
    .meaning = An address of `notify.urls` did not take its last message; it is tried again until it
        does. `rxbridge notify test` says why.
prices_to_confirm = { $prices } prices are to be confirmed (rxbridge stock plan)
    .meaning = See [`price`](#price). `rxbridge stock plan`

## How an order's two sides differ, and what the bridge would do next

unknown_here = the bridge does not know it
not_shown_there = RxScale does not show it
status_was = { $status ->
        [absent] { $vendor }'s status was not seen before
       *[other] { $vendor }'s status was '{ $status }' when last seen
    }
made_of_it = PharmaOne made { $order } of it
order_gone = PharmaOne no longer shows its order
lost_after_its_end = it was completed: whoever restored PharmaOne puts it right there
sides_differ = the two sides differ
person_decides = a person has to decide
number_differs = RxScale offers { $offered }, and PharmaOne's inventory makes it { $target }
ended_differently = finished here, and the two sides ended differently
would_wait = wait: { $why }
would_be_stuck = stuck: { $why }
would_finish = finish it: { $why }
would_set = set '{ $status }' at RxScale
would_complete = complete it at RxScale
would_cancel = cancel { $order } at PharmaOne
would_adopt = take { $order } for its order and follow it
would_search = search PharmaOne for it
would_submit = send the order-request
would_prescribe = send the prescription
would_look = look at it, and send the order-request if nothing is missing
would_look_there = look at PharmaOne's order
would_look_at_prescription = look at the prescription
would_read_list = read RxScale's SKU list

## Shadow mode: how people's work differs, and what follows at go-live

not_typed = nobody typed it into PharmaOne, or so that it is not recognised
goods_differ = product { $product }: people typed { $theirs }, the bridge would send { $ours }
price_differs = product { $product }: people typed { $theirs } EUR, the bridge would send { $ours } EUR
total_differs = total: people typed { $theirs } EUR, the bridge would send { $ours } EUR
only_the_bridge = the bridge would have set '{ $status }'; people did not
only_people = people set '{ $status }'; the bridge would not have
stock_is = RxScale shows { $theirs }, the bridge would write { $ours }
price_is = RxScale shows { $theirs } cents, the bridge would write { $ours }
live_sends = it is new: compared with what was typed into PharmaOne by hand, then sent
live_leaves = it is in people's hands ('{ $status }'): left alone
live_asks = it looks like { $order }, typed by hand: not sent, a person is asked

## What became of a call to a vendor

no_such_name = { $vendor ->
        [pharmaone] pharmaone.base_url (or connector_url)
       *[other] { $vendor }.base_url
    }: the name { $host } cannot be found - correct the address, or see whether this machine reaches the internet
no_connection = no connection to { $vendor } ({ $cause })
not_owned = { $vendor } was not called: another replica may work with this key by now
no_answer = { $cause ->
        [absent] no answer from { $vendor } to { $route }
       *[other] no answer from { $vendor } to { $route } ({ $cause })
    }
answer_too_long = the answer of { $vendor } to { $route } is too long to be read
called_less = { $vendor } asks to be called less ({ $outcome })
failed_repeatedly = { $vendor } is left alone after failing repeatedly
not_the_application = { $vendor } does not work: the 404 to { $route } is not its application's
answered_badly = { $vendor } answered { $status } to { $route }
with_a_web_page = { $vendor } answered { $route } with a web page
not_json = { $vendor }'s answer to { $route } is not JSON
limit_reached = { $vendor }'s limit is reached ({ $route })
call_refused = { $fields ->
        [absent] { $vendor } refused { $route } ({ $status })
       *[other] { $vendor } refused { $route } ({ $status }); it complains of: { $fields }
    }

## What a shop sells, against what is there

shop_sells_none = the shop does not sell it, and { $there } are there
shop_is_sold_out = the shop says it is sold out, and { $there } are there
not_there_not_sold = not there and not sold
not_sold = not sold
no_product = it is no product of PharmaOne's: nobody knows whether it is there
inventory_silent = PharmaOne's inventory does not say whether it is there
none_there = none is there
more_for_sale = { $stock } can be bought, and { $there } are there

## Why a SKU may be a product

nothing_alike = nothing similar
line_says = { $place } says { $product }, which PharmaOne does not list
linked_by = linked by { $place }
other_word = '{ $one }' is not '{ $other }'
one_says = only one says '{ $word }'
sold_by_one = sold by the one: 1 unit
size_unknown = how much it holds is not known
counted_in = { $size } of a product that is counted in { $unit }
no_packs = { $size } are no packs of { $pack }
same_pack = both are packs of { $size }
packs = { $size } are { $packs } packs of { $pack }

## An order's story

event-delivered = { $vendor } told of it ({ $event }{ status-told }{ times-told })
event-echo = { event-delivered }: known already, nothing to do
status-told = { $status ->
        [absent] { "" }
       *[other] , { $status }
    }
times-told = { $times ->
        [absent] { "" }
       *[other] , { $times } times
    }
event-unknown-event = { $vendor } told of something that the bridge does not know ({ $event })
event-swept = found in RxScale's order list: { $status }
event-looked = looked at RxScale: { $status }
event-looked-at-PharmaOne = { $flags ->
        [absent] looked at PharmaOne: { $status }
       *[other] looked at PharmaOne: { $status } ({ $flags })
    }
event-looked-at-prescription = the prescription is { $status }
event-read-catalogue = read RxScale's SKU list: { $why }
event-searched-PharmaOne = searched PharmaOne's orders: { search-found }{ search-gap }
search-found = { $found ->
        [absent] not found
       *[other] { $found }
    }
search-gap = { $gap ->
        [absent] { "" }
       *[other] { "" } ({ $gap })
    }
event-adopted = PharmaOne made order { $order } of it ({ $status })
event-intends-to-submit = about to send the order-request: { $why }
event-submitted = { $request ->
        [absent] PharmaOne took the order-request (no id told)
       *[other] PharmaOne took the order-request { $request }
    }
event-unsure = no answer to the order-request: { $reason }
event-refused = PharmaOne refused the order-request: { $reason }
event-not-sent = the order-request was not sent
event-intends-to-prescribe = about to send the prescription: { $why }
event-prescribed = PharmaOne took the prescription { $prescription }
event-claimed = set '{ $status }' at RxScale, so that the order is taken before it is sent
event-set-status = set '{ $status }' at RxScale
event-not-heeded = RxScale accepted '{ $status }', and its answer shows '{ $told }'
event-status-refused = RxScale refused '{ $status }': { $reason }
event-completed = { $carrier ->
        [absent] completed at RxScale
       *[other] completed at RxScale, with the parcel's page ({ $carrier })
    }
event-lent = its pieces were put back on top at RxScale while it is completed: { $skus }
event-tracking-refused = RxScale did not take the parcel's page, so without it: { $reason }
event-cancelled-there = cancelled PharmaOne's order { $order }
event-cancellation-refused = PharmaOne refused the cancellation: { $reason }
event-would = would { $step } (shadow: nothing is written)
event-waits = { $times ->
        [absent] waits: { $why }
       *[other] waits: { $why } ({ $times } times since { $since })
    }
event-stuck = { $times ->
        [absent] STUCK: { $reason }
       *[other] STUCK: { $reason } ({ $times } times since { $since })
    }
event-done = done: { $why }
said-by = { $by ->
        [absent] a person
        [operator] an operator
       *[other] { $by }
    }
event-retried = { said-by } said: try again
event-resumed = { said-by } said: take it up again
event-dropped = { said-by } said to leave it alone: { $reason }
event-confirmed = { said-by } confirmed: { $code }
event-accepted = { said-by } knows: { $codes }
event-restored = the store was restored from a backup: what came after it is looked for
event-marked-submitted = { said-by } said: the order-request is in PharmaOne already
event-written = written at RxScale: { sku-written-there }
event-hidden = RxScale does not show it: { sku-written-there } was not written
sku-written-there = { $price_cents ->
        [absent] { $stock }
       *[other] { $stock ->
            [absent] price { $price_cents } cents
           *[other] { $stock }, price { $price_cents } cents
        }
    }
event-drifted = somebody changed it at RxScale
event-adjusted = PharmaOne's stock of { $product } was changed by { $delta } ({ $reference })
event-unexplained = THE COMPARISON FOUND what the bridge had not: { $what }; it does now: { $would }
event-not-adjusted = not changed at PharmaOne: { $reason }

evidence-rule = rule  { $rule }
evidence-files = files version { $version } of the mapping files
evidence-call = call  { $vendor } { $route } -> { $outcome } ({ $milliseconds } ms)
evidence-do = do    { $remedy }

next-stuck = nothing until a person decides: { $remedy }
next-at = { $why ->
        [absent] looked at again at { $at }
       *[other] looked at again at { $at }, or before if either side tells of a change ({ $why })
    }
next-finished = nothing; it is finished
next-awaited = { $why ->
        [absent] looked at when either side tells of a change, or the next sweep sees one
       *[other] looked at when either side tells of a change, or the next sweep sees one ({ $why })
    }
resume-does = { $how ->
        [again] it is sent to PharmaOne once more, as another order-request
        [adopted] the bridge goes on with PharmaOne's order { $order }
        [submitted] the bridge waits again for the review of its order-request { $request }
        [submitting] it is looked for at PharmaOne first, and sent only if it is not there
       *[other] it is looked at anew, and sent to PharmaOne if nothing is missing
    }

phase-known = not sent yet
phase-submitting = being sent
phase-submitted = under review
phase-adopted = order made
phase-dropped = left alone
phase-done = done

side-RxScale = RxScale
side-PharmaOne = PharmaOne
side-bridge = bridge

## Messages

news-title = { $count ->
        [absent] rxbridge: mended
       *[other] rxbridge: { $count } new
    }
news-line = { $about ->
        [absent] { $why } (since { $since })
       *[other] { $about }: { $why } (since { $since })
    }
news-mended = mended: { $about }
news-more = and { $count } more
news-still = Told before, and still so: { $count }
news-page = The page shows what to do: { $page }
news-test-title = rxbridge: a test
news-test-body = This address receives what rxbridge has to tell. The page: { $page }

## The page

page-language = Language
page-other_language = Deutsch
page-skip = Skip to content
page-quoted = “{ $text }”
page-home = Overview
page-date_format = %Y-%m-%d %H:%M
page-ago_second = { $age } s ago
page-ago_minute = { $age } min ago
page-ago_hour = { $age } h ago
page-ago_day = { $age } days ago

# the navigation bar, and what tables share
page-places = Places
page-place_overview = Overview
page-previous = Previous page
page-next_page = Next page
page-rows_of = { $total ->
        [absent] { $first }–{ $last }
       *[other] { $first }–{ $last } of { $total }
    }
page-save_as = Save as
page-show = Show
page-all = All
page-on_one_page = All on one page, to print
page-pages = Pages of the table

# the numbers, and finding an order
page-place_orders = Orders
page-place_checks = Health
page-numbers = In numbers
page-oldest = the oldest:
page-count_today = { $orders ->
        [one] order came today
       *[other] orders came today
    }
page-count_in_review = await review
page-count_preparing = being prepared
page-count_ready = ready
page-count_on_hold = on hold
page-count_person = wait for a person
page-find = Find: #1013, an id, a SKU, a product's name or its PZN
page-by_state = State
page-by_came = Came on
page-by_side = Where
page-by_stuck = waits for a person
page-state_open = all that are open
page-state_new = new
page-state_in_review = in review
page-state_preparing = being prepared
page-state_ready = ready
page-state_completed = completed
page-state_on_hold = on hold
page-state_cancelled = cancelled
page-state_rejected = rejected
page-state_left_alone = left alone
page-side_rxscale = only at RxScale
page-side_pharmaone = at PharmaOne too
page-came = Came
page-newest = The newest orders
page-all_orders = All orders
page-all_stuck = All orders that are stuck
page-none_found = No order is so.
page-none_1 = Is it in RxScale's portal? Then the bridge finds it within a minute, also where no webhook came. If it does not: Health says whether RxScale answers, and whether the bridge's key may see it.
page-none_2 = Is it in neither? Then it has not been ordered, or waits at the shop or for a doctor.
page-none_3 = Orders that ended long ago are forgotten here (store.retention_days); both vendors have them still.
page-equal = { $all } with the same reason
page-together = { $what } (all { $all })
page-open_in = Open in
page-nothing_stuck_but = Nothing waits for a decision of yours. What is wrong stands above.
page-runs_out = Runs out
page-runs_out_note = Of these RxScale offers less than was ordered in the last seven days.
page-ordered = Ordered in 7 days

# health in words
page-checks_ok = All is well
page-checks_ill = { $ill ->
        [one] One thing is wrong
       *[other] { $ill } things are wrong
    }
page-is_ok = well
page-is_degraded = something is wrong
page-pharmacies = Pharmacies
page-pharmacy = Pharmacy
page-works = Replica at work
page-last_sweep = RxScale last read
page-is_down = does not work
page-cause = Cause
page-doing_now = What is being done
page-facts = What is known, and how
page-check_rxscale = RxScale
page-check_pharmaone = PharmaOne
page-check_stuck = Waiting for a person
page-check_proof = Proof
page-doing_store = The bridge tries again with each delivery; the vendors deliver again what it could not take. Look at the disk: is it full, may the bridge write?
page-doing_replica = Another replica takes over within 15 seconds; deliveries are taken meanwhile. If it lasts, look into the log of each replica.
page-doing_mappings = The last valid files stay in force, so orders go on as before. Mend what the cause names; the bridge takes it up within seconds.
page-doing_rxscale = The bridge tries again by itself, later and later. Orders wait meanwhile, none is lost. If it lasts: rxbridge check says what is wrong.
page-doing_pharmaone = The bridge tries again by itself, later and later. Orders wait meanwhile, none is lost. If it lasts: rxbridge check says what is wrong.
page-doing_work = The bridge works through what is due, and looks at PharmaOne for each submission without an answer before it sends again.
page-doing_stuck = Nothing, until a person decides. The overview has a card with a button for each.
page-doing_orders = The bridge reads the list again every minute. Webhooks still bring new orders.
page-doing_stock = What is not confirmed is not written; all else goes on. The overview has the button, or says what is missing.
page-doing_proof = What is safe is mended by itself, the rest is looked at again with the next comparison.
page-doing_webhooks = Orders are found by reading the lists every minute, so each is late by that at most. The card on the overview says what to do.
page-doing_clocks = Times are compared without the difference. Set this machine's clock by a time server.
page-doing_notify = The message is sent again with the next one. Check the address: rxbridge notify test.
page-source_store = Tried just now: the bridge wrote into its store.
page-source_replica = The database, in which each replica gives a sign of life every two seconds.
page-source_mappings = The files in the mappings folder, looked at every few seconds.
page-source_rxscale = The answers to the bridge's own calls.
page-source_pharmaone = The answers to the bridge's own calls, and its token.
page-source_work = The bridge's store: what is due, and what was sent without an answer.
page-source_stuck = The bridge's store: what only a person can decide.
page-source_orders = RxScale's list of orders, which the bridge reads besides the webhooks.
page-source_stock = PharmaOne's inventory, RxScale's list of SKUs and skus.csv.
page-source_proof = The last complete comparison of both vendors.
page-source_webhooks = Deliveries that arrived, and RxScale's list of subscriptions, read every hour.
page-source_clocks = The time that each vendor's answers bear.
page-source_notify = What the addresses took.
page-fact_good_backup_at = Last good copy
page-fact_owner = Works for this pharmacy
page-fact_here = Is the one that shows this
page-fact_version = Version in force
page-fact_last_success_at = Last answered
page-fact_last_error = Last trouble
page-fact_expires_at = Token ends
page-fact_scopes = Scopes
page-fact_missing_scopes = Missing scopes
page-fact_pending = Due now
page-fact_unsure = Sent without an answer
page-fact_oldest_seconds = Oldest due for (s)
page-fact_count = Stuck
page-fact_attentions = To know
page-fact_held_back = Held back
page-fact_last_poll_at = List last read
page-fact_open = Open orders
page-fact_found_by_sweep = Found without a webhook
page-fact_linked = Linked SKUs
page-fact_unlinked = SKUs without a link
page-fact_last_sync_at = Last compared
page-fact_drift = Changed by others
page-fact_waiting = To be written
page-fact_hidden = Not shown by RxScale
page-fact_anomalies = Odd prices
page-fact_unconfirmed = Not confirmed
page-fact_compared_at = Last compared
page-fact_orders = Orders compared
page-fact_skus = SKUs compared
page-fact_differences = Differences
page-fact_unexplained = Unexplained so far
page-fact_last_delivery_at = Last delivery
page-fact_lost_today = Lost today
page-fact_subscriptions = Subscriptions
page-fact_rxscale_seconds = RxScale's clock ahead by (s)
page-fact_pharmaone_seconds = PharmaOne's clock ahead by (s)
page-fact_addresses = Addresses
page-fact_last_at = Last message
page-fact_failing = Fail now
page-last_proof = The last proof
page-known = What the vendors' documents leave open
page-known_note = What is unknown is treated as the worse case. rxbridge probe finds some of it out.
page-known_value = What is known, and from where
page-versions = Versions
page-link_it = Link the product
page-is_differ = they differ
page-is_unknown = not known

# how it is
page-status_ok = Running, all is well
page-status_degraded = Running, but something is wrong
page-status_waiting = Running, and waits for you
page-status_down = Not working
page-since = since
page-started = Started
page-updated = Shown as of
page-lost = The bridge does not answer: what you see is old.
page-pause = Stop refreshing
page-resume = Refresh by itself
page-refresh = Refresh
page-shadow = Shadow: nothing is written
page-shadow_means = Everything is read and decided, and your staff go on by hand. An order is sent to PharmaOne by nobody but them.
page-shadow_orders = { $seen } orders seen, { $sent } of them would have been sent.
page-shadow_what = Compared
page-shadow_compared = how many
page-shadow_agreed = as the bridge
page-what_order = Orders typed
page-what_status = Statuses set
page-what_stock = Stock written
page-what_price = Prices written
page-shadow_differing = What was different, and how
page-store_unread = The bridge's store cannot be read just now; nothing is lost by that.
page-check_store = Store
page-check_replica = Replica
page-check_mappings = Mapping files
page-check_work = Work
page-check_orders = Orders
page-check_stock = Stock
page-check_clocks = Clocks
page-check_notify = Messages
page-check_webhooks = Webhooks
page-vendors = The two sides
page-answered = last answered
page-never = has not answered yet

# what is stuck
page-stuck = Stuck
page-nothing_stuck = Nothing is stuck. Nobody has to do anything.
page-order = Order
page-sku = SKU
page-why = Why
page-what_to_do = What to do
page-button_retry = Try again
page-button_accept = I know
page-held_back = { $orders } orders are held back
page-button_confirm_all = They are all right: cancel them
page-kept_back = The goods of { $orders } orders are kept back
page-button_accept_all = The stock is right: offer by it
page-accept_all_do = Look at the stock of their products in PharmaOne Manager; correct it if the goods are still in it.
page-confirm_all_do = Look in both portals whether these orders are really cancelled.
page-button_accept_changed_at_rxscale = Changed in PharmaOne
page-alarm = Alarm
page-proof = Compared: { $orders } orders, { $skus } SKUs, { $differences ->
        [absent] no difference
       *[other] { $differences } that differ
    }
page-doing = what is done
page-to_know = To know
page-button_send = It is not there: send it
page-button_submitted = It is there already
page-button_resume = Take it up again
page-have_seen = I have seen its order-request there, though this bridge may never have sent it.
page-button_drop = Leave it alone
page-drop_open = Leave it alone …
page-drop_reason = Reason, for its story (no patient data, please)
page-have_looked = I have looked in PharmaOne Manager.
page-first_write = Stock is about to be written for the first time
page-first_write_do = Numbers only fall until you say that these are right. Look through what differs, below.
page-inventory_odd = PharmaOne's inventory looks wrong
page-inventory_do = Nothing is changed by it until a later look shows the same, or you say that it is true.
page-button_confirm = It is true: go on
page-have_checked = I have checked it in PharmaOne Manager.

# orders
page-no_orders = No orders yet.
page-more_stuck = { $more } more are waiting, and follow once these are done.
page-name = Name
page-at_rxscale = At RxScale
page-at_pharmaone = At PharmaOne
page-seen = Last seen
page-first_seen = First seen
page-not_looked = not looked at yet
page-is_stuck = stuck
page-goes_on = goes on

# one order
page-no_such_order = No such order is known here.
page-story = Its story
page-request = Order-request
page-p1_order = PharmaOne's order
page-goods = Ordered
page-calls = Calls made
page-next = Next
page-evidence = Evidence
page-button_look = Look at it now
page-bridge = bridge

# stock
page-stock = Stock that differs
page-no_stock = RxScale offers what it should, as far as SKUs are linked.
page-not_compared = Not compared yet: the first comparison is under way.
page-compared = Compared
page-units = units in one
page-button_units = Confirm its units
page-product = Product
page-on_hand = On hand
page-target = Should be
page-offers = RxScale offers
page-button_sync = Compare and write now
page-sent = Told by message
page-mended = mended
page-topic_stuck = stuck
page-topic_attention = to know
page-topic_vendor = does not answer
page-topic_silence = silence
page-topic_stock = stock
page-topic_proof = proof
page-topic_backup = backup
page-topic_restart = started after a crash

# what came of a button
page-said_retried = It is looked at again now.
page-said_confirmed_orders = Taken as right; they go on.
page-said_accepted = Noted; it is told again if it changes.
page-said_resumed = It is taken up again now.
page-said_unsent = Nothing was changed. This bridge never sent it: press again once you have seen its order-request in PharmaOne Manager, and say so there.
page-said_dropped = It is left alone from now on.
page-said_submitted = Taken as submitted; the bridge goes on from there.
page-said_looking = The order is looked at now.
page-said_syncing = Stock is compared and written now.
page-said_confirmed = Taken as true; stock is written by it now.
page-said_no_number = Nothing was done: write a number above 0, with a point for fractions.
page-said_changed = It has changed meanwhile, so nothing was done. Look again.
page-said_busy = It is being looked at right now, so nothing was done. Try again in some seconds.
page-said_reason = Nothing was done: a reason is needed.
page-said_look = Nothing was done: look in PharmaOne Manager first, and say so.

# login
page-login = Log in
page-logout = Log out
page-password = Password
page-username = Name
page-wrong_password = This is not the password.
page-wrong_name = The name or the password is wrong.
page-too_many_tries = Too many wrong tries. Wait { $seconds } s.

# refusals
page-refused = That did not work
page-refused_token = This form is too old, or not from this page. Nothing was done; go back and try again.
page-refused_origin = This form was sent by another site. Nothing was done.
page-refused_viewer = With the role viewer you may look; the buttons are for operators.
page-refused_host = Without a login this page opens only at http://127.0.0.1 or http://localhost on the machine itself; for others add a user: rxbridge users add NAME --role operator.
page-refused_proxy = Without a login this page is not shown through a proxy: add a user (rxbridge users add NAME --role operator), or have the proxy forward only /webhooks/.
page-refused_store = The store cannot be read or written just now. Nothing was done; try again.
page-refused_mistake = Something unexpected happened. Try again; if it stays so, the bridge's log tells what it was.

# products, pictures, settings
page-writing = Numbers being written: { $skus }.
page-left = SKUs that stay as they are until somebody has looked: { $skus }.
page-all_products = All products
page-place_products = Products
page-place_pictures = Pictures
page-place_settings = Settings
page-by_standing = How it stands
page-find_product = SKU, name, PZN or product
page-no_products = Nothing found.
page-standing_unconfirmed = not confirmed
page-standing_unlinked = no link
page-standing_stuck = waits for a person
page-standing_hidden = hidden at RxScale
page-standing_differs = is being changed
page-standing_right = as it should be
page-sum_note = On hand at PharmaOne, less what open orders will take and the safety stock, by the units in one SKU: the number that RxScale may offer.
page-reserved = Open orders
page-safety = Safety stock
page-share = Share
page-sum = The sum behind the number
page-sold_as = RxScale sells it as
page-before = Before
page-after = Now
page-odd_stock = This inventory waits to be confirmed
page-odd_stock_do = Confirm what you have seen on the shelf, one by one. The rest waits for a second look, or for all of it to be confirmed on the overview.
page-odd_prices = Prices that wait for a person
page-button_right = This is right
page-said_confirmed_one = Taken as right; RxScale gets it now.
page-link_set = Link it
page-link_change = Change its link
page-choices = It may be
page-sure = Sure
page-button_take = Take this one
page-pick = Or pick from PharmaOne’s inventory
page-find_p1 = Name or id at PharmaOne
page-preview = Preview
page-preview_writes = If you save this, the bridge writes { $number } at RxScale. Orders that waited for this link take their pieces from it as soon as they are looked at.
page-preview_writes_none = If you save this, the bridge writes nothing at RxScale for now.
page-button_preview = Show the preview
page-button_link = Save into skus.csv
page-file_changed = skus.csv was last changed
page-not_saved = Nothing was saved:
page-said_linked = Saved into skus.csv. The bridge counts by it from now on.
page-number_over_time = Its number over time
page-what_happened = What happened
page-taken_by = Orders of it
page-no_story = No number was written in the last 30 days.
page-no_such_sku = RxScale’s list does not have this SKU.
page-span = By the hour or by the day
page-by_hour = Two days by the hour
page-by_day = A month by the day
page-nothing_then = Nothing in this time.
page-as_table = As a table
page-from = From
page-chart_says = { $name }: at most { $top }, last { $last }
page-chart_limit = The limit is { $limit } a minute.
page-unit_orders = orders
page-unit_minutes = minutes
page-unit_ms = milliseconds
page-unit_per_minute = calls a minute
page-chart_orders = Orders that came
page-chart_review = From order to review, on average
page-chart_handover = From order to handover, on average
page-chart_answers_rxscale = RxScale answers after
page-chart_answers_pharmaone = PharmaOne answers after
page-chart_calls_rxscale = Calls of RxScale
page-chart_calls_pharmaone = Calls of PharmaOne
page-pictures_kept = Kept as numbers by the hour, as long as finished orders are (store.retention_days). No patient data is in them.
page-dry_run = What the mapping files make of one order
page-dry_run_means = The order is read from RxScale and mapped in memory. Nothing is sent or stored, and whatever may be a patient’s is masked.
page-dry_run_which = Pharmacy order (po-…)
page-button_dry_run = Try it
page-dry_run_lacks = No order-request can be made of it yet:
page-dry_run_made = This order-request would be made of it:
page-dry_run_rules = Rules used:
page-field = Field
page-rule = Rule
page-value = Value
page-key = Key
page-origin = Where it comes from
page-by_default = default
page-in_force = Settings in force
page-mapping_files = Mapping files
page-skus_are_products = its lines are the links of the products.
page-none = –
page-point = .
page-hour_format = %d/%m %H:%M
page-day_format = %d/%m/%Y

## Mistakes of the operator: the configuration, and what it needs

fault-users-open = may be opened by others
    .remedy = give it to rxbridge's user, then: chmod 600 { $path }
fault-users-unreadable = cannot be read ({ $why })
    .remedy = make it a file of rxbridge's user: `rxbridge users add` does
fault-no-users = is no list of users
    .remedy = remove it, and add them anew
fault-cannot-listen = cannot listen at { $at } ({ $why })
    .remedy = { $kind ->
        [elsewhere] set an address of this machine
        [low] choose one above 1023: those below are for the system's administrator
       *[taken] stop what listens there, or choose another { $named }
    }
fault-no-pharmacy-name = no name for a pharmacy
    .remedy = small letters, digits and hyphens, 32 at most, and neither ready, rxscale nor pharmaone
fault-no-pharmacy = no such file
    .remedy = { $way }
fault-no-key-named = no key of that name
    .remedy = { $way }
write-key = write [{ $table }.NAME] into { $file }
fault-no-configuration = { $what }
    .remedy = name the configuration file
no-such-file = no such file
not-a-file = not a file
file-unreadable = cannot be read ({ $why })
cannot-be-read = cannot be read
is-no-folder = is no folder
secret-files = secret files
origin-environment = environment: { $name }
origin-secret-file = secret file: { $file }
origin-command-line = command line
fault-of-the-process = is of the whole process
    .remedy = set it in { $file }
fault-no-key-table = must be a table with a plain name
    .remedy = write [{ $table }.chain-nord]
fault-no-key = no such key
    .remedy = { $way }
fault-no-section = no such section
    .remedy = { $way }
fault-no-toml = { $line ->
        [absent] not valid TOML: { $why } (at end of document)
       *[other] not valid TOML: { $why } (at line { $line }, column { $column })
    }
    .remedy = mend that line
fault-no-utf8 = not UTF-8 text
    .remedy = save it as UTF-8
fault-unreadable = cannot be read ({ $why })
    .remedy = mend the file
fault-too-deep = too long a number or too deep a list
    .remedy = take it out
fault-no-table = must be a table
    .remedy = write [{ $table }] and its keys below it
fault-no-section-at-all = a key outside of any section
    .remedy = { $way }
move-below = move it below its section
nearest-key = did you mean { $guess }?
known-here = known here: { $names }
one-of = { $head } or { $last }
fault-secret-file = { $what }
    .remedy = mend it
fault-secrets-folder = { $folder } { $why }
    .remedy = { $kind ->
        [own] let rxbridge's user read
        [named] name another, or unset it
       *[usual] name another in RXBRIDGE_SECRETS_DIR
    }
fault-value = { $what }
    .remedy = correct the value
fault-in-clear = http without encryption to another machine
    .remedy = write https://, or set { $vendor }.allow_http = true where the network is yours
value-string_type = must be a text
value-string_unicode = must be a text
value-string_too_short = must not be empty
value-string_pattern_mismatch = must be two times of the day, such as 20:00-07:30
value-tuple_type = must be a list of texts
value-path_type = must be a path
value-bool_type = must be true or false
value-bool_parsing = must be true or false
value-int_type = must be a whole number
value-int_parsing = must be a whole number
value-int_from_float = must be a whole number
value-float_type = must be a number
value-float_parsing = must be a number
value-finite_number = must be a finite number
value-greater_than = must be more than { $gt }
value-greater_than_equal = must be { $ge } or more
value-less_than_equal = must be { $le } or less
value-literal_error = must be { $expected }
value-datetime_type = must be a time with its zone, such as 2026-01-02T08:00:00+01:00
value-datetime_parsing = must be a time with its zone, such as 2026-01-02T08:00:00+01:00
value-datetime_from_date_parsing = must be a time with its zone, such as 2026-01-02T08:00:00+01:00
value-datetime_object_invalid = must be a time with its zone, such as 2026-01-02T08:00:00+01:00
value-timezone_aware = must be a time with its zone, such as 2026-01-02T08:00:00+01:00
value-ip_any_network = must be addresses or networks, such as 10.0.0.1 or 10.0.0.0/8
value-web-address = must be a web address such as https://api.example.com
value-api-path = must be a path such as /v1/external_pharmacy_api
value-one-line = must be one line of printable characters
value-short-secret = must have { $least } characters or more: a short one can be guessed
value-password-hash = must be what `rxbridge password` prints, whole, with each $
value-path = must be a path
value-number = must be a number
value-notify-address = must be an address of Apprise's, such as mailto://... (docs/notify.md)
value-portal = must be an http(s) address with {"{"}uid{"}"} or {"{"}id{"}"} in it
fault-missing-secret = missing
    .remedy = put it into secrets/{ $file }, or set { $name }
fault-missing = missing
    .remedy = set it in { $file } or as { $name }
fault-page-open = { $host ->
        [absent] missing, and others can open the page at server.public_url, whose proxy may forward more than /webhooks/
       *[other] missing, and others can open the page at server.host { $host }
    }
    .remedy = { $host ->
        [absent] add a user (`rxbridge users add NAME --role operator`), or set { $name } (`rxbridge password` makes one), or server.page = false, or server.webhook_port = 8081, and forward to that alone
       *[other] add a user (`rxbridge users add NAME --role operator`), or set { $name } (`rxbridge password` makes one), or server.page = false, or server.host = 127.0.0.1
    }
warning-secret = { $key }: a secret in the configuration file; better in the environment as { $name } or in a secret file
warning-webhooks = { $vendor }.webhook_secrets: none, so none of its webhooks is accepted and news is found only by the sweep every { $seconds } s
warning-one-way = pharmaone.org_id: not set, so the bridge works one way: orders go in by the shop's connector, and neither statuses nor stock come back; a submission whose answer is lost cannot be looked for and waits for a person
warning-webhook-host = server.webhook_host: has no effect without server.webhook_port; webhooks listen where the page does
warning-in-clear = { $key }: http without encryption to another machine
fault-in-shadow = shadow: nothing is written ({ $what })
    .remedy = rxbridge go-live ends that
fault-not-shipped = the shipped mapping files are missing
    .remedy = install anew
fault-shipped-ones = these mapping files are the program's own, and are not written to
    .remedy = `rxbridge init FOLDER` makes a folder with mapping files of yours
fault-others-write = others may write to it
    .remedy = chmod go-w { $path }
fault-others-look = others may look into it
    .remedy = chmod 700 { $path }
fault-changed-meanwhile = was changed by somebody else meanwhile
    .remedy = look at it again, then save
let-write = { $kind ->
        [lines] let rxbridge's user write to { $folder }, or write the lines by hand
        [users] let rxbridge's user write to { $folder }, or set server.users_file
       *[files] let rxbridge's user write to { $folder }
    }
fault-no-plain-file = is no plain file
    .remedy = { $way }
fault-not-written = cannot be written ({ $why })
    .remedy = { $way }
fault-secrets-unreadable = cannot be read: { $why }
    .remedy = name another
no-json-list = it is no JSON list
fault-no-secrets = is no JSON list of secrets
    .remedy = name another file
another-secrets = name another --secrets
fault-secrets-unwritable = cannot be written
    .remedy = name another --secrets
fault-anothers-store = is { $name }'s store (pharmacies/{ $name }.toml)
    .remedy = name another, or leave it out
fault-anothers-uid = is { $name }'s too (pharmacies/{ $name }.toml)
    .remedy = set its own
fault-store-of-another = is the store of { $was }, and rxscale.pharmacy_uid says { $uid }
    .remedy = name the store of { $uid }; or, where its uid was corrected, `{ $command }`
fault-shares = shares of { $product } add up to { $sum } with { $files }{ $more ->
        [absent] {""}
       *[other] , and so those of { $more } more
    }
    .remedy = give each a share, of at most 1 together
fault-no-such-status = RxScale knows no status { $words }, so orders are not looked for there
    .remedy = write the word as RxScale does, or take it out

## Mistakes in the mapping files

place = { $kind ->
        [line] line { $which }
        [example] example { $which }
       *[other] { $kind } { $which }
    }
nearest = did you mean '{ $guess }'?
fault-no-folder = there is no such folder
    .remedy = set mappings.dir
fault-not-in-folder = missing in { $folder }
    .remedy = copy it from the mappings folder that comes with rxbridge
fault-no-permission = cannot be read: { $why }
    .remedy = see its permissions
fault-line-no-utf8 = not UTF-8
    .remedy = save the file as UTF-8
fault-syntax = { $column ->
        [absent] { $why } (at end of document)
       *[other] { $why } (column { $column })
    }
    .remedy = texts need quotes, each key stands once, lists and tables need closing brackets
fault-unknown-key = unknown key
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-key-missing = missing
    .remedy = add it; the file that comes with rxbridge shows how
fault-unknown-word = '{ $word }' is not a word known here
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-wanted = { $what }
wanted-model_type = a table is wanted here
wanted-dict_type = a table is wanted here
wanted-tuple_type = a list is wanted here
wanted-string_type = a text in quotes is wanted here
wanted-bool_type = true or false is wanted here
wanted-too_short = must not be empty
wanted-string_too_short = must not be empty
fault-no-dialect = there is no such dialect
    .remedy = set rxscale.dialect in rxbridge.toml; { $way }
fault-stands-also = '{ $word }' stands in { $other } as well
    .remedy = keep one
fault-does-not-reach = { $state ->
        [absent] '{ $word }' means { $means }: setting it does not reach it
       *[other] '{ $word }' means { $means }: setting it does not reach { $state }
    }
    .remedy = choose a word that means { $wanted }
fault-set-alike = no field of the body holds { $word }, so every word would be set alike
    .remedy = write status = "{ $word }"
fault-no-word-for-review = no word for '{ $review }', the state of an order-request under review
    .remedy = add { $review } = "..." or change pharmaone.order_requests.submitted
fault-no-meaning = '{ $word }' has no meaning in { $table }.means
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-stands-twice = '{ $word }' stands there twice
    .remedy = keep one
fault-arrives-and-waits = '{ $word }' stands in arriving as well
    .remedy = an order either waits for us or is not ours yet
fault-open-means-end = '{ $word }' means an end
    .remedy = take it out of the list
fault-not-open = '{ $word }' is not listed, so the sweep would miss such orders
    .remedy = add it
fault-end-waits = '{ $word }' means an end, yet it is listed as arriving or queue
    .remedy = take it out of that list
fault-out-of-an-end = '{ $word }' means { $means }, an end: nothing leads out of it
    .remedy = take the steps out, or mend its meaning
fault-dead-end = '{ $word }' is a dead end: no step leads out of it, yet it is no end
    .remedy = add "{ $word }" = [...]
fault-no-steps = no steps lead from '{ $start }' to '{ $word }'
    .remedy = add the missing step to { $table }.steps
fault-never-reached = no step leads to '{ $word }', and it is in neither queue nor arriving
    .remedy = add "{ $word }" to the steps of another word
fault-empty-word = an empty word
    .remedy = take it out
fault-listed-twice = '{ $word }' is listed twice (letter case does not count)
    .remedy = keep one
fault-expects-neither = expects neither or both
    .remedy = give expect.payload or expect.gaps
fault-fixed = { $name ->
        [external_reference] external_reference is the pharmacy order's uid, always: that one order-request per order is made rests on it
        [external_id] external_id is the pharmacy order's uid, always: a lost answer is looked for by it
       *[items] items is made from [item], one for each ordered line
    }
    .remedy = take it out
fault-not-filled = nothing in [{ $table }] fills '{ $name }'
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-no-kind = '{ $name }' is not in [fields.{ $table }]
    .remedy = { $way ->
        [absent] a new one needs its kind there
       *[other] { $way } a new one needs its kind there
    }
fault-no-jmespath = no JMESPath: { $why }
    .remedy = see https://jmespath.org
jmespath-at = { $why } at column { $column }
jmespath-token = '{ $token }' at column { $column } does not belong there
jmespath-deep = too deeply nested
jmespath-empty = it is empty or breaks off
fault-no-function = there is no function { $name }()
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-wrong-arguments = { $name }() takes { $wants } arguments and is given { $gets }
    .remedy = see https://jmespath.org, or the top of orders.toml
fault-no-known-field = '{ $name }' is no known field
    .remedy = { $way ->
        [absent] texts stand in single quotes; if RxScale does send such a field, write it into an [[example]]
       *[other] { $way } texts stand in single quotes; if RxScale does send such a field, write it into an [[example]]
    }
fault-example = { $found }
    .remedy = mend the mapping, or the example if this is what you want from now on
example-no-gaps = expected the gaps { $gaps }, got a payload
example-no-payload = expected a payload, got gaps: { $gaps }
example-gaps = expected the gaps { $gaps }, got { $got }
example-differs = { $wanted ->
        [absent] { $path }: expected nothing, got { $got }
       *[other] { $got ->
        [absent] { $path }: expected { $wanted }, got nothing
       *[other] { $path }: expected { $wanted }, got { $got }
    }
    }
fault-quotes = its quotes do not match
    .remedy = close the quotes on the same line; write a quote within quotes twice
fault-no-header = the header line is missing
    .remedy = the first line is: { $first }
fault-unknown-column = unknown column '{ $name }'
    .remedy = { $way ->
        [absent] {""}
       *[other] { $way }
    }
fault-column-twice = column '{ $name }' stands there twice
    .remedy = keep one
fault-no-column = column '{ $name }' is missing
    .remedy = the first line is: { $first }
fault-columns = { $count ->
        [one] { $count } columns where the header has { $wanted }
       *[other] { $count } columns where the header has { $wanted }
    }
    .remedy = separate with '{ $delimiter }' as in the header; quote a text that holds it
fault-sku-listed = { $uid } is listed in line { $line } already
    .remedy = keep one of the two
fault-no-sku = pharmacy_sku_uid is empty
    .remedy = write RxScale's pharmacy SKU (psku-...)
fault-no-pharmacy-sku = { $uid } is no pharmacy SKU
    .remedy = its id starts with psku- (RxScale's SKU list)
fault-no-p1-id = p1_id is empty
    .remedy = take the line out; then `rxbridge skus match` names the likely product and its units
fault-placeholder = p1_id '{ $product }' is a placeholder
    .remedy = take the line out; then `rxbridge skus match` names the likely product and its units
fault-rounded = p1_id '{ $product }' was rounded
    .remedy = format the column as text and write the id anew
fault-no-units = units_per_sku '{ $units }' is no number above 0
    .remedy = write digits, with a point for fractions: 2.5
fault-no-safety-stock = safety_stock '{ $safety }' is no whole number from 0 up
    .remedy = write digits only
fault-no-share = share '{ $share }' is no part of a whole
    .remedy = write it as 0.25 or as 25 %
fault-share-missing = { $uid } has no share of product { $product }, and others have one
    .remedy = give it one; 0 is none
fault-shares-too-many = the shares of product { $product } add up to { $sum }
    .remedy = make them 1 or less together
fault-column-to-write = there is no column '{ $column }' to write them to
    .remedy = add it to the header
fault-would-be-comment = the line of { $uid } would be a comment, with '#' at its beginning
    .remedy = move p1_id behind pharmacy_sku_uid
fault-fact-is-gone = is not told any more, and was { $was }
    .remedy = put it back; or write "unknown", if nobody knows it after all
fault-in-tables = is written in tables, which are not changed by themselves
    .remedy = write each fact as `name = ...` on a line

## Mistakes with the store, and its troubles

another-backup = take another backup; the store was left as it is
fault-no-store = there is no store here yet
    .remedy = start `rxbridge run` first, or name its configuration with --config
fault-no-backup-there = { $kind ->
        [folder] is a folder
        [beside] belongs to the store
        [store] is the store itself
        [others] is another bridge's store
       *[foreign] is no backup of rxbridge's, and would be overwritten
    }
    .remedy = name another file for the backup
fault-no-store-file = there is no such file
    .remedy = name the file of a store or of a backup
so-it-says = { $what } ({ $error })
fault-unsound = { $what }
    .remedy = { $way }
is-empty = is empty
is-damaged = is damaged: { $line }
fault-store-itself = is the store itself
    .remedy = name a backup of it
store-open = the store { $store }: a command has it open; try again when it has ended
fault-not-ours = is another program's database
    .remedy = set store.path to a file of rxbridge's own
fault-folder-unwritable = cannot be written ({ $why })
    .remedy = make that folder, let rxbridge's user write to it, or name another
copy-failed = { $folder }: the copy could not be written there ({ $error })
fault-store-foreign = is another program's database
    .remedy = set store.path to a file of rxbridge's own; it is made if it is not there
fault-newer = was written by a newer rxbridge (schema { $found }, this one knows { $newest })
    .remedy = run that version or a newer one, or set store.path to another file
fault-in-use = { $pid ->
        [absent] another rxbridge run (pid unknown) uses this store
       *[other] another rxbridge run (pid { $pid }) uses this store
    }
    .remedy = stop it first, or give this one a store.path of its own
store-trouble = { $code ->
        [full] the store { $path }: its disk is full ({ $error })
        [readonly] the store { $path }: it cannot be written to ({ $error })
        [busy] the store { $path }: another process is writing to it ({ $error })
        [locked] the store { $path }: it is locked ({ $error })
        [ioerr] the store { $path }: the disk failed ({ $error })
        [corrupt] the store { $path }: its file is damaged ({ $error })
        [cantopen] the store { $path }: its files cannot be opened any more ({ $error })
        [perm] the store { $path }: its files may not be opened any more ({ $error })
       *[nomem] the store { $path }: there is not enough memory ({ $error })
    }
fault-not-opened = cannot be opened: { $error }
    .remedy = restore it from a backup, or set store.path to another file
fault-damaged = is damaged, or is no store at all
    .remedy = restore it from a backup, or move it away: rxbridge then starts with an empty store and looks for every order at PharmaOne before it sends one
fault-is-directory = is a directory
    .remedy = set store.path to a file
fault-no-directory = there is no directory { $folder }
    .remedy = make that directory, or set store.path to a file elsewhere
fault-store-unwritable = { $why ->
        [absent] cannot be written
       *[other] cannot be written ({ $why })
    }
    .remedy = let rxbridge's user write to the directory { $folder } and the store's files in it, or set store.path to a file elsewhere
store-closed = the store { $path } is closed
looked-at-now = { $key } is being looked at right now; try again in some seconds

## What a vendor's answer says of the configuration

fault-no-organisation = missing: without it nothing can be read from PharmaOne
    .remedy = set the organisation that the API key belongs to
fault-not-at-address = there is no { $route } at this address (404)
    .remedy = check the address and the organisation's id
fault-no-token = PharmaOne gives no token for this key and organisation ({ $status })
    .remedy = check that the key is one of this organisation
fault-key-refused = { $kind ->
        [key] PharmaOne does not accept the API key ({ $route }, 401)
       *[token] PharmaOne does not accept a token that was only just issued ({ $route }, 401)
    }
    .remedy = make a key in PharmaOne Manager, Org Settings, Integrations
fault-other-organisation = the API key is not one of the configured organisation ({ $route }, 403)
    .remedy = set the organisation of the key, or a key of this organisation
fault-key-may-not = { $scope ->
        [absent] the API key may not do this ({ $route }, 403)
       *[other] the API key lacks the scope { $scope } ({ $route }, 403)
    }
    .remedy = make a key that may, in PharmaOne Manager, Org Settings, Integrations
fault-key-of-another = the API key belongs to the organisation '{ $told }', not to '{ $wanted }'
    .remedy = set the organisation of the key, or a key of this organisation
fault-scope-missing = the key's token lacks the scope { $scope }
    .remedy = give the key this scope in PharmaOne Manager, Org Settings, Integrations; the bridge sees it with its next token, within the hour or after a restart
fault-unwritable = { $kind ->
        [no-number] { $place }: it is no number
        [decimals] { $place }: it has more than two decimals
        [inexact] { $place }: it has no exact JSON number
       *[no-json] { $place }: it holds something that JSON cannot
    }
    .remedy = correct the expression that makes this field
fault-moved = { $vendor } answers { $route } with a redirect ({ $status })
    .remedy = set the address and path that { $vendor } gave for this account
fault-which-pharmacy = RxScale wants to know which pharmacy is meant: the key is a group-wide one
    .remedy = set the uid of this pharmacy
fault-rx-key-refused = RxScale does not accept the key (401{ $code })
    .remedy = set the key that RxScale's portal shows under API Access
fault-no-right = { $needed ->
        [absent] the key lacks the permission that this route needs ({ $route }, 403)
       *[other] the key lacks the permission { $needed } ({ $route }, 403)
    }
    .remedy = permissions are fixed when a key is made: ask RxScale, or make a key that has it
fault-rx-not-there = RxScale knows no { $route } at this address (404)
    .remedy = { $kind ->
        [public] set { $paths }, as your account has it
       *[own] set { $paths }, as your account has it; if it is right, look at rxscale.pharmacy_uid
    }
fault-several = missing, and the key shows more than one pharmacy: { $named }
    .remedy = set the uid of this one
rx-fault = RxScale reports a fault on its side ({ $route }: { $text })
another-id = { $vendor } answered with another { $name } than the one asked for
answered-with-error = PharmaOne answered { $route } with { $status } and an error
inventory-short = PharmaOne's inventory says that it has more rows than it gives
same-page = { $what }: the same page of the list came again
garbled = { $place ->
        [absent] { $answer }, as a whole: { $why }
       *[other] { $answer }, { $place }: { $why }
    }
listed-not-shown = PharmaOne lists an order that it does not show
unsure = { $what }: it may have happened - look before you do it again

## Sentences of the system's and of libraries, by their own words

said-no-such-file-or-directory = No such file or directory
said-permission-denied = Permission denied
said-is-a-directory = Is a directory
said-not-a-directory = Not a directory
said-file-exists = File exists
said-no-space-left-on-device = No space left on device
said-read-only-file-system = Read-only file system
said-too-many-levels-of-symbolic-links = Too many levels of symbolic links
said-file-name-too-long = File name too long
said-address-already-in-use = Address already in use
said-cannot-assign-requested-address = Cannot assign requested address
said-name-or-service-not-known = Name or service not known
said-no-address-associated-with-hostname = No address associated with hostname
said-expected-after-a-key-in-a-key-value-pair = Expected '=' after a key in a key/value pair
said-invalid-value = Invalid value
said-invalid-statement = Invalid statement
said-unterminated-string = Unterminated string
said-expected-newline-or-end-of-document-after-a-statement = Expected newline or end of document after a statement
said-cannot-overwrite-a-value = Cannot overwrite a value
said-unclosed-array = Unclosed array
said-unclosed-inline-table = Unclosed inline table
said-expected-at-the-end-of-a-table-declaration = Expected ']' at the end of a table declaration
said-invalid-date-or-datetime = Invalid date or datetime
said-invalid-initial-character-for-a-key-part = Invalid initial character for a key part
said-unescaped-in-a-string = Unescaped '\\' in a string

## The command line: mistakes, questions, what is going on

yes = yes
agreed = { $question } [y/N]
nothing = {""}
another-csv = name another file for --csv
incident = unexpected: { $mistake } - incident { $number }: { $path } says where
incident-logged = unexpected: { $mistake } - incident { $number }: the log says where
incident-lost = unexpected: { $mistake } - incident { $number }: it could not be written down
fault-several-pharmacies = { $names ->
        [absent] there are several pharmacies here: none yet
       *[other] there are several pharmacies here: { $names }
    }
    .remedy = name the one that is meant
fault-earlier-version = the bridge that is running on it is of an earlier version
    .remedy = restart that first: it then brings the store up to this version
fault-one-document = one document is of one pharmacy: { $names }
    .remedy = name it with --pharmacy
shadow-mode = shadow mode: nothing is written at a vendor
inventory-not-read = the running bridge has not read PharmaOne's inventory yet; see its log
slip-whole-number = '{ $text }' must be a whole number, { $least } to { $most }
busy-writing = writing
busy-inventory = reading PharmaOne's inventory
busy-shop = asking what the shop sells
busy-lists = reading both vendors' lists
busy-trying = trying everything out
busy-comparing = comparing
busy-books = reading both vendors' books
busy-payouts = reading RxScale's payouts
busy-orders = reading PharmaOne's orders
busy-report = reading PharmaOne's sales report
busy-whose = looking whose PharmaOne's orders are: { $number } of { $all }
busy-vendors = asking both vendors
busy-external-id = setting external_id
not-stuck = { $key } is not stuck
left-unsure = { $key } is left: it may be in PharmaOne already; look there, then name it: rxbridge stuck retry { $key }
stuck-again = stuck again: { $why }
with-next-sync = is written with the next sync of stock
fault-keys-or-all = name the keys, or --all
slip-say-why = must say why it is left alone
never-sent = { $key } was never sent by this bridge. Have you seen it in PharmaOne?
left-as-it-is = { $key } was left as it is
does-not-wait = { $key } does not wait for that
slip-no-attention = '{ $text }' is no reason that `stuck list` marks to know
nothing-known = nothing is known of { $key }
stuck-dropped = { $key }: left alone from now on
stuck-submitted = { $key }: taken as submitted; the bridge goes on from there
stuck-accepted = { $key }: accepted
fault-shop-not-set = not set
    .remedy = set it, or name it by --shop
fault-no-such-shop = RxScale knows no such shop
    .remedy = ask RxScale for the identifier of your shop; the key must be of its organisation
slip-day = a day is written as 2026-01-31
any-of-these = { $uid } may be any of these:
not-looked-at = { $uid } was not looked at within 30 s; see /health
nothing-to-resume = nothing of { $uid } was dropped, marked or rejected
resumed = { $key }: taken up again within a second, if the bridge is running
erase = Erase all that is stored of { $key }?
erased = { $key }: erased
sent-again = { $uid } was sent and is in RxScale's queue: it would be sent again
not-ended = { $uid } has not ended on both sides: see `rxbridge orders forget --help`
no-such-order = no order { $uid } is known here
stuck-mark = STUCK
never-listed = { $likely ->
        [absent] PharmaOne never listed it, likely none: rxbridge skus match
       *[other] PharmaOne never listed it, likely { $likely }
    }
likely-units = likely { $units }
on-sale-unchecked = { $stock } on sale that nobody checked
of-it = { $what }: { $why }
or-is-it = or is it { $other }?

## What `rxbridge check` finds

environment-only = environment only
mappings-well = version { $version }; every example as expected
mappings-newer = { $files }: yours are kept; to see it: rxbridge mappings diff
store-behind = { $path } is an earlier version's; `rxbridge run` brings it up to this one
store-to-be-made = { $path } will be made at the first run
fault-not-writable = { $at } is not writable ({ $why })
    .remedy = choose another
left-alone-open = { $count ->
        [one] { $count } that RxScale has open; its story says why: { $named }
       *[other] { $count } that RxScale has open; their stories say why: { $named }
    }
take-from-not-set = not set: what waits in RxScale's queue at the first run is taken as well; to leave alone what was made before now: take_from = { $now }
cannot-be-tried = { $right }: cannot be tried without sending something
it-answers = it answers
nothing-found-here = { $where }: nothing is found here, so whether the key has { $right } cannot be told
none-shown = none shown
knows-every-word = it knows every word
fault-key-lacks = the key lacks { $scopes }
    .remedy = make one that has them
every-scope = every scope that is needed
no-subscription = { $url ->
        [absent] no subscription for { $events }: what they tell is found later, by the sweeps; set server.public_url and then: rxbridge webhooks register
       *[other] no subscription for { $events }: what they tell is found later, by the sweeps; rxbridge webhooks register
    }
connector-says-it = the connector's address says it
fault-none-of = '{ $shop }' is none of { $known }
cannot-be-looked-up = cannot be looked up: { $why }
cannot-be-looked-at = cannot be looked at: { $why }
mend-mappings-first = cannot be told before the mapping files are mended
likely = { $guess ->
        [absent] { $what } (likely none)
       *[other] { $what } (likely { $guess })
    }
not-confirmed = { $count } of { $all ->
        [one] { $all } linked SKU
       *[other] { $all } linked SKUs
    } { $count ->
        [one] is
       *[other] are
    } not confirmed, for nobody said how many PharmaOne units one holds: { $named } - nothing is written for them, and their orders wait: rxbridge skus match, and with --write where it is right
skus-linked = { $count } of { $all ->
        [one] { $all } SKU
       *[other] { $all } SKUs
    } { $count ->
        [one] is
       *[other] are
    } linked
the-api-key = the API key
said-configuration = configuration
said-mappings = mappings
said-facts = facts
said-mappings-changed-in-this-version = mappings changed in this version
said-store = store
said-orders-left-alone = orders left alone
said-rxscale-pharmacy = RxScale pharmacy
said-rxscale-statuses = RxScale statuses
said-clocks = clocks
said-skus-and-products = SKUs and products
fault-not-by-file = shadow, and not by the file
    .remedy = unset RXBRIDGE_MODE
write-live = write mode = "live" into it by hand
another-folder = name another folder
fault-made-already = is there already
    .remedy = edit it; what a new version brings is told by `rxbridge mappings diff`
fault-not-made = not made ({ $why })
    .remedy = name another folder
init-question = { $key ->
        [rxscale-base_url] RxScale's address; development, until you go live [{ $usual }]
        [pharmaone-org_id] PharmaOne: the organisation's id (org1)
        [pharmaone-shop_id] PharmaOne: the shop's id (shop1)
        [rxscale-api_key] RxScale's API key (not shown)
       *[pharmaone-api_key] PharmaOne's API key (not shown)
    }

## The demo

demo-accepted = order-requests accepted by PharmaOne
demo-handed-over = approved, packed and handed over in PharmaOne
still-up = Still up: { $url }/ (the page), { $state } (Ctrl-C ends)
is-stuck = stuck: { $why }
mishap-found = { $requests ->
        [one] found: { $order }, from { $requests } order-request
       *[other] found: { $order }, from { $requests } order-requests
    }
mishap-may-have-happened = it may have happened: look before anything is sent again
mishap-lost = PharmaOne's answer was lost
mishap-freed = { $request ->
        [absent] linked, and freed: not yet
       *[other] linked, and freed: { $request }
    }
mishap-nothing = nothing
mishap-unlinked = stuck, for its SKU had no product
mishap-goes-on = goes on; staff are told, here and on the page
mishap-edited = edited at RxScale after it was sent
no = no
fault-no-zone = there is no '{ $zone }' here
    .remedy = write it like Europe/Berlin (Debian: apt-get install tzdata), or UTC
fault-not-begun = { $month } has not begun yet
    .remedy = name one that has begun
fault-no-month = '{ $month }' is no month
    .remedy = write it like 2026-11
fault-shows-secret = its answer shows a signing secret, once, and it would be masked
    .remedy = use `rxbridge webhooks register`, which keeps it, or add --show-secrets
fault-only-lists = only reads lists
    .remedy = leave it out, or GET the list
fault-no-pair = is no name=value
    .remedy = write it like limit=5
fault-no-body = { $file } cannot be read ({ $why })
    .remedy = name another
fault-no-json = { $why ->
        [absent] is no text
       *[other] is no JSON ({ $why })
    }
    .remedy = write it like '{"{"}"stock": 5{"}"}'
fault-no-connector = not set
    .remedy = set the address of the shop, whose address this takes
rows-so-far = { $rows } rows ...
no-list-after = the answer to { $route } after { $rows } rows is no list
answer-unreadable = the answer to { $route } cannot be read: try it again
not-json = { $status }: { $size } bytes that are no JSON; not shown
rows = { $total ->
        [absent] { $rows ->
        [one] { $rows } row.
       *[other] { $rows } rows.
    }
       *[other] { $rows } of { $total ->
        [one] { $total } row.
       *[other] { $total } rows.
    }
    }
field = field
value = value
not-shown = Not shown: { $names }
cut-short = cut short: what ends in { $mark }
json-shows-all = { $lacks }; --json shows all.
fault-names-nobody = names nobody
    .remedy = set { $name }, such as mailto://... or ntfy://... (docs/notify.md)
password-of-page = Password for the page
password-of = Password of { $name }
put-hash = Put it into { $name } (in quotes: '...') or a secret file.
not-the-same = the two are not the same
too-short = a password has { $least } letters or more
once-more = Once more
fault-there-already = is there already
    .remedy = edit it, or name another
fault-no-such-pharmacy = no such file
    .remedy = rxbridge pharmacies list
is-now = { $file } is { $to } now
fault-no-fleet = no such file
    .remedy = make a folder with `rxbridge init --fleet`, or name its file with --config
fault-no-pharmacys = is no pharmacy's
    .remedy = a to z, digits and -, 32 at most, and neither ready, rxscale nor pharmaone
fault-bridge-runs = a bridge is running
    .remedy = stop it first
broken-off = { $name } was broken off, it is not known where: { $why }
let-probe-write = let rxbridge write there, or use --dry-run and write it by hand
not-told-no-webhook = not told: no webhook about a write of ours came to this store, which only a running bridge receives
not-told-no-step = not told: from no status is there another one that may not follow, but for ends
not-told-no-call = not told: this generation of the API has no call that completes an order
fault-probe-no-development-host = { $host } is not RxScale's development host
    .remedy = nothing was written; --write is for a development account alone
fault-probe-other-org = is not pharmaone.org_id ({ $org })
    .remedy = nothing was written; --write is for a development account alone
fault-probe-too-many-orders = { $vendor } lists { $orders } orders: no development account has more than { $most }
    .remedy = nothing was written; --write is for a development account alone
fault-probe-not-in-queue = does not wait in RxScale's queue
    .remedy = nothing was written; --write is for a development account alone
fault-probe-not-its-sku = is not what that order orders
    .remedy = nothing was written; --write is for a development account alone
order-moved = order { $order } stands at { $word }, moved there by a trial
order-stands = order { $order } stands at { $word }
request-left = an order-request with the external reference { $reference }: reject it in PharmaOne
order-not-cancelled = PharmaOne's order { $order } could not be cancelled: delete it there
attached = attached
not-in-inventory = not in PharmaOne's inventory: add it there first
not-in-stock = PharmaOne attaches only what is in stock
fault-no-field = is no NAME=VALUE
    .remedy = like available=true
fault-no-shop = PharmaOne has no shop '{ $shop }'
    .remedy = name one of: { $known }
fault-runs-all = a process runs all of them
    .remedy = leave it out
fault-of-one-pharmacy = is of one pharmacy
    .remedy = write mode = "shadow" into the files of those that are to
listens = rxbridge { $version } listens at { $url } - { $url }/health
webhooks-listen = webhooks listen at { $url }
in-another-window = in another window: rxbridge orders list, rxbridge stuck list
slip-seconds = '{ $text }' must be a number of seconds, 0 or more
slip-address = '{ $text }' must be a web address, as http://127.0.0.1:8080
ports = ports { $one } and { $other }
fault-ports = cannot listen there ({ $why })
    .remedy = choose others with --rxscale-port and --pharmaone-port
store-holds = { $orders ->
        [one] { $orders } order
       *[other] { $orders } orders
    }, { $open } of them open, { $bytes } bytes; RxScale's list last read: { $seen ->
        [absent] never
       *[other] { $seen }
    }
slip-user = must be of a to z, digits, . _ -, and not { $admin }
user-added = { $name }: added
user-changed = { $name }: changed
user-removed = { $name }: removed
no-such-user = there is no user { $name }
fault-no-public-url = not set
    .remedy = set the https address at which RxScale reaches this bridge
said-orders = orders
said-statuses = statuses
said-prices = prices
said-stock = stock
said-finished-orders-others-orders-copies = finished orders, others' orders, copies
said-orders-that-never-finish = orders that never finish
said-audit-log = audit log
said-not-shown = not shown
said-gone = gone
said-no-order = no order
said-nothing = nothing
said-what-rxscale-paid-it-took-back-nothing-is-paid = what RxScale paid it took back: nothing is paid
said-rxscale-will-pay-for-it = RxScale will pay for it
said-pharmaone-has-no-order-yet = PharmaOne has no order yet
said-rxscale-paid-for-it-and-pharmaone-has-no-order = RxScale paid for it, and PharmaOne has no order
said-rxscale-pays-for-it-and-pharmaone-s-order-is-cancelled = RxScale pays for it, and PharmaOne's order is cancelled
said-cancelled-and-nothing-is-paid = cancelled, and nothing is paid
said-paid-at-pharmaone = paid at PharmaOne
said-rxscale-may-tell-of-a-payout-only-once-it-is-completed = RxScale may tell of a payout only once it is completed
said-paid-at-pharmaone-and-rxscale-has-no-payout-for-it = paid at PharmaOne, and RxScale has no payout for it
said-not-paid-on-either-side = not paid on either side
said-pharmaone-s-order-has-no-total-that-can-be-read = PharmaOne's order has no total that can be read
said-the-same-sum-and-not-paid-on-either-side-yet = the same sum, and not paid on either side yet
said-rxscale-paid-for-it-and-pharmaone-s-order-is-not-marked-as-paid = RxScale paid for it, and PharmaOne's order is not marked as paid
said-both-agree = both agree
said-pharmaone-has-more-than-rxscale = PharmaOne has { $a } more than RxScale
said-rxscale-has-more-than-pharmaone = RxScale has { $a } more than PharmaOne
said-for-shipping-beside-it = { $a } for shipping beside it
said-pharmaone-has-orders-for-it = PharmaOne has { $a } orders for it
verdict-sold_not_there = SOLD, NOT THERE
verdict-there_not_sold = there, not sold
verdict-ok = ok
said-command-line = command line
said-done = done
said-exit-code = exit code { $a }

## A store in a database

rows-gone = the store { $place }: its rows are gone
taken-over = the store { $place }: another rxbridge run has taken it over
the-store = the store { $place }: { $why }
fault-no-database = is no address of a database
    .remedy = write it as postgresql://user@host:5432/database
fault-database-rights = { $why }
    .remedy = see docs/postgresql.md for the user and the rights that rxbridge needs
fault-database = { $why }
    .remedy = see docs/postgresql.md
fault-old-postgresql = is PostgreSQL { $number }
    .remedy = take PostgreSQL { $oldest } or newer
fault-encoding = keeps its texts as { $encoding }
    .remedy = make a database with ENCODING 'UTF8' TEMPLATE template0
fault-sees-all = its user is a superuser, or has BYPASSRLS, and would see every pharmacy's rows
    .remedy = make a user of its own: { $page }
fault-no-tables = { $schema ->
        [absent] its user may not make tables in the schema of its search_path
       *[other] its user may not make tables in the schema { $schema }
    }
    .remedy = GRANT CREATE ON SCHEMA …: { $page }
fault-database-not-ours = is another program's database
    .remedy = set store.url to a database, or a schema, of rxbridge's own
fault-database-newer = was written by a newer rxbridge (schema { $found }, this one knows { $newest })
    .remedy = run that version or a newer one
fault-database-in-use = another rxbridge run uses this store
    .remedy = stop it first, or give this one a store.pharmacy of its own
no-pharmacies = None yet: rxbridge pharmacies add NAME --uid UID --org ORG --shop SHOP
fault-store-away = { $why }
    .remedy = start its server, or mend store.url; `rxbridge run` waits for it
fault-no-psycopg = needs psycopg, which lacks
    .remedy = install it: pipx install --force './rxbridge-VERSION-py3-none-any.whl[postgres]'
fault-key-is-pharmacy = a key and a pharmacy have one name, { $word }, so one address for RxScale's webhooks (pharmacies/{ $name }.toml)
    .remedy = name one of them otherwise
rows-to-be-made = { $place }: its rows will be made at the first run
store-doubted = { $place }: doubted
fault-store-no-file = is no file
    .remedy = back it up by pg_dump, restore it by pg_restore and `rxbridge store doubt`
fault-url-not-set = is not set
    .remedy = set store.url to postgresql://user@host:5432/database
warning-backup-hour = store.backup_hour: has no effect with store.url; use pg_dump
fault-not-this-version = is no store of this version
    .remedy = start `rxbridge run` on it once: that makes it, and brings it up to this version
fault-holds-a-store = holds a store already
    .remedy = move it away, or set another store.path or store.pharmacy
fault-not-every-row = took not every row
    .remedy = nothing was moved: try again
fault-store-there-already = is there already
    .remedy = move it away first
chain-still-up = Still up: { $url }/ (Ctrl-C ends)
chain-page = The page: { $url }/ (open it in a browser)
chain-at-work = { $count } pharmacies are at work
chain-each = an order at each is under review at PharmaOne
chain-rush = { $rush } orders came at { $first }, then one at { $last }: this one is under review
chain-all = and so are all of them
chain-calls = RxScale saw at most { $most } calls within a second; the key's limit is { $limit }
chain-spoilt = the file of { $name } is spoilt: it goes on as before, and /health says why
chain-mended = it is put right
