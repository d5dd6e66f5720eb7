"""Prepaid money: top-ups in, holds before a start, rides out, never below zero."""
