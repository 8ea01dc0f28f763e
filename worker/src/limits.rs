//! Limits of the edge, each with its arithmetic. Those of the workspace itself are `plat_domain::limits`.

/// Bytes of a body that is neither a file nor a plan. The largest such body is a batch: 256 allocations of up to 4 KB each.
pub(crate) const BODY_BYTES: usize = 1 << 20;

/// Bytes of a file to import: 100,000 rows of 250 bytes.
pub(crate) const IMPORT_BYTES: usize = 25 << 20;

/// Bytes of a body that carries a file or a plan. A file travels as base64, 4 bytes for 3, with 64 KB for what is around it:
/// 33.4 MiB. A plan of 40,000 steps (a command of 300 bytes, changes of 500) fits as well. Body, parsed body and state share
/// the 128 MB of an isolate.
pub(crate) const LARGE_BODY_BYTES: usize = IMPORT_BYTES / 3 * 4 + (64 << 10);

/// Bytes of one stored piece. SQLite in a Durable Object takes rows of 2 MB at most; half of it leaves room for the other
/// columns.
pub(crate) const PIECE_BYTES: usize = 1_000_000;

/// Bytes of one published chunk. KV takes 25 MiB a value; a smaller one reaches a reader sooner and costs less memory here.
pub(crate) const CHUNK_BYTES: usize = 4 << 20;

/// Revisions replayed at a cold start of a small workspace: at about 20 µs each, 5 ms.
pub(crate) const TAIL_REVISIONS: u64 = 256;

/// Claims that buy one more revision of tail. A snapshot holds about 70 bytes a claim, so that writing one costs at most
/// 64 × 70 = 4.5 KB a revision whatever the size, and a workspace of 1,000,000 claims replays at most 15,881 revisions
/// (0.3 s, against 2 s for its snapshot).
pub(crate) const CLAIMS_PER_TAIL_REVISION: u64 = 64;

/// Bytes of change sets replayed at a cold start, beside a quarter of the snapshot's own size: four changes of 256 KB, or
/// 7,000 ordinary ones of 150 bytes.
pub(crate) const TAIL_BYTES: u64 = 1 << 20;

/// Tails longer than this many times the bound are cut on the spot, not by the alarm, which then has failed for a while.
pub(crate) const TAIL_PATIENCE: u64 = 4;

/// Milliseconds for which an answer is kept under its `Idempotency-Key`: 24 hours.
pub(crate) const KEPT_MS: u64 = 24 * 60 * 60 * 1_000;

/// Milliseconds between looks for kept answers to forget; each look reads the whole table.
pub(crate) const PRUNE_EVERY_MS: u64 = 60 * 60 * 1_000;

/// Characters of an `Idempotency-Key`, inclusive.
pub(crate) const KEY_CHARS: usize = 255;

/// Milliseconds between published copies, a MiB of snapshot. KV takes one write a second to a key, and nobody is helped by
/// 60 MiB a second: such a copy comes once a minute, which is how stale KV may be in any case.
pub(crate) const PUBLISH_EVERY_MS_PER_MIB: u64 = 1_000;

/// Milliseconds for which a superseded copy stays: a pointer may be cached for 60 s, and a slow reader takes minutes.
pub(crate) const SUPERSEDED_MS: u64 = 10 * 60 * 1_000;

/// Milliseconds after which a failed alarm is tried again.
pub(crate) const ALARM_NET_MS: u64 = 30 * 1_000;

/// Bytes of change sets in one answer of the journal; at least one revision is always given. As JSON they are about six
/// times larger.
pub(crate) const JOURNAL_PAGE_BYTES: usize = 2 << 20;

/// Events of a prefix's history that may be skipped. All before a page are held while it is made, at about 500 bytes an event
/// and as much for its claim: 20 MB.
pub(crate) const HISTORY_EVENTS: usize = 20_000;

/// Changes of one revision that are looked at before what was found is counted again.
pub(crate) const HISTORY_CHANGES: usize = 1_000;

/// Characters of a workspace's name, inclusive: those of a DNS label.
pub(crate) const WORKSPACE_CHARS: usize = 63;
