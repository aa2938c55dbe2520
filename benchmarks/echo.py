"""A Celery task that does nothing but say, through Redis, that it ran."""

from uuid import uuid4

from celery import current_app, shared_task

from market import redis_connection

QUEUE = "bench.echo"
TASK = "benchmarks.echo"
REPLY_WITHIN_S = 5


@shared_task(name=TASK, ignore_result=True)
def echo(reply_key: str) -> None:
    """Answer to a list that somebody waits for."""
    redis_connection.client().lpush(reply_key, b"1")


def round_trip() -> None:
    """Send the task as the exchange sends its wake-ups, and wait until it has run."""
    reply_key = f"marketops:bench:{uuid4()}"
    current_app.send_task(TASK, args=[reply_key], queue=QUEUE, expires=REPLY_WITHIN_S, ignore_result=True, retry=False)
    assert redis_connection.client().blpop([reply_key], timeout=REPLY_WITHIN_S - 4), "the echo worker did not answer"
