"""The whole catalog as one reviewed document, read and written side by side.

The document is what a YAML or JSON file holds once it is parsed: mappings, lists, text, whole
numbers and truths. Amounts are quoted text in major units ("59.00", "0.085"), so that none was ever
a float. Whatever is wrong is refused with its path, e.g. `plans.city-flat.items[0].prices.EUR`; an
unknown field is wrong. What is written leaves out what is usual, and reads back as it was.
"""
