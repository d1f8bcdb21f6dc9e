"""The data folder: database and Parquet lake, written so that a run can be resumed and replayed."""
