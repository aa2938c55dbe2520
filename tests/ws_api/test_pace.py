"""A client may talk so fast and no faster."""

from ws_api.pace import Pace


def test_a_second_s_worth_may_come_at_once_and_one_more_may_not():
    pace = Pace(3, now_s=100.0)
    assert [pace.allows_one_more(now_s=100.0) for _ in range(4)] == [True, True, True, False]


def test_room_grows_back_with_time_and_no_further_than_a_second_s_worth():
    pace = Pace(2, now_s=0.0)
    assert [pace.allows_one_more(now_s=0.0) for _ in range(3)] == [True, True, False]
    assert pace.allows_one_more(now_s=0.5)
    assert not pace.allows_one_more(now_s=0.5)
    assert [pace.allows_one_more(now_s=60.0) for _ in range(3)] == [True, True, False]
