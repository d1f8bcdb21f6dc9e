"""Rule sets and exemptions: which rules judge where, when and how firmly, as part of a release."""
