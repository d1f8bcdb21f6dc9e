"""Facts beside the bill: what tables of periods, registrations and records say of it, as of the day of the service.

A fact is known only where its table speaks of the very person, doctor, item or institution; what the bill says itself
wins. A period holds its first and its last day. The same code serves an import and a single bill.
"""
