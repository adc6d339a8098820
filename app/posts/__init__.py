"""The desk: dossiers, their revisions and workflow. Not for: anything the public reads (publications)."""
