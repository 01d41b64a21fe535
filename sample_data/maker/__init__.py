"""Make the bill, the mappings and the business figures of a fictional delivery company."""
