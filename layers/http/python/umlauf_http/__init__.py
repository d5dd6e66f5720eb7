"""The HTTP edge: routes, problem answers, paging, identity and OpenAPI."""
