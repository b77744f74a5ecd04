"""What one look has seen so far: the memory that ends with it."""

from dataclasses import dataclass
from datetime import datetime

from bridge.core.model import (
    Claim,
    Draft,
    Gaps,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    TrackingLink,
)
from bridge.core.steps import Policy, Search, View
from bridge.core.stock.reserve import Demand
from bridge.mapping import Rules


@dataclass(slots=True)
class Sight:
    """Filled by acts, read by the decision. Holds a patient's data, so it is never kept."""

    claim: Claim
    record: OrderRecord
    order: PharmacyOrder | None = None
    gone: bool = False
    draft: Draft | Gaps | None = None
    catalogue_at: datetime | None = None
    p1_order: P1Order | None = None
    p1_looked_at: datetime | None = None
    p1_gone: bool = False
    tracking: tuple[TrackingLink, ...] | None = None
    tracking_refused: bool = False
    search: Search | None = None
    refused_word: str | None = None
    prescription_looked: bool = False
    takes: tuple[Demand, ...] | None = None

    def view(self, now: datetime, policy: Policy, rules: Rules) -> View:
        return View(
            now=now,
            record=self.record,
            policy=policy,
            rxscale=rules.rxscale,
            pharmaone=rules.pharmaone,
            review=rules.review_state,
            rejected=rules.rejected_state,
            hold_comment=rules.hold_comment,
            order=self.order,
            gone=self.gone,
            looks=self.claim.attempts,
            draft=self.draft,
            catalogue_at=self.catalogue_at,
            p1_order=self.p1_order,
            p1_looked_at=self.p1_looked_at,
            p1_gone=self.p1_gone,
            tracking=self.tracking,
            tracking_refused=self.tracking_refused,
            search=self.search,
            prescriptions=rules.prescriptions,
            prescription_looked=self.prescription_looked,
        )
