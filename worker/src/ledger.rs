//! What a workspace keeps in the SQLite database of its object: the journal, answers kept under keys, snapshots, and what was
//! published.
//!
//! **The journal is the truth**: change sets, append only, chained by digest, never trimmed. A snapshot only shortens a cold
//! start; a damaged one is passed over for the one before, or for the journal from its beginning. There is no other index: what
//! the engine looks things up by follows from the claims, so that it cannot disagree with them.

use plat_api::Problem;
use plat_domain::{ChangeSet, Digest, STORED_FORM, State, Timestamp};
use plat_service::{Entry, Kept};
use worker::{Error, Result, SqlStorage, SqlStorageValue, Storage, console_error};

use crate::limits;
use crate::sql::{self, Row, number};
use crate::testing::{Before, Sabotage};

/// Bytes too long for a row go into `piece`, in order, under a name that says what they are of.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS journal (
    revision INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    word TEXT NOT NULL,
    len_bytes INTEGER NOT NULL,
    changes BLOB NOT NULL,
    base INTEGER,
    form INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS kept (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    status INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    len_bytes INTEGER NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (actor, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (
    revision INTEGER PRIMARY KEY,
    checksum BLOB NOT NULL,
    len_bytes INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS piece (
    owner TEXT NOT NULL,
    part INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (owner, part)
);
CREATE TABLE IF NOT EXISTS published (
    revision INTEGER PRIMARY KEY,
    chunks INTEGER NOT NULL,
    len_bytes INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    superseded_ms INTEGER
);
";

/// Columns that the journal did not always have: what a line of before says in them is what it meant.
const JOURNAL_ADDITIONS: [(&str, &str); 2] = [
    ("base", "ALTER TABLE journal ADD COLUMN base INTEGER"),
    (
        "form",
        "ALTER TABLE journal ADD COLUMN form INTEGER NOT NULL DEFAULT 1",
    ),
];

/// The journal as it was before [`JOURNAL_ADDITIONS`], for a test of what is done about it.
const FIRST_JOURNAL: &str = "
DROP TABLE journal;
DELETE FROM snapshot;
CREATE TABLE journal (
    revision INTEGER PRIMARY KEY,
    digest BLOB NOT NULL,
    actor TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    word TEXT NOT NULL,
    len_bytes INTEGER NOT NULL,
    changes BLOB NOT NULL
);
";

/// Why the ledger could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Fault {
    /// What is stored is not what was written. No retry helps, and nothing may be written on top.
    Damaged(String),
    /// The host refused or failed; a retry may help.
    Host(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Host(error)
    }
}

impl From<&Fault> for Problem {
    fn from(fault: &Fault) -> Self {
        match fault {
            Fault::Damaged(what) => damaged(what),
            Fault::Host(error) => crate::http::fault(error),
        }
    }
}

/// What every request to a damaged workspace is told.
pub(crate) fn damaged(what: &str) -> Problem {
    Problem::new(
        "fault",
        500,
        format!("stored data is damaged and nothing more is written to it: {what}"),
    )
}

/// What a cold start replays.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tail {
    /// Revisions since the last snapshot.
    pub(crate) revisions: u64,
    /// Bytes of their change sets.
    pub(crate) bytes: u64,
    /// Bytes of that snapshot.
    pub(crate) snapshot_bytes: u64,
}

impl Tail {
    /// True if it is longer than `times` the bound for a workspace of this size.
    pub(crate) fn is_long(&self, claims: usize, times: u64) -> bool {
        let revisions = limits::TAIL_REVISIONS + claims as u64 / limits::CLAIMS_PER_TAIL_REVISION;
        self.revisions >= times * revisions
            || self.bytes >= times * (limits::TAIL_BYTES + self.snapshot_bytes / 4)
    }
}

/// What the ledger says of a workspace.
pub(crate) struct Loaded {
    pub(crate) state: State,
    /// The time of the last revision.
    pub(crate) committed_at: Timestamp,
    pub(crate) tail: Tail,
}

/// Who makes revisions, and when.
pub(crate) struct Stamp<'a> {
    pub(crate) actor: &'a str,
    pub(crate) at: Timestamp,
    /// The revision that whoever asked had seen, if it was said.
    pub(crate) base: Option<u64>,
}

