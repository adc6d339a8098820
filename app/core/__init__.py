"""Foundation: what every room stands on; it knows nothing about news."""
