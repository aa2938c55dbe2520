"""Who may come in: users, roles, API keys, sign-in protection and the audit log. Knows no account."""
