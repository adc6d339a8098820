"""The diary: an append-only record of each change of state, written in the transaction of the change. Not for: logs."""
