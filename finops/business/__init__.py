"""Join the company's own numbers with its cloud cost."""
