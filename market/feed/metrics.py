"""The feed's counters. Every process keeps its own; ``/metrics`` sums them."""

from prometheus_client import Counter, Gauge

HINTS_SENT = Counter("marketops_feed_hints_sent_total", "Hints handed to the channel layer.")
HINTS_DROPPED = Counter("marketops_feed_hints_dropped_total", "Hints not sent: Redis away or too many waiting.")
HINTS_USED = Counter("marketops_feed_hints_used_total", "Hints whose events were taken as they came.")
JOURNAL_READS = Counter("marketops_feed_journal_reads_total", "Reads of the journal to fill a gap.")
REOPENED = Counter("marketops_feed_reopened_total", "Books that a reader had to read anew.")
FRAMES = Counter("marketops_feed_frames_total", "Frames given out, by channel.", ["channel"])
READERS = Gauge("marketops_feed_readers", "Books being read for subscribers.", multiprocess_mode="livesum")
SLOW_CONSUMERS = Counter("marketops_feed_slow_consumers_total", "Subscribers given up because they did not keep up.")
