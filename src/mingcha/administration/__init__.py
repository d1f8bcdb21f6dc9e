"""What whoever runs the installation tells and decides: announcements, modules, parameters, dictionaries, help."""
