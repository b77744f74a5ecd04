"""The webhooks registered at RxScale with this key (rxscale.md section 6.11)."""

from typing import Annotated

from pydantic import AliasChoices, Field

from bridge.core.alarms import Subscription
from bridge.vendor.fields import Bare, Id, Text, Wire


class SubscriptionRow(Wire):
    """That it can be switched off, and how that is shown, is not documented."""

    uid: Id
    target: Text = None
    notification_type: Text = None
    active: object = Field(True, validation_alias=AliasChoices("active", "is_active", "enabled"))


SubscriptionRows = Bare[SubscriptionRow]
"""A bare array, against the pagination page (C-7)."""


class Registered(Wire):
    """What a registration is answered with: the only time that its secret is shown."""

    signing_secret: Annotated[str, Field(min_length=1, repr=False)]


def subscriptions(found: SubscriptionRows) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(
            row.uid, row.target or "", row.notification_type or "", row.active is not False
        )
        for row in found.data
    )
