"""What may be wrong with a library before it is released: one module a sort of fault."""
