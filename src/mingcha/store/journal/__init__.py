"""What must not be lost between an answer and the database: files of sealed records, one writer each."""
