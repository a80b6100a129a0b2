"""Recipients, help-lines and calls: personal data, sealed."""
