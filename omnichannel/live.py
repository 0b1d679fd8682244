"""live of omnichannel."""