/// An answer to keep under a key.
pub(crate) struct Keep<'a> {
    pub(crate) key: &'a str,
    pub(crate) revision: u64,
    pub(crate) kept: Kept,
}

/// One line of the audit trail.
pub(crate) struct Line {
    pub(crate) revision: u64,
    pub(crate) digest: Digest,
    pub(crate) actor: String,
    pub(crate) at: Timestamp,
    pub(crate) word: String,
    pub(crate) base: Option<u64>,
    pub(crate) changes: ChangeSet,
    /// The change set as stored, which is what the digest covers.
    pub(crate) stored: Vec<u8>,
}

/// A published copy.
#[derive(Clone, Debug)]
pub(crate) struct Published {
    pub(crate) revision: u64,
    pub(crate) chunks: u64,
    pub(crate) len_bytes: u64,
    pub(crate) at_ms: u64,
    /// When a newer one took its place.
    pub(crate) superseded_ms: Option<u64>,
}

/// The database of one object.
pub(crate) struct Ledger {
    storage: Storage,
    sql: SqlStorage,
}

impl Ledger {
    pub(crate) fn new(storage: Storage) -> Self {
        let sql = storage.sql();
        Self { storage, sql }
    }

    /// The state that the journal gives, and how it got there; revision 0 if nothing was ever written.
    pub(crate) fn load(&self) -> std::result::Result<Loaded, Fault> {
        self.prepare()?;
        let (mut state, snapshot_bytes) = self.newest_snapshot()?;
        let mut tail = Tail {
            snapshot_bytes,
            ..Tail::default()
        };
        let mut committed_at = Timestamp::default();
        if state.revision() > 0 {
            // The snapshot must continue the journal that it was taken from.
            let line = self.lines(state.revision() - 1, 1)?.next().transpose()?;
            match line {
                Some(line) if line.revision == state.revision() && line.digest == state.digest() => {
                    committed_at = line.at;
                }
                _ => {
                    return Err(Fault::Damaged(format!(
                        "the snapshot of revision {} is not of this journal",
                        state.revision()
                    )));
                }
            }
        }
        for line in self.lines(state.revision(), sql::NUMBER_MAX)? {
            let line = line?;
            let (revision, expected) = (state.revision() + 1, state.digest().chain(&line.stored));
            if line.revision != revision {
                return Err(Fault::Damaged(format!(
                    "revision {revision} is missing from the journal"
                )));
            }
            if line.digest != expected {
                return Err(Fault::Damaged(format!(
                    "the digest of revision {revision} is {}, not {expected}",
                    line.digest
                )));
            }
            state = state
                .commit_as(&line.changes, line.digest)
                .map_err(|e| Fault::Damaged(format!("revision {revision}: {e}")))?;
            committed_at = committed_at.max(line.at);
            tail.revisions += 1;
            tail.bytes += line.stored.len() as u64;
        }
        Ok(Loaded {
            state,
            committed_at,
            tail,
        })
    }

    /// Makes the tables that are missing, and the columns of a table that an earlier version made.
    fn prepare(&self) -> Result<()> {
        self.sql.exec(SCHEMA, None)?;
        let mut columns = Vec::new();
        for row in sql::rows(&self.sql, "PRAGMA table_info(journal)", vec![])? {
            let mut row = row?;
            let _position = row.number()?;
            columns.push(row.text()?);
        }
        for (column, addition) in JOURNAL_ADDITIONS {
            if !columns.iter().any(|known| known == column) {
                self.sql.exec(addition, None)?;
            }
        }
        Ok(())
    }

    /// The newest snapshot that is whole, with its size; the empty state if there is none.
    fn newest_snapshot(&self) -> std::result::Result<(State, u64), Fault> {
        let query = "SELECT revision, checksum, len_bytes, bytes FROM snapshot ORDER BY revision DESC";
        for row in sql::rows(&self.sql, query, vec![])? {
            let mut row = row?;
            let (revision, checksum) = (row.number()?, row.bytes()?);
            let bytes = match self.whole(&mut row, &format!("snapshot/{revision}")) {
                Ok(bytes) => bytes,
                Err(Fault::Damaged(what)) => {
                    console_error!("{what}; going on without it");
                    continue;
                }
                Err(host) => return Err(host),
            };
            if Digest::of("plat/snapshot/1", &bytes).to_bytes() != *checksum {
                console_error!("the snapshot of revision {revision} is damaged; going on without it");
                continue;
            }
            match State::from_snapshot(&bytes) {
                Ok(state) if state.revision() == revision => return Ok((state, bytes.len() as u64)),
                Ok(_) => console_error!(
                    "the snapshot of revision {revision} is of another one; going on without it"
                ),
                Err(e) => console_error!("the snapshot of revision {revision}: {e}; going on without it"),
            }
        }
        Ok((State::new(), 0))
    }

