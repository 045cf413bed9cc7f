"""The server: the application, GraphQL and Edge over HTTP, downloads, control calls, and what goes wrong on demand."""
