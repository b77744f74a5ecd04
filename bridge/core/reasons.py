"""Every reason the bridge can give: a code, the facts it names, and what follows from it.

A decision returns a `Reason`, and it is kept and compared as data. What a person reads of it stands
in `bridge/texts`, once a language, under the same code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a reason is about."""

    ORDER = "order"  # an order that waits for a person
    ATTENTION = "attention"  # what a person should know of an order that goes on
    GAP = "gap"  # what keeps an order from becoming an order-request
    SKU = "sku"  # a SKU that waits for a person
    INVENTORY = "inventory"  # an inventory or a price that is not believed
    WAIT = "wait"  # an order that goes on by itself
    DONE = "done"  # an order that is finished
    STEP = "step"  # why a step is taken
    PART = "part"  # named within another reason
    STOCK = "stock"  # why a SKU's number is as it is
    HEALTH = "health"  # why a check of /health is not ok
    ALARM = "alarm"  # what should be heard or proved and is not
    DIFFERENCE = "difference"  # how an order's two sides differ
    NEXT = "next"  # what the bridge would do next about an order
    SHOP = "shop"  # what a shop sells, against what is there
    FAILURE = "failure"  # what became of a call to a vendor
    MATCH = "match"  # why a SKU may be a product


class Verb(StrEnum):
    """What a person may tell the bridge about something stuck: `rxbridge stuck VERB KEY`."""

    RETRY = "retry"
    SUBMITTED = "submitted"
    DROP = "drop"
    RESUME = "resume"  # after a refusal by staff: `rxbridge orders resume UID`
    ACCEPT = "accept"  # of an attention: seen, and done what there is to do
    CONFIRM = "confirm"  # it is as the vendor says; of an inventory: `stock sync --confirm`


CODES: dict[str, "Code"] = {}
"""Every code by its word."""

_USUAL = (Verb.RETRY, Verb.DROP)
_USUAL_OF: Mapping[Kind, tuple[Verb, ...]] = {
    Kind.ATTENTION: (Verb.ACCEPT,),
    Kind.ALARM: (Verb.ACCEPT,),
    Kind.INVENTORY: (Verb.CONFIRM,),
}
_FIND_IT = (Verb.RETRY, Verb.SUBMITTED, Verb.DROP)
_RIGHT = (Verb.CONFIRM, Verb.RETRY, Verb.DROP)


class Code(str):
    """The word a reason goes by, for people (`rxbridge stuck list`) and for programs (`--json`).

    `facts` names what its texts tell. `verbs` is what a person may say to it. `must_look`: a retry
    may send again what has arrived, so a person has to look first. `freed_by_mapping` and
    `freed_by_catalogue`: a changed mapping file (as usual for a GAP), or a newer reading of
    RxScale's SKU list, may remove it, so the key is looked at again then. `after_several_looks`:
    it is said only once several looks in a row came to nothing. `within`: the codes that a PART is
    given with.
    """

    kind: Kind
    facts: tuple[str, ...]
    verbs: tuple[Verb, ...]
    must_look: bool
    freed_by_mapping: bool
    freed_by_catalogue: bool
    after_several_looks: bool
    within: tuple[str, ...]

    def __new__(
        cls,
        word: str,
        kind: Kind,
        facts: str = "",
        *,
        verbs: tuple[Verb, ...] | None = None,
        must_look: bool = False,
        freed_by_mapping: bool | None = None,
        freed_by_catalogue: bool = False,
        after_several_looks: bool = False,
        within: str = "",
    ) -> "Code":
        code = CODES[word] = super().__new__(cls, word)
        code.kind, code.facts = kind, tuple(facts.split())
        code.verbs = _USUAL_OF.get(kind, _USUAL) if verbs is None else verbs
        code.must_look, code.after_several_looks = must_look, after_several_looks
        code.freed_by_mapping = kind is Kind.GAP if freed_by_mapping is None else freed_by_mapping
        code.freed_by_catalogue = freed_by_catalogue
        code.within = tuple(within.split())
        return code

    def __call__(self, **facts: "Fact") -> "Reason":
        """A reason of this code. Raises TypeError for other facts than it has."""
        if facts.keys() != set(self.facts):
            raise TypeError(f"{self} has the facts {self.facts}, not {tuple(facts)}")
        return Reason(self, facts)

    def __reduce__(self) -> tuple[Any, ...]:
        return CODES.__getitem__, (str(self),)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is as it is. `also`: more of the same, told together with it."""

    code: Code
    facts: Mapping[str, "Fact"] = field(default_factory=dict, hash=False)
    also: tuple["Reason", ...] = ()

    def document(self) -> dict[str, Any]:
        """As JSON; `reason_of` reads it again."""
        facts: dict[str, Any] = {
            name: fact.document() if isinstance(fact, Reason) else fact
            for name, fact in self.facts.items()
        }
        if self.also:
            facts["also"] = [each.document() for each in self.also]
        return {"code": str(self.code), "facts": facts}


Fact = str | int | Reason | None
"""An id, a word, a number, or a reason within the reason; None where there is none."""


def reason_of(document: Mapping[str, Any]) -> Reason:
    """What `Reason.document` wrote; a code that is no longer known is told as it stands."""
    code = CODES.get(document["code"])
    if code is None:
        return SAID(what=str(document["code"]))
    facts = {
        name: reason_of(fact) if is_reason(fact) else fact
        for name, fact in document["facts"].items()
        if name != "also"
    }
    return Reason(code, facts, tuple(map(reason_of, document["facts"].get("also", ()))))


def is_reason(value: object) -> bool:
    """Whether a JSON value is a reason's document."""
    return isinstance(value, Mapping) and {"code", "facts"} <= value.keys()


