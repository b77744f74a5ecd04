"""PharmaOne's documented routes: what they refuse and what they answer."""

import math

from bridge.sandbox.kit import Answer, Ask, Json, Route, answer, listing
from bridge.sandbox.pharmaone import checks
from bridge.sandbox.pharmaone.access import READ, V2, Access
from bridge.sandbox.pharmaone.orders import Order, PharmaOne, Via
from bridge.sandbox.pharmaone.reports import ReportRoutes
from bridge.sandbox.settings import FLAGS, SandboxSettings

V1 = "/api/v1/public/orgs/{org_id}"
SHOP = "/api/v1"
"""The shop's own address, served here beside the rest (pharmaone.md section 11)."""
MOST_DAYS = 365
NO_RX = "Prescription not found"
NO_ORDER = "Order not found"
NO_PRODUCT = "Product not found in inventory"
NO_PRODUCT_HERE = "Product not found"
_DONE = {"status": "ok"}
"""What a write of products is answered with; that is not documented."""
_ROUTING = ("shop_id", "p1_id")


class Routes:
    """The routes over one simulated PharmaOne. Refusals are of section 5.2's three families."""

    def __init__(self, settings: SandboxSettings, pharmaone: PharmaOne, access: Access) -> None:
        self._settings = settings
        self._pharmaone = pharmaone
        self._goods, self._shop = pharmaone.goods, pharmaone.shop
        self._access = access

    def all(self) -> list[Route]:
        route, read, write = self._access.route, "inventory.read", "products.write"
        reports = ReportRoutes(self._settings, self._pharmaone, self._access)
        return [
            Route("POST", f"{V2}/auth/token", "/auth/token", self._issue_token),
            route("GET", "/orders", "orders.read", self._list_orders),
            route("GET", "/orders/{id}", "orders.read", self._get_order, NO_ORDER),
            route("POST", "/orders", "orders.write", self._upsert_order),
            route("PUT", "/orders/{id}", "orders.write", self._put_order, NO_ORDER),
            route("PATCH", "/orders/{id}/status", "orders.write", self._set_status, NO_ORDER),
            route("GET", "/inventory", read, lambda _: Answer(200, self._goods.listed())),
            route("POST", "/inventory/adjust", "inventory.write", self._adjust, NO_PRODUCT),
            route("GET", "/inventory/{id}/log", read, self._show_log, NO_PRODUCT),
            route("GET", "/inventory/{id}/history", read, self._show_history, NO_PRODUCT),
            route("GET", "/prescriptions", "prescriptions.read", self._list_prescriptions),
            route("GET", "/prescriptions/{id}", "prescriptions.read", self._prescription, NO_RX),
            route("POST", "/prescriptions", "prescriptions.write", self._ingest),
            route("POST", "/order-requests", "order_requests.write", self._submit),
            Route("POST", f"{V1}/order-requests", "/order-requests", self._submit_v1),
            Route("POST", f"{SHOP}/external-order", "/external-order", self._submit_at_shop),
            route("GET", "/shops", "products.read", self._list_shops),
            route("POST", "/shops/attach-product", write, self._attach),
            route("POST", "/shops/detach-product", write, self._detach, NO_PRODUCT_HERE),
            route("POST", "/shops/product-overrides", write, self._override, NO_PRODUCT_HERE),
            route("GET", "/products", "products.read", self._list_products),
            route("GET", "/products/{id}", "products.read", self._get_product, NO_PRODUCT_HERE),
            route("POST", "/products/add-to-inventory", write, self._add, NO_PRODUCT_HERE),
            route("PUT", "/products/{id}", write, self._change, NO_PRODUCT_HERE),
            *reports.all(),
        ]

    def _issue_token(self, ask: Ask) -> Answer:
        self._access.check_key(ask, query_too=True)
        self._access.check_org(ask)
        return answer(self._access.issue())

    def _show_log(self, ask: Ask) -> Answer:
        return answer({"data": self._goods.log(ask.uid)})

    def _show_history(self, ask: Ask) -> Answer:
        days = min(READ.number(ask, "days", default=30, least=1), MOST_DAYS)
        return answer({"data": self._goods.history(ask.uid, days)})

    def _list_orders(self, ask: Ask) -> Answer:
        """Newest first, as in the live sample (section 9); a larger limit is capped."""
        limit, offset = READ.limit(ask), READ.number(ask, "offset")
        status, shop_id = ask.query.get("status"), ask.query.get("shop_id")
        found = [
            order
            for order in reversed(self._pharmaone.orders.values())
            if status in {None, order.status} and shop_id in {None, order.data["shop_id"]}
        ]
        with_external_id = self._settings.list_has_external_id
        rows = (order.row(with_external_id) for order in found[offset : offset + limit])
        paging = {"limit": limit, "offset": offset, "total": len(found)}
        return listing(rows, pagination=paging)

    def _get_order(self, ask: Ask) -> Answer:
        return answer(self._order(ask).data)

    def _list_prescriptions(self, ask: Ask) -> Answer:
        """Without a total (C3)."""
        limit, offset = READ.limit(ask), READ.number(ask, "offset")
        rows = self._pharmaone.prescriptions.rows(ask.query.get("status"))
        paging = {"limit": limit, "offset": offset}
        return answer({"data": rows[offset : offset + limit], "pagination": paging})

    def _prescription(self, ask: Ask) -> Answer:
        return answer(self._pharmaone.prescriptions.shown(ask.uid))

    def _order(self, ask: Ask) -> Order:
        order = self._pharmaone.orders[ask.uid]
        ask.reference = order.external_id
        return order

    def _set_status(self, ask: Ask) -> Answer:
        """The fields of its body and answer are not documented (section 9)."""
        order = self._order(ask)
        changes = ask.json()
        checks.status_change(changes, self._settings.p1_statuses)
        self._pharmaone.change_order(order.id, changes)
        return answer({key: order.data[key] for key in ("id", "status", *FLAGS)})

    def _upsert_order(self, ask: Ask) -> Answer:
        """Section 9: by `external_id` and `shop_id`. What it answers is not documented."""
        body = READ.body(ask)
        checks.order(body, self._settings.shop_id, whole=True)
        order = self._pharmaone.upsert(body)
        ask.uid, ask.reference = order.id, order.external_id
        return answer(_written(order))

    def _put_order(self, ask: Ask) -> Answer:
        """Section 9: nothing is documented of it; what is not sent stays."""
        order = self._order(ask)
        body = READ.body(ask)
        checks.order(body, self._settings.shop_id, whole=False)
        return answer(_written(self._pharmaone.rewrite(order.id, body)))

    def _adjust(self, ask: Ask) -> Answer:
        body = READ.body(ask)
        product = checks.product_in(ask, body)
        checks.adjustment(body)
        more = {key: body.get(key) for key in ("delta_incoming", "shop_id", "metadata")}
        delta = body.get("delta_on_hand", 0)
        entry = self._goods.adjust(product, delta, body["reason"], **more)
        return answer({"status": "ok", "id": entry})

    def _ingest(self, ask: Ask) -> Answer:
        body = ask.json()
        checks.prescription(body, self._settings.shop_id)
        ask.uid = self._pharmaone.prescriptions.ingest(body)
        return answer({"id": ask.uid, "upsert": "ok"})

    def _submit_v1(self, ask: Ask) -> Answer:
        self._access.check_key(ask, query_too=False)
        self._access.check_org(ask)
        return self._submit(ask, "v1")

    def _submit_at_shop(self, ask: Ask) -> Answer:
        self._access.check_key(ask, query_too=True)
        return self._submit(ask, "connector")

    def _submit(self, ask: Ask, via: Via = "v2") -> Answer:
        """Section 10; that the direct calls answer 200 too is inferred."""
        body = ask.json()
        checks.envelope(
            body,
            None if via == "connector" else self._settings.shop_id,
            documented_only=self._settings.p1_unknown_fields == "refuse",
        )
        payload = {**body["payload"], "shop_id": self._settings.shop_id}
        reference = body.get("external_reference")
        request = self._pharmaone.submit(payload, reference, via)
        ask.uid, ask.reference = request.id, reference or ""
        return answer(request.answer())

    def _list_shops(self, _ask: Ask) -> Answer:
        shop = {"shop_id": self._settings.shop_id, "name": self._settings.shop_name}
        return answer({"data": [{**shop, "is_active": True}]})

    def _list_products(self, ask: Ask) -> Answer:
        """By page from 1; under which keys was not seen, so it is a setting."""
        self._need_shop(ask.query.get("shop_id"))
        limit, page = READ.limit(ask), READ.number(ask, "page", default=1, least=1)
        rows = self._shop.rows()
        found = rows[(page - 1) * limit : page * limit]
        paging = {
            "page": page,
            "pageSize": limit,
            "total": len(rows),
            "totalPages": math.ceil(len(rows) / limit),
        }
        if self._settings.p1_products_shape == "flat":
            return answer({"products": found, **paging})
        return answer({"data": found, "pagination": paging})

    def _get_product(self, ask: Ask) -> Answer:
        self._need_shop(ask.query.get("shop_id"))
        return answer(self._shop.shown(ask.uid))

    def _attach(self, ask: Ask) -> Answer:
        self._shop.attach(self._assigned(ask)[0])
        return answer(_DONE)

    def _detach(self, ask: Ask) -> Answer:
        self._shop.detach(self._assigned(ask)[0])
        return answer(_DONE)

    def _override(self, ask: Ask) -> Answer:
        product, body = self._assigned(ask)
        fields = {key: value for key, value in body.items() if key not in _ROUTING}
        checks.product(fields)
        self._shop.override(product, fields)
        return answer(_DONE)

    def _add(self, ask: Ask) -> Answer:
        body = READ.body(ask)
        product = checks.product_in(ask, body)
        checks.added(body)
        self._shop.add(product, body.get("initial_stock", 1), body.get("price"))
        return answer(_DONE)

    def _change(self, ask: Ask) -> Answer:
        fields = READ.body(ask)
        checks.product(fields)
        self._shop.change(ask.uid, fields)
        return answer(_DONE)

    def _assigned(self, ask: Ask) -> tuple[str, Json]:
        body = READ.body(ask)
        self._need_shop(body.get("shop_id"))
        return checks.product_in(ask, body), body

    def _need_shop(self, shop_id: object) -> None:
        checks.need(shop_id == self._settings.shop_id, "Invalid shop_id")


def _written(order: Order) -> Json:
    return {key: order.data[key] for key in ("id", "external_id", "status", "updated_at")}
