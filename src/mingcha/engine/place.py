"""The type of every row number (line, encounter, item, point): what Polars itself indexes by, so that to read a
column at these places converts nothing."""

import polars as pl

PLACE = pl.UInt32
