"""What simulation refuses."""


class HouseNameTaken(Exception):
    """The house's user name belongs to somebody who signed up with it, whom house accounts must not be given to."""


class UnreadableRecording(Exception):
    """A recorded market cannot be read; says where it does not fit."""


class UnplayableRecording(Exception):
    """A recorded market cannot be played on this exchange; says why."""
