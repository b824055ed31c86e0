"""The operator's command: from bare servers to a verified filing service."""
