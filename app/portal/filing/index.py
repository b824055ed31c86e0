"""The index of filings: the door for features that list filings, bill them or decide on them.

They join this table in their queries, and change nothing in it but the state (office), under the row's lock. A
reception date that follows from a payment is given by `portal.filing.reception`, rows by `portal.filing.service` alone.
"""

from portal.filing.models import Filing

__all__ = ["Filing"]
