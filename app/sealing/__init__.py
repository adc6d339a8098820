"""The newsroom's public keys, to which tips are sealed. Not for: tips (contact), the mathematics (core.sealing)."""
