"""Portal, desk and api over HTTP."""
