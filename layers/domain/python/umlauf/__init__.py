"""The pure rules of Umlauf, one package a context: standard library only, no clock, no network."""