def together(reasons: tuple[Reason, ...]) -> Reason:
    """Several as one, under the code of the first."""
    first, *others = reasons
    return Reason(first.code, first.facts, tuple(others))


CANNOT_KNOW = Code("cannot_know", Kind.ORDER, "why", verbs=_FIND_IT, must_look=True)
TWIN_IN_PHARMAONE = Code("twin_in_pharmaone", Kind.ORDER, "order", must_look=True)
UNKNOWN_AGE = Code("unknown_age", Kind.ORDER, "take_from", must_look=True)
UNSURE_SUBMISSION = Code("unsure_submission", Kind.ORDER, "why", verbs=_FIND_IT, must_look=True)
CANCELLED_AT_RXSCALE = Code("cancelled_at_rxscale", Kind.ORDER, "order")
CANCELLED_AFTER_HANDOVER = Code("cancelled_after_handover", Kind.ORDER, "order")
REJECTED_IN_PHARMAONE = Code(
    "rejected_in_pharmaone",
    Kind.ORDER,
    "request",
    verbs=(Verb.RETRY, Verb.RESUME, Verb.DROP),
    freed_by_mapping=True,
)
UNSURE_PRESCRIPTION = Code("unsure_prescription", Kind.ORDER, must_look=True)
PRESCRIPTION_DECLINED = Code(
    "prescription_declined", Kind.ORDER, "prescription status", freed_by_mapping=True
)
DELETED_IN_PHARMAONE = Code("deleted_in_pharmaone", Kind.ORDER, "order", verbs=_RIGHT)
UNUSUALLY_MANY = Code("unusually_many", Kind.ORDER, "vendor", verbs=_RIGHT)
GONE_AT_RXSCALE = Code("gone_at_rxscale", Kind.ORDER)
CONTRADICTED = Code("contradicted", Kind.ORDER, "order status")
NO_EFFECT = Code("no_effect", Kind.ORDER, "vendor")
GONE_TO_ANOTHER_PHARMACY = Code("gone_to_another_pharmacy", Kind.ORDER, "pharmacy")
REOPENED = Code("reopened", Kind.ORDER, "status")
UNKNOWN_STATUS = Code(
    "unknown_status", Kind.ORDER, "vendor of call status where", freed_by_mapping=True
)
REFUSED = Code("refused", Kind.ORDER, "vendor doing what", freed_by_mapping=True)
UNREADABLE = Code("unreadable", Kind.ORDER, "vendor what", after_several_looks=True)

