"""Pages inside a hospital's own system: plain HTML and one style sheet, no script, for whatever browser is there."""
