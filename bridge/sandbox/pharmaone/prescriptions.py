"""The prescriptions that the simulated PharmaOne holds (pharmaone.md section 12); no HTTP."""

from bridge.sandbox.kit import Json
from bridge.sandbox.pharmaone.records import timestamp
from bridge.sandbox.settings import SandboxSettings

STATUSES = frozenset(
    {"new", "pending", "pending_signature", "signed", "approved", "declined", "completed"}
)
EVENTS = {"approved": "prescription_approved", "signed": "paperless_signature_completed"}
"""What is announced of a status; nothing is documented for the others."""
_SHOWN = ("id", "status", "shop_id", "order_id", "customer_email", "created_at")


class Prescriptions:
    """By id. What makes a second one an "upsert" is not documented: the same `external_id` does."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings
        self._held: dict[str, Json] = {}

    def ingest(self, body: Json) -> str:
        """Takes one in, or overwrites the one with this `external_id`; its id."""
        name = body.get("external_id")
        known = (key for key, each in self._held.items() if name and each["external_id"] == name)
        number = next(known, None) or f"{self._settings.org_id}-pq-{len(self._held) + 1:06d}"
        before = self._held.get(number, {})
        self._held[number] = {
            "id": number,
            "status": before.get("status", "new"),
            "shop_id": body["shop_id"],
            "order_id": before.get("order_id", ""),
            "customer_email": body.get("customer_email", ""),
            "created_at": before.get("created_at", timestamp(self._settings.clock())),
            "external_id": name,
        }
        return number

    def shown(self, number: str) -> Json:
        """As the routes show it. Raises KeyError for an unknown one."""
        return {key: self._held[number][key] for key in _SHOWN}

    def rows(self, status: str | None) -> list[Json]:
        """The newest first."""
        numbers = (key for key, each in self._held.items() if status in {None, each["status"]})
        return [self.shown(number) for number in reversed([*numbers])]

    def decide(self, number: str, status: str) -> str | None:
        """Staff give it a status; the event to announce, if any. Raises KeyError, ValueError."""
        if status not in STATUSES:
            raise ValueError(f"status is one of {', '.join(sorted(STATUSES))}")
        self._held[number]["status"] = status
        return EVENTS.get(status)