CHANGED_AT_RXSCALE = Code("changed_at_rxscale", Kind.ATTENTION, "what mark")
HELD_AT_RXSCALE = Code("held_at_rxscale", Kind.ATTENTION)
PRESCRIPTION_MISSING = Code("prescription_missing", Kind.ATTENTION, verbs=(Verb.ACCEPT, Verb.DROP))
TRACKING_AFTER_COMPLETION = Code("tracking_after_completion", Kind.ATTENTION, "order")
ODD_PZN = Code("odd_pzn", Kind.ATTENTION, "name sku pzn")
OPEN_IN_PHARMAONE = Code("open_in_pharmaone", Kind.ATTENTION, "order")
LONG_IN_REVIEW = Code("long_in_review", Kind.ATTENTION, "hours")
KEPT_BACK = Code("kept_back", Kind.ATTENTION)
NOT_ADJUSTED = Code("not_adjusted", Kind.ATTENTION, "why")
CAME_BACK = Code("came_back", Kind.ATTENTION, verbs=(Verb.CONFIRM, Verb.ACCEPT))

UNLINKED_SKU = Code("unlinked_sku", Kind.GAP, "name sku pharmacy_sku file", freed_by_catalogue=True)
NOT_IN_CATALOGUE = Code("not_in_catalogue", Kind.GAP, "name sku", freed_by_catalogue=True)
UNCONFIRMED_UNITS = Code(
    "unconfirmed_units",
    Kind.GAP,
    "name sku pharmacy_sku product units place",
    freed_by_catalogue=True,
)
UNKNOWN_PRODUCT = Code(
    "unknown_product", Kind.GAP, "name sku pharmacy_sku product place", freed_by_catalogue=True
)
NOT_WHOLE = Code("not_whole", Kind.GAP, "name sku amount units place")
BAD_PZN = Code("bad_pzn", Kind.GAP, "name sku pzn file")
NO_PRICE = Code("no_price", Kind.GAP, "name sku file")
MISSING_FIELD = Code("missing_field", Kind.GAP, "name sku fields sources file")
BAD_EXPRESSION_RESULT = Code("bad_expression_result", Kind.GAP, "name sku target problem place")
BAD_SHIPPING_COSTS = Code("bad_shipping_costs", Kind.GAP, "file", freed_by_mapping=False)

SKU_REFUSED = Code("sku_refused", Kind.SKU, "stock cents what")
UNSURE_ADJUSTMENT = Code("unsure_adjustment", Kind.SKU, "product delta reference", must_look=True)

EMPTY = Code("empty", Kind.INVENTORY)
PARTIAL = Code("partial", Kind.INVENTORY, "missing linked")
HALVED = Code("halved", Kind.INVENTORY, "before now products")
ZEROED = Code("zeroed", Kind.INVENTORY, "zeroed linked")
FIRST_WRITE_WAITS = Code("first_write_waits", Kind.INVENTORY, "skus")
PRICE = Code("price", Kind.INVENTORY, "sku before now")
PRICE_FRACTION = Code("price_fraction", Kind.INVENTORY, "sku price", verbs=())

SETTING_UP = Code("setting_up", Kind.WAIT, "status")
AWAITS_TRACKING = Code("awaits_tracking", Kind.WAIT)
AWAITS_PRESCRIPTION = Code("awaits_prescription", Kind.WAIT)
ON_HOLD_AT_RXSCALE = Code("on_hold_at_rxscale", Kind.WAIT)
NOT_SHOWN = Code("not_shown", Kind.WAIT)
ORDER_NOT_KNOWN = Code("order_not_known", Kind.WAIT)
ORDER_NOT_SHOWN = Code("order_not_shown", Kind.WAIT)
BOTH_AGREE = Code("both_agree", Kind.WAIT, "state")
UNDER_REVIEW = Code("under_review", Kind.WAIT)
IN_SHADOW = Code("in_shadow", Kind.WAIT)
NO_LEGAL_STEP = Code("no_legal_step", Kind.WAIT, "status state")
COMPLETED_BEFORE = Code("completed_before", Kind.WAIT)
END_TO_BE_SEEN = Code("end_to_be_seen", Kind.WAIT, "status")
OTHERS_FIRST = Code("others_first", Kind.WAIT)
NOT_CANCELLED_YET = Code("not_cancelled_yet", Kind.WAIT, "order")
BOTH_ON_HOLD = Code("both_on_hold", Kind.WAIT)
NO_HOLD = Code("no_hold", Kind.WAIT, "status")
NOT_REACHED = Code("not_reached", Kind.WAIT)
GIVING_TIME = Code("giving_time", Kind.WAIT)
NO_END = Code("no_end", Kind.WAIT, "steps")
UNEXPECTED = Code("unexpected", Kind.WAIT)

