"""The standing agreements: who has which plan, since when, until when, and what is due next."""
