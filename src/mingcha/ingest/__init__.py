"""Files, spreadsheets and source databases in: rows become the words of the domain, or a named complaint."""
