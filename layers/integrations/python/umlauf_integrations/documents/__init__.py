"""Billing documents as files: a PDF/A-3 page that carries its EN 16931 XML (ZUGFeRD, Factur-X)."""
