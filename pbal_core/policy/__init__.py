"""What is wanted: target weights, constraints, and the file that holds both."""
