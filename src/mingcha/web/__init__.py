"""The REST API and the pages: turns requests into service calls. No logic, no SQL, no Polars."""
