"""Whether the fund owes anything for this person, at this place, for this item."""
