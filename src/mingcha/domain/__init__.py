"""WORDS: person, encounter, charge line, diagnosis, procedure, institution, money, finding.

Every field is declared once, here, and everything else (columns, glossary, mappings, rules) is made from that.
"""
