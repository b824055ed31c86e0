"""Every table of the portal in one import: for migrations and tests."""

from portal.accounts import models as accounts
from portal.addressbook import models as addressbook
from portal.approvals import models as approvals
from portal.audit import models as audit
from portal.calendar import models as calendar
from portal.classification import models as classification
from portal.comments import models as comments
from portal.db import Base
from portal.drafting import models as drafting
from portal.fees import models as fees
from portal.filing import models as filing
from portal.notices import models as notices
from portal.office import models as office
from portal.outbox import models as outbox
from portal.payments import models as payments

__all__ = [
    "Base",
    "accounts",
    "addressbook",
    "approvals",
    "audit",
    "calendar",
    "classification",
    "comments",
    "drafting",
    "fees",
    "filing",
    "notices",
    "office",
    "outbox",
    "payments",
]
