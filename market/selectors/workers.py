"""Reading how busy the matching workers have been, and what waits in the queues between the processes."""

import redis
from django.conf import settings
from django.db import connection

from market import redis_connection
from market.records import QueueRecord, WorkerRecord

WINDOW_S = 60
BATCHES_READ_MAX = 20_000
RECENT = """
SELECT b.worker, count(*), sum(b.last_command_seq - b.first_command_seq + 1),
       EXTRACT(EPOCH FROM clock_timestamp() - max(b.committed_at))
  FROM (SELECT worker, first_command_seq, last_command_seq, committed_at
          FROM market_batch ORDER BY id DESC LIMIT %s) b
 WHERE b.committed_at > clock_timestamp() - %s * interval '1 second'
 GROUP BY b.worker ORDER BY b.worker
"""


def recent() -> list[WorkerRecord]:
    """Who has committed batches in the last minute, by name."""
    with connection.cursor() as cursor:
        cursor.execute(RECENT, [BATCHES_READ_MAX, WINDOW_S])
        return [
            WorkerRecord(worker, batches, int(commands), float(commands) / WINDOW_S, float(age_s))
            for worker, batches, commands, age_s in cursor.fetchall()
        ]


def queues() -> list[QueueRecord] | None:
    """How many messages wait in each queue; None when Redis does not answer."""
    names = [f"match.{shard}" for shard in range(int(settings.MATCHING_SHARDS))]
    names.append(settings.CELERY_TASK_DEFAULT_QUEUE)
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    try:
        return [QueueRecord(name, int(redis_connection.client().llen(f"{prefix}{name}"))) for name in names]
    except (redis.RedisError, OSError):
        return None
