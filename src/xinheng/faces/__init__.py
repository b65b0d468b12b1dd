"""The faces: command line, portal, desk, api. They route and render; no rule lives here."""
