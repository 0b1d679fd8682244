"""consumers of omnichannel."""
