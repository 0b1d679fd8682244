"""Providers that run on this machine and do as they are told."""
