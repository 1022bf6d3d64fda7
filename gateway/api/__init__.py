"""The HTTP interface: endpoints, problem documents, and the description of both."""
