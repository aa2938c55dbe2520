"""One module per page: parse the request, call a service or a selector, render."""
