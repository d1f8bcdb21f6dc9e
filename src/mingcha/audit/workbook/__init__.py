"""审核结果.xlsx: what a person works with after an audit, a module a kind of sheet."""
