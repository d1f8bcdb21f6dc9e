"""The `mingcha` command: reads arguments, calls the services, prints the answer in Chinese. No logic here."""
