"""The mechanism of the matching service: what must hold when two work at once, when one dies, when Redis is away."""
