"""Pictures of a market in characters: pure functions from what is known and the room there is to a Text."""