LEFT_ALONE = Code("left_alone", Kind.DONE)
MADE_BEFORE = Code("made_before", Kind.DONE, "take_from")
BY_HAND = Code("by_hand", Kind.DONE)
OF_ANOTHER_PHARMACY = Code("of_another_pharmacy", Kind.DONE, "pharmacy")
CONFIRMED = Code("confirmed", Kind.DONE, "status")
COMPLETED = Code("completed", Kind.DONE)
ENDED_AND_REJECTED = Code("ended_and_rejected", Kind.DONE, "state")
ENDED_NOT_FOUND = Code("ended_not_found", Kind.DONE, "state")
ENDED_NOT_SENT = Code("ended_not_sent", Kind.DONE, "state")
CANCELLED_AND_GONE = Code("cancelled_and_gone", Kind.DONE)
CANCELLED_ON_BOTH = Code("cancelled_on_both", Kind.DONE)

FIRST_LOOK = Code("first_look", Kind.STEP)
CLAIM_TO_BE_SEEN = Code("claim_to_be_seen", Kind.STEP)
TOO_OLD_TO_HOLD = Code("too_old_to_hold", Kind.STEP)
TOO_OLD_TO_WRITE = Code("too_old_to_write", Kind.STEP)
TOO_OLD_TO_SUBMIT = Code("too_old_to_submit", Kind.STEP)
HOW_FAR = Code("how_far", Kind.STEP)
HOW_FAR_IF_CANCELLED = Code("how_far_if_cancelled", Kind.STEP)
HAS_TRACKING = Code("has_tracking", Kind.STEP)
WHAT_IT_HOLDS = Code("what_it_holds", Kind.STEP)
IS_APPROVED = Code("is_approved", Kind.STEP)
LINE_NOT_LINKED = Code("line_not_linked", Kind.STEP)
TAKEN_BY_ANOTHER = Code("taken_by_another", Kind.STEP)
MAY_HAVE_ARRIVED = Code("may_have_arrived", Kind.STEP)
MAY_BE_TYPED = Code("may_be_typed", Kind.STEP)
CANCELLED_UNANSWERED = Code("cancelled_unanswered", Kind.STEP)
CANCELLED_THERE_BEFORE = Code("cancelled_there_before", Kind.STEP)
NOTHING_SENT = Code("nothing_sent", Kind.STEP)
NOT_FOUND = Code("not_found", Kind.STEP)
REPEATING_IS_HARMLESS = Code("repeating_is_harmless", Kind.STEP, "fact")
SENT_BY_ITSELF = Code("sent_by_itself", Kind.STEP)
ANSWER_LOST = Code("answer_lost", Kind.STEP)

