"""The ledger: which datasets were imported and which runs were made of them, for whom."""
