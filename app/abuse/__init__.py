"""The abuse stack: what is thought of what a guest wrote, cheapest check first. Not for: what follows from it."""
