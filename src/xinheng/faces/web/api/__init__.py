"""`/api/v1`: the same answers as the portal, for systems."""
