"""What a schedule says of one service: its fees, what they count, and the reductions and surcharges on them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.profile.fees import Discount, Fee, FeeSchedule, Surcharge, Unit


@dataclass(frozen=True)
class Tariff:
    """The part of a schedule that one service is charged by."""

    service: str
    fees: tuple[Fee, ...]
    discounts: tuple[Discount, ...]
    surcharges: tuple[Surcharge, ...]

    @classmethod
    def of(cls, schedule: FeeSchedule, service: str) -> Tariff:
        """The tariff of a service; without fees where the schedule has none for it."""
        fees = tuple(fee for fee in schedule.fees if fee.service == service)
        codes = {fee.code for fee in fees}
        discounts = tuple(item for item in schedule.discounts if codes.intersection(item.applies_to))
        surcharges = tuple(item for item in schedule.surcharges if codes.intersection(item.applies_to))
        return cls(service, fees, discounts, surcharges)

    @property
    def units(self) -> list[Unit]:
        """What has to be known of an application, in the order of the units; that it is one goes without saying."""
        counted = {fee.unit for fee in self.fees} | {item.when.unit for item in self.surcharges}
        return [unit for unit in Unit if unit in counted and unit is not Unit.FILING]

    @property
    def claimable(self) -> list[Discount]:
        return [discount for discount in self.discounts if not discount.automatic]

    @property
    def has_late(self) -> bool:
        """Whether being late costs more."""
        return any(item.when.late for item in self.surcharges)
