"""panels of omnichannel."""
