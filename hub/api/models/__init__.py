"""What the routes take and give, as OpenAPI shows it."""
