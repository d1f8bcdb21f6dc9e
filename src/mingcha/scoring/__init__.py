"""The model that proposes suspicious cases for people to look at; it never decides."""
