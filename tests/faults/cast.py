"""Who is in a laboratory, and with which accounts."""

PEOPLE = {"buyer": "CASH", "saver": "CASH", "house_a": "HOUSE", "house_b": "HOUSE"}
DEPOSITS = {"buyer": "1000000000", "saver": "100"}
OWNS_TWO, SECOND_ACCOUNT = "house_b", "HOUSE-B-2"
