"""The national interface: one envelope around every transaction, in and out."""
