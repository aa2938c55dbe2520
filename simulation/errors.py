"""What simulation refuses."""


class HouseNameTaken(Exception):
    """The house's user name belongs to somebody who signed up with it, whom house accounts must not be given to."""