PAST_THE_QUEUE = Code("past_the_queue", Kind.PART, "status", within="cannot_know")
NO_ORDER_YET = Code("no_order_yet", Kind.PART, within="unsure_submission")
MAKES_A_SECOND = Code("makes_a_second", Kind.PART, "fact", within="unsure_submission")
MOVED_ON = Code("moved_on", Kind.PART, "status", within="unsure_submission")
NEVER_ANSWERED = Code("never_answered", Kind.PART, "submissions", within="unsure_submission")
TOO_MANY_TO_READ = Code(
    "too_many_to_read", Kind.PART, "unread most", within="cannot_know unsure_submission"
)
NOT_READABLE = Code("not_readable", Kind.PART, within="cannot_know unsure_submission")
LIST_NOT_SETTLED = Code("list_not_settled", Kind.PART, within="cannot_know unsure_submission")
THE_LINES = Code("the_lines", Kind.PART, "lines", within="changed_at_rxscale")
THE_ADDRESS = Code("the_address", Kind.PART, within="changed_at_rxscale")
THE_MONEY = Code("the_money", Kind.PART, within="changed_at_rxscale")
ITS_PRESCRIPTION = Code("its_prescription", Kind.PART, within="changed_at_rxscale")
THE_DELIVERY = Code("the_delivery", Kind.PART, within="changed_at_rxscale")
THE_ORDER_REQUEST = Code("the_order_request", Kind.PART)
THE_PRESCRIPTION = Code("the_prescription", Kind.PART)
THE_STATUS = Code("the_status", Kind.PART)
THE_COMPLETION = Code("the_completion", Kind.PART)
THE_QUESTION = Code("the_question", Kind.PART)
A_CALL = Code("a_call", Kind.PART)
WITH_UNDOCUMENTED = Code("with_undocumented", Kind.PART, "what fields", within="refused")
ADJUSTMENT_REFUSED = Code(
    "adjustment_refused", Kind.PART, "product delta what", within="not_adjusted"
)
ADJUSTMENT_UNSURE = Code(
    "adjustment_unsure", Kind.PART, "product delta reference", within="not_adjusted"
)
LINES_UNSURE = Code("lines_unsure", Kind.PART, within="not_adjusted")
SAID = Code("said", Kind.PART, "what")
"""What another program said, as it stands: no language knows it."""

AS_IT_SHOULD_BE = Code("as_it_should_be", Kind.STOCK)
THERE_IS_MORE = Code("there_is_more", Kind.STOCK)
ORDERS_FIRST = Code("orders_first", Kind.STOCK)
PROMISES_TOO_MUCH = Code("promises_too_much", Kind.STOCK)
NOBODY_KNOWS = Code("nobody_knows", Kind.STOCK)
FIRST_WRITE = Code("first_write", Kind.STOCK)
LOST_ITS_LINK = Code("lost_its_link", Kind.STOCK)
HAS_NO_SHARE = Code("has_no_share", Kind.STOCK)
NOT_READ_YET = Code("not_read_yet", Kind.STOCK)
NO_SUCH_PRODUCT = Code("no_such_product", Kind.STOCK)
UNITS_NOT_CONFIRMED = Code("units_not_confirmed", Kind.STOCK)
NOT_IN_LIST = Code("not_in_list", Kind.STOCK)
HIDDEN = Code("hidden", Kind.STOCK)
LEFT = Code("left", Kind.STOCK)
WAITS_FOR_A_PERSON = Code("waits_for_a_person", Kind.STOCK)
NEWER_PUSHED = Code("newer_pushed", Kind.STOCK)
CHANGED_THERE = Code("changed_there", Kind.STOCK)
UNKNOWN_TOO_LONG = Code("unknown_too_long", Kind.STOCK)
ABSENT = Code("absent", Kind.STOCK)
ABSENT_CONFIRMED = Code("absent_confirmed", Kind.STOCK)

NOT_SUBSCRIBED = Code("not_subscribed", Kind.ALARM, "events target")
SUBSCRIBED_ELSEWHERE = Code("subscribed_elsewhere", Kind.ALARM, "targets")
EVENTS_MISSED = Code("events_missed", Kind.ALARM, "vendor changes")
WEBHOOKS_LOST = Code("webhooks_lost", Kind.ALARM, "vendor lost orders")
FEW_DELIVERIES = Code("few_deliveries", Kind.ALARM, "vendor hours count usual")
NO_ORDERS = Code("no_orders", Kind.ALARM, "hours longest")
SIGNATURES_WRONG = Code("signatures_wrong", Kind.ALARM, "vendor deliveries")
STILL_DIFFERS = Code("still_differs", Kind.ALARM, "differences first")
NOT_PROVED = Code("not_proved", Kind.ALARM, "hours")
NO_GOOD_BACKUP = Code("no_good_backup", Kind.ALARM, "days")

