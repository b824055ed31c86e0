"""An agent, or a person of the office, who does their work at the portal."""

from __future__ import annotations


class Applicant:
    """Draft, file and follow an application as an agent does."""
