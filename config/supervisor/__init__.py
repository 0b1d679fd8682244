"""What `bin/up` runs once the clone is set up: every process of the product, from start to stop."""
