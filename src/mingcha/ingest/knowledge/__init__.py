"""Official knowledge in: each layout is read into raw points, one join makes typed points of all of them."""
