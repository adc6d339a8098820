"""Letters about comments and the links in them: notices, proof, erasure. Not for: how letters leave (mail), contact."""
