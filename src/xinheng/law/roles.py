"""The roles that fields play: what the platform must find in a row whatever the item calls it.

`NEEDED` every item has; the others where it has them. An item without a document number has the unnumbered
key (decision 8), one without content says all it says in its other fields.
"""

from __future__ import annotations

NEEDED = ("party_name", "party_code", "authority", "decided")
ROLES = (
    "party_name", "party_kind", "party_code", "document", "authority", "authority_code", "decided", "content",
    "reporter", "reporter_code", "representative", "category", "fine", "confiscation", "licence", "act",
    "facts", "grounds", "valid_from", "valid_to", "reported_end", "status", "title", "certificate",
    "certificate_number", "procedure", "domain", "severity", "published", "scope", "remarks", "period",
    "grade", "amount", "arrears", "account", "industry", "evidence", "verified", "verifier", "verified_on",
    "licence_terms", "price", "expires",
)  # fmt: skip
IDENTITY = ("party_name", "party_code", "document", "authority", "decided", "content")
KEY = ("authority", "document", "party_code")  # of the natural key, with a document number
UNNUMBERED = ("authority", "decided", "party_code", "content")  # of the key of a row without one
