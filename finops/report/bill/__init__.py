"""What is told of the bill itself: files, deliveries, findings, trust."""
