"""Everything that a company writes: mappings, business data, contracts, inventory."""
