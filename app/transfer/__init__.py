"""Bringing content in and out: the demonstration magazine now, importers and exporters later. Not for: feeds."""