STORE_UNREAD = Code("store_unread", Kind.HEALTH)
CHANGE_REFUSED = Code("change_refused", Kind.HEALTH)
LEFT_ALONE_A_WHILE = Code("left_alone_a_while", Kind.HEALTH, "what")
LAST_CALL_FAILED = Code("last_call_failed", Kind.HEALTH, "what")
LACKS_SCOPE = Code("lacks_scope", Kind.HEALTH, "scopes")
DUE_FOR_LONG = Code("due_for_long", Kind.HEALTH, "seconds")
UNANSWERED = Code("unanswered", Kind.HEALTH, "submissions")
HELD_BACK = Code("held_back", Kind.HEALTH, "orders")
WAIT_FOR_A_PERSON = Code("wait_for_a_person", Kind.HEALTH, "stuck")
LIST_NOT_READ = Code("list_not_read", Kind.HEALTH)
ALL_AT_ZERO = Code("all_at_zero", Kind.HEALTH)
TO_BE_CONFIRMED = Code("to_be_confirmed", Kind.HEALTH, "what")
NOT_CARRIED_ON = Code("not_carried_on", Kind.HEALTH, "what")
NOT_COMPARED = Code("not_compared", Kind.HEALTH)
ONE_WAY = Code("one_way", Kind.HEALTH)
CLOCK_DIFFERS = Code("clock_differs", Kind.HEALTH, "vendor seconds")
UNCONFIRMED = Code("unconfirmed", Kind.HEALTH, "skus first")
NEVER_LISTED = Code("never_listed", Kind.HEALTH, "skus first")
UNCHECKED = Code("unchecked", Kind.HEALTH, "skus first pieces")
VENDOR_DOWN = Code("vendor_down", Kind.HEALTH, "vendor")
RESTARTED = Code("restarted", Kind.HEALTH)
NOT_TOLD = Code("not_told", Kind.HEALTH, "addresses")
NOBODY_WORKS = Code("nobody_works", Kind.HEALTH)
PRICES_TO_CONFIRM = Code("prices_to_confirm", Kind.HEALTH, "prices")

UNKNOWN_HERE = Code("unknown_here", Kind.DIFFERENCE)
NOT_SHOWN_THERE = Code("not_shown_there", Kind.DIFFERENCE)
STATUS_WAS = Code("status_was", Kind.DIFFERENCE, "vendor status")
MADE_OF_IT = Code("made_of_it", Kind.DIFFERENCE, "order")
ORDER_GONE = Code("order_gone", Kind.DIFFERENCE)
LOST_AFTER_ITS_END = Code("lost_after_its_end", Kind.DIFFERENCE)
SIDES_DIFFER = Code("sides_differ", Kind.DIFFERENCE)
PERSON_DECIDES = Code("person_decides", Kind.DIFFERENCE)
NUMBER_DIFFERS = Code("number_differs", Kind.DIFFERENCE, "offered target")
ENDED_DIFFERENTLY = Code("ended_differently", Kind.DIFFERENCE)
WOULD_WAIT = Code("would_wait", Kind.NEXT, "why")
WOULD_BE_STUCK = Code("would_be_stuck", Kind.NEXT, "why")
WOULD_FINISH = Code("would_finish", Kind.NEXT, "why")
WOULD_SET = Code("would_set", Kind.NEXT, "status")
WOULD_COMPLETE = Code("would_complete", Kind.NEXT)
WOULD_CANCEL = Code("would_cancel", Kind.NEXT, "order")
WOULD_ADOPT = Code("would_adopt", Kind.NEXT, "order")
WOULD_SEARCH = Code("would_search", Kind.NEXT)
WOULD_SUBMIT = Code("would_submit", Kind.NEXT)
WOULD_PRESCRIBE = Code("would_prescribe", Kind.NEXT)
WOULD_LOOK = Code("would_look", Kind.NEXT)
WOULD_LOOK_THERE = Code("would_look_there", Kind.NEXT)
WOULD_LOOK_AT_PRESCRIPTION = Code("would_look_at_prescription", Kind.NEXT)
WOULD_READ_LIST = Code("would_read_list", Kind.NEXT)

# -- shadow mode: how people's work differs from the bridge's, and what follows at go-live ----

