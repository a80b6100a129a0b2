"""What is printed: labels, command cards and slips, drawn once as black and white pictures for any printer. Pure."""
