"""The kinds of knowledge point as typed tables: one class a kind, its limit as declared fields.

A field that a regional setting must fill (no published value) has an empty default; it is completed when
a plan is compiled (`knowledge.completion`) and the point counts as 待设参数 until then.
"""
