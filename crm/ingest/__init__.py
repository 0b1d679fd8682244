"""What programs tell us about customers: the Segment HTTP tracking API, read and checked, nothing written yet.

https://segment.com/docs/connections/sources/catalog/libraries/server/http-api/ is the source of the format.
"""
