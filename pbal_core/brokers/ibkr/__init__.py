"""Interactive Brokers: the Client Portal gateway and the Flex Web Service."""
