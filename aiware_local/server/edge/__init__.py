"""The Edge REST API of the local aiWARE, over the same store and lifecycle as GraphQL."""
