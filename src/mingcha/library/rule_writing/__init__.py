"""Writing a rule without code: what to begin with, and what is wrong with it while somebody writes."""