    /// Lines of the journal after a revision, in order.
    pub(crate) fn lines(
        &self,
        after: u64,
        limit: u64,
    ) -> std::result::Result<impl Iterator<Item = std::result::Result<Line, Fault>> + '_, Fault> {
        let query = "SELECT revision, digest, actor, at_ms, word, base, form, len_bytes, changes FROM journal \
                     WHERE revision > ? ORDER BY revision LIMIT ?";
        let rows = sql::rows(&self.sql, query, vec![number(after), number(limit)])?;
        Ok(rows.map(|row| self.line(row?)))
    }

    fn line(&self, mut row: Row) -> std::result::Result<Line, Fault> {
        let revision = row.number()?;
        let digest = row.bytes()?.try_into().map(Digest::from_bytes);
        let digest = digest
            .map_err(|_| Fault::Damaged(format!("the digest of revision {revision} is not 32 bytes")))?;
        let (actor, at, word) = (row.text()?, Timestamp::from_ms(row.number()?), row.text()?);
        let (base, form) = (row.optional_number()?, row.number()?);
        let stored = self.whole(&mut row, &format!("journal/{revision}"))?;
        let changes = ChangeSet::from_stored(u16::try_from(form).unwrap_or(u16::MAX), &stored)
            .map_err(|e| Fault::Damaged(format!("revision {revision}: {e}")))?;
        Ok(Line {
            revision,
            digest,
            actor,
            at,
            word,
            base,
            changes,
            stored,
        })
    }

    /// Writes revisions and the answer that goes with them, all or nothing.
    pub(crate) fn commit(
        &self,
        entries: &[Entry],
        stamp: &Stamp<'_>,
        keep: Option<&Keep<'_>>,
        sabotage: Option<Sabotage>,
    ) -> Result<()> {
        let one_statement = match (entries, keep) {
            ([entry], None) => entry.changes.to_bytes().len() <= limits::PIECE_BYTES,
            ([], Some(keep)) => keep.kept.body.len() <= limits::PIECE_BYTES,
            _ => false,
        };
        if one_statement && sabotage.is_none() {
            return self.write(entries, stamp, keep, None);
        }
        sql::transaction(&self.storage, || self.write(entries, stamp, keep, sabotage))
    }

    fn write(
        &self,
        entries: &[Entry],
        stamp: &Stamp<'_>,
        keep: Option<&Keep<'_>>,
        sabotage: Option<Sabotage>,
    ) -> Result<()> {
        for (at, entry) in entries.iter().enumerate() {
            if at > 0 {
                Sabotage::between_entries(sabotage)?;
            }
            // The primary key refuses a revision that is there already, whatever the memory believed.
            let query = "INSERT INTO journal (revision, digest, actor, at_ms, word, base, form, len_bytes, changes) \
                         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
            let bytes = entry.changes.to_bytes();
            let mut bindings = vec![
                number(entry.revision),
                SqlStorageValue::Blob(entry.digest.to_bytes().to_vec()),
                stamp.actor.into(),
                number(stamp.at.ms()),
                entry.word.into(),
                stamp.base.map_or(SqlStorageValue::Null, number),
                number(u64::from(STORED_FORM)),
            ];
            self.insert(
                query,
                &mut bindings,
                bytes,
                &format!("journal/{}", entry.revision),
            )?;
        }
        Sabotage::after_journal(sabotage)?;
        if let Some(keep) = keep {
            let query = "INSERT OR REPLACE INTO kept (actor, key, request, status, revision, at_ms, len_bytes, body) \
                         VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
            let mut bindings = vec![
                stamp.actor.into(),
                keep.key.into(),
                SqlStorageValue::Blob(keep.kept.request.to_bytes().to_vec()),
                number(u64::from(keep.kept.status)),
                number(keep.revision),
                number(stamp.at.ms()),
            ];
            let body = keep.kept.body.clone().into_bytes();
            self.insert(query, &mut bindings, body, &kept_owner(stamp.actor, keep.key))?;
        }
        Ok(())
    }

    /// The answer kept under a key, with the revision it spoke of.
    pub(crate) fn kept(
        &self,
        actor: &str,
        key: &str,
        now: Timestamp,
    ) -> std::result::Result<Option<(Kept, u64)>, Fault> {
        let query = "SELECT request, status, revision, len_bytes, body FROM kept WHERE actor = ? AND key = ? AND at_ms > ?";
        let since = now.ms().saturating_sub(limits::KEPT_MS);
        let Some(mut row) = sql::first(&self.sql, query, vec![actor.into(), key.into(), number(since)])?
        else {
            return Ok(None);
        };
        let damaged = || Fault::Damaged(format!("the answer kept under {key}"));
        let request = row
            .bytes()?
            .try_into()
            .map(Digest::from_bytes)
            .map_err(|_| damaged())?;
        let status = u16::try_from(row.number()?).map_err(|_| damaged())?;
        let revision = row.number()?;
        let body = self.whole(&mut row, &kept_owner(actor, key))?;
        let body = String::from_utf8(body).map_err(|_| damaged())?;
        Ok(Some((
            Kept {
                request,
                status,
                body,
            },
            revision,
        )))
    }

    /// Forgets answers kept for longer than promised; returns when the oldest of the rest was kept.
    pub(crate) fn prune_kept(&self, now: Timestamp) -> Result<Option<u64>> {
        let until = now.ms().saturating_sub(limits::KEPT_MS);
        sql::transaction(&self.storage, || {
            let pieces = "DELETE FROM piece WHERE owner IN \
                          (SELECT 'kept/' || actor || '/' || key FROM kept WHERE at_ms <= ? AND len_bytes > ?)";
            self.sql
                .exec(pieces, vec![number(until), number(limits::PIECE_BYTES as u64)])?;
            self.sql
                .exec("DELETE FROM kept WHERE at_ms <= ?", vec![number(until)])?;
            Ok(())
        })?;
        self.oldest_kept()
    }

    pub(crate) fn oldest_kept(&self) -> Result<Option<u64>> {
        let row = sql::first(&self.sql, "SELECT min(at_ms) FROM kept", vec![])?;
        row.map_or(Ok(None), |mut row| row.optional_number())
    }

    /// Writes a snapshot and keeps the one before it, in case this one cannot be read back.
    pub(crate) fn put_snapshot(&self, revision: u64, bytes: &[u8]) -> Result<()> {
        let checksum = Digest::of("plat/snapshot/1", bytes).to_bytes().to_vec();
        sql::transaction(&self.storage, || {
            let kept = "SELECT revision FROM snapshot ORDER BY revision DESC LIMIT 1";
            let gone = format!("SELECT revision FROM snapshot WHERE revision NOT IN ({kept})");
            self.sql.exec(
                &format!("DELETE FROM piece WHERE owner IN (SELECT 'snapshot/' || revision FROM ({gone}))"),
                None,
            )?;
            self.sql.exec(
                &format!("DELETE FROM snapshot WHERE revision NOT IN ({kept})"),
                None,
            )?;
            let query = "INSERT INTO snapshot (revision, checksum, len_bytes, bytes) VALUES (?, ?, ?, ?)";
            let mut bindings = vec![number(revision), SqlStorageValue::Blob(checksum.clone())];
            self.insert(
                query,
                &mut bindings,
                bytes.to_vec(),
                &format!("snapshot/{revision}"),
            )
        })
    }

    /// Published copies that still exist, oldest first.
    pub(crate) fn published(&self) -> Result<Vec<Published>> {
        let query =
            "SELECT revision, chunks, len_bytes, at_ms, superseded_ms FROM published ORDER BY revision";
        let rows = sql::rows(&self.sql, query, vec![])?;
        rows.map(|row| {
            let mut row = row?;
            Ok(Published {
                revision: row.number()?,
                chunks: row.number()?,
                len_bytes: row.number()?,
                at_ms: row.number()?,
                superseded_ms: row.optional_number()?,
            })
        })
        .collect()
    }

    /// Records a published copy; those before it are superseded from now on.
    pub(crate) fn put_published(&self, copy: &Published) -> Result<()> {
        sql::transaction(&self.storage, || {
            let supersede =
                "UPDATE published SET superseded_ms = ? WHERE superseded_ms IS NULL AND revision <> ?";
            self.sql
                .exec(supersede, vec![number(copy.at_ms), number(copy.revision)])?;
            let put = "INSERT OR REPLACE INTO published (revision, chunks, len_bytes, at_ms, superseded_ms) VALUES (?, ?, ?, ?, NULL)";
            let bindings = [copy.revision, copy.chunks, copy.len_bytes, copy.at_ms].map(number);
            self.sql.exec(put, bindings.to_vec())?;
            Ok(())
        })
    }

    pub(crate) fn forget_published(&self, revision: u64) -> Result<()> {
        self.sql
            .exec("DELETE FROM published WHERE revision = ?", vec![number(revision)])
            .map(|_| ())
    }

    /// How many answers are kept, for a test.
    pub(crate) fn kept_count(&self) -> Result<u64> {
        sql::first(&self.sql, "SELECT count(*) FROM kept", vec![])?.map_or(Ok(0), |mut row| row.number())
    }

    /// Damages the last revision, for a test of what is done about it.
    pub(crate) fn damage(&self) -> Result<()> {
        let query =
            "UPDATE journal SET digest = zeroblob(32) WHERE revision = (SELECT max(revision) FROM journal)";
        self.sql.exec(query, None).map(|_| ())
    }

    /// Puts a journal of the first version in place of this one, and a snapshot if there is one, for a test of what is done
    /// about it.
    pub(crate) fn age(&self, before: &Before) -> Result<()> {
        self.prepare()?;
        sql::transaction(&self.storage, || {
            self.sql.exec(FIRST_JOURNAL, None)?;
            let mut digest = Digest::default();
            for (revision, changes) in (1..).zip(&before.journal) {
                digest = digest.chain(changes);
                let query = "INSERT INTO journal (revision, digest, actor, at_ms, word, len_bytes, changes) \
                             VALUES (?, ?, 'owner', 0, 'before', ?, ?)";
                let mut bindings = vec![
                    number(revision),
                    SqlStorageValue::Blob(digest.to_bytes().to_vec()),
                ];
                self.insert(query, &mut bindings, changes.clone(), "")?;
            }
            Ok(())
        })?;
        match &before.snapshot {
            Some(bytes) => self.put_snapshot(before.journal.len() as u64, bytes),
            None => Ok(()),
        }
    }

    /// Runs an INSERT whose last two columns are a length and the first piece of `bytes`; the other pieces go into `piece`.
    fn insert(
        &self,
        query: &str,
        bindings: &mut Vec<SqlStorageValue>,
        mut bytes: Vec<u8>,
        owner: &str,
    ) -> Result<()> {
        bindings.push(number(bytes.len() as u64));
        let rest = bytes.split_off(bytes.len().min(limits::PIECE_BYTES));
        bindings.push(SqlStorageValue::Blob(bytes));
        self.sql.exec(query, std::mem::take(bindings))?;
        if !rest.is_empty() {
            self.sql
                .exec("DELETE FROM piece WHERE owner = ?", vec![owner.into()])?;
        }
        for (part, piece) in (1..).zip(rest.chunks(limits::PIECE_BYTES)) {
            let query = "INSERT INTO piece (owner, part, bytes) VALUES (?, ?, ?)";
            self.sql.exec(
                query,
                vec![owner.into(), number(part), SqlStorageValue::Blob(piece.to_vec())],
            )?;
        }
        Ok(())
    }

    /// Reads what [`Ledger::insert`] wrote: the next two columns and the pieces.
    fn whole(&self, row: &mut Row, owner: &str) -> std::result::Result<Vec<u8>, Fault> {
        let (len_bytes, mut bytes) = (row.number()?, row.bytes()?);
        if bytes.len() as u64 != len_bytes {
            let query = "SELECT bytes FROM piece WHERE owner = ? ORDER BY part";
            for piece in sql::rows(&self.sql, query, vec![owner.into()])? {
                bytes.extend(piece?.bytes()?);
            }
        }
        if bytes.len() as u64 == len_bytes {
            Ok(bytes)
        } else {
            Err(Fault::Damaged(format!(
                "{owner} has {} bytes of {len_bytes}",
                bytes.len()
            )))
        }
    }
}

fn kept_owner(actor: &str, key: &str) -> String {
    format!("kept/{actor}/{key}")
}
