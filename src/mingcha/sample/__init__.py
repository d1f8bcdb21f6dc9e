"""The sample city: bills with declared faults, to learn, test and measure on; knows domain and knowledge."""
