"""The only web framework in the foundation: problems, routes, paging, conditional reads, limits and layers."""
