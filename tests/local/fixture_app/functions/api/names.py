"""A sibling module, one per environment."""


def shout(word: str) -> str:
    return word.upper()
