"""The webhooks registered at RxScale with this key (rxscale.md section 6.11)."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bridge.vendor.fields import Bare, Id, Rows, Text, Wire


@dataclass(frozen=True, slots=True)
class Subscription:
    """One event type that is delivered to one address."""

    uid: str
    target: str
    event: str


class SubscriptionRow(Wire):
    uid: Id
    target: Text = None
    notification_type: Text = None


class SubscriptionRows(Bare):
    """A bare array, against the pagination page (C-7)."""

    data: Rows[SubscriptionRow]


class Registered(Wire):
    """What a registration is answered with: the only time that its secret is shown."""

    signing_secret: Annotated[str, Field(min_length=1, repr=False)]


def subscriptions(found: SubscriptionRows) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(row.uid, row.target or "", row.notification_type or "") for row in found.data
    )
