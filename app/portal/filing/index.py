"""The index of filings: the door for features that list filings, bill them or decide on them.

They join this table in their queries, and change nothing in it but the state (office) and a reception date that follows
from a payment (payments), each under the row's lock. Rows are added by `portal.filing.service` alone.
"""

from portal.filing.models import Filing

__all__ = ["Filing"]
