"""Who may do what: agencies, accounts, sessions, the audit log."""
