"""What lies between a clone and a start: packages, Node, the front end, translations. Standard library only."""
