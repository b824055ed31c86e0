"""Applications as WIPO ST.96 V6.0 XML, and such XML read again (docs/decisions/0071-st96.md).

`writer.application_xml` writes a filing's XML; `reader.read` makes the sections of a draft of one. What both agree on,
beyond the standard, is in `words`.
"""
