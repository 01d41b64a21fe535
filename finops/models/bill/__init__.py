"""What a line of a bill costs: amortisation, made into charges once, when a delivery is loaded."""
