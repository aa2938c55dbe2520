"""A lesson with simulated students, who come as people do: with pages, forms and a websocket."""
