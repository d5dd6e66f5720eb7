"""Who we deal with: profiles, consents, and whom we refuse and why."""
