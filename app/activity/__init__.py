"""What happened and what is stuck, for people and machines: diary, event stream, jobs. Not for: writing the diary."""