NOT_TYPED = Code("not_typed", Kind.DIFFERENCE)
GOODS_DIFFER = Code("goods_differ", Kind.DIFFERENCE, "product ours theirs")
PRICE_DIFFERS = Code("price_differs", Kind.DIFFERENCE, "product ours theirs")
TOTAL_DIFFERS = Code("total_differs", Kind.DIFFERENCE, "ours theirs")
ONLY_THE_BRIDGE = Code("only_the_bridge", Kind.DIFFERENCE, "status")
ONLY_PEOPLE = Code("only_people", Kind.DIFFERENCE, "status")
STOCK_IS = Code("stock_is", Kind.DIFFERENCE, "ours theirs")
PRICE_IS = Code("price_is", Kind.DIFFERENCE, "ours theirs")
LIVE_SENDS = Code("live_sends", Kind.NEXT)
LIVE_LEAVES = Code("live_leaves", Kind.NEXT, "status")
LIVE_ASKS = Code("live_asks", Kind.NEXT, "order")

NO_SUCH_NAME = Code("no_such_name", Kind.FAILURE, "vendor host")
NO_CONNECTION = Code("no_connection", Kind.FAILURE, "vendor cause")
NOT_OWNED = Code("not_owned", Kind.FAILURE, "vendor")
NO_ANSWER = Code("no_answer", Kind.FAILURE, "vendor route cause")
ANSWER_TOO_LONG = Code("answer_too_long", Kind.FAILURE, "vendor route")
CALLED_LESS = Code("called_less", Kind.FAILURE, "vendor outcome")
FAILED_REPEATEDLY = Code("failed_repeatedly", Kind.FAILURE, "vendor")
NOT_THE_APPLICATION = Code("not_the_application", Kind.FAILURE, "vendor route")
ANSWERED_BADLY = Code("answered_badly", Kind.FAILURE, "vendor status route")
WITH_A_WEB_PAGE = Code("with_a_web_page", Kind.FAILURE, "vendor route")
NOT_JSON = Code("not_json", Kind.FAILURE, "vendor route")
LIMIT_REACHED = Code("limit_reached", Kind.FAILURE, "vendor route")
CALL_REFUSED = Code("call_refused", Kind.FAILURE, "vendor route status fields")

SHOP_SELLS_NONE = Code("shop_sells_none", Kind.SHOP, "there")
SHOP_IS_SOLD_OUT = Code("shop_is_sold_out", Kind.SHOP, "there")
NOT_THERE_NOT_SOLD = Code("not_there_not_sold", Kind.SHOP)
NOT_SOLD = Code("not_sold", Kind.SHOP)
NO_PRODUCT = Code("no_product", Kind.SHOP)
INVENTORY_SILENT = Code("inventory_silent", Kind.SHOP)
NONE_THERE = Code("none_there", Kind.SHOP)
MORE_FOR_SALE = Code("more_for_sale", Kind.SHOP, "stock there")

NOTHING_ALIKE = Code("nothing_alike", Kind.MATCH)
LINE_SAYS = Code("line_says", Kind.MATCH, "place product")
LINKED_BY = Code("linked_by", Kind.MATCH, "place")
OTHER_WORD = Code("other_word", Kind.MATCH, "one other")
ONE_SAYS = Code("one_says", Kind.MATCH, "word")
SOLD_BY_ONE = Code("sold_by_one", Kind.MATCH)
SIZE_UNKNOWN = Code("size_unknown", Kind.MATCH)
COUNTED_IN = Code("counted_in", Kind.MATCH, "size unit")
NO_PACKS = Code("no_packs", Kind.MATCH, "size pack")
SAME_PACK = Code("same_pack", Kind.MATCH, "size")
PACKS = Code("packs", Kind.MATCH, "size packs pack")

# ---------------------------------------------------------------------------------------------

FREED_BY_MAPPING = frozenset(code for code in CODES.values() if code.freed_by_mapping)
FREED_BY_CATALOGUE = frozenset(code for code in CODES.values() if code.freed_by_catalogue)
AFTER_SEVERAL_LOOKS = frozenset(code for code in CODES.values() if code.after_several_looks)
