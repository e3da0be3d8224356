"""Interactive Brokers: Flex reports in every layout, and Activity Statements."""
