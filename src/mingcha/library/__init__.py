"""People edit what is judged by: drafts of changes, their review by a second person, and their publication."""
