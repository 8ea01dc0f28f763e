//! The copy in KV, for readers that may be a minute behind. KV decides nothing: whoever needs more asks the object.
//!
//! A snapshot never changes once written: `snap/<workspace>/<revision>/<chunk>`. One pointer says which is the newest,
//! `head/<workspace>`; it is written last, so that whoever reads it finds all chunks, and by the alarm only, so that it is
//! written at most once a second.

use futures_util::{StreamExt, stream};
use plat_domain::{Digest, State, Timestamp};
use serde::{Deserialize, Serialize};
use worker::{Env, Response, ResponseBuilder, console_error};

use crate::ledger::Published;
use crate::{http, limits};

/// The value of `head/<workspace>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Head {
    revision: u64,
    digest: Digest,
    chunks: u64,
    len_bytes: u64,
    published_at: Timestamp,
}

/// A revision to publish.
pub(crate) struct Publication {
    head: Head,
    bytes: Vec<u8>,
}

fn head_key(workspace: &str) -> String {
    format!("head/{workspace}")
}

fn chunk_key(workspace: &str, revision: u64, chunk: u64) -> String {
    format!("snap/{workspace}/{revision}/{chunk}")
}

impl Publication {
    pub(crate) fn of(state: &State, clock: Timestamp) -> Self {
        let bytes = state.to_snapshot();
        let head = Head {
            revision: state.revision(),
            digest: state.digest(),
            chunks: bytes.len().div_ceil(limits::CHUNK_BYTES) as u64,
            len_bytes: bytes.len() as u64,
            published_at: clock,
        };
        Self { head, bytes }
    }

    /// Writes chunks, then the pointer; returns what to note in the ledger.
    pub(crate) async fn write(&self, env: &Env, workspace: &str) -> worker::Result<Published> {
        let kv = env.kv("PUBLISHED")?;
        for (chunk, bytes) in (0..).zip(self.bytes.chunks(limits::CHUNK_BYTES)) {
            kv.put_bytes(&chunk_key(workspace, self.head.revision, chunk), bytes)?
                .execute()
                .await?;
        }
        kv.put(&head_key(workspace), serde_json::to_string(&self.head)?)?
            .execute()
            .await?;
        Ok(Published {
            revision: self.head.revision,
            chunks: self.head.chunks,
            len_bytes: self.head.len_bytes,
            at_ms: self.head.published_at.ms(),
            superseded_ms: None,
        })
    }
}

/// Deletes the chunks of a superseded copy.
pub(crate) async fn delete(env: &Env, workspace: &str, copy: &Published) -> worker::Result<()> {
    let kv = env.kv("PUBLISHED")?;
    for chunk in 0..copy.chunks {
        kv.delete(&chunk_key(workspace, copy.revision, chunk)).await?;
    }
    Ok(())
}

/// The newest copy that KV knows here, if it is of `at_least` this revision. None where KV has none, or fails: then the object
/// is asked.
pub(crate) async fn read(env: &Env, workspace: &str, at_least: u64) -> Option<Response> {
    match try_read(env, workspace, at_least).await {
        Ok(found) => found,
        Err(error) => {
            console_error!("no published copy of {workspace}: {error}");
            None
        }
    }
}

async fn try_read(env: &Env, workspace: &str, at_least: u64) -> worker::Result<Option<Response>> {
    let kv = env.kv("PUBLISHED")?;
    let Some(head) = kv.get(&head_key(workspace)).text().await? else {
        return Ok(None);
    };
    let head: Head = serde_json::from_str(&head)?;
    if head.revision < at_least {
        return Ok(None);
    }
    // The first chunk is fetched before anything is answered, so that a copy that is gone costs nothing but a detour.
    let Some(first) = kv.get(&chunk_key(workspace, head.revision, 0)).bytes().await? else {
        return Ok(None);
    };
    let headers = http::security_headers()?;
    headers.set("content-type", "application/octet-stream")?;
    headers.set("etag", &http::entity_tag(head.revision))?;
    headers.set("x-plat-revision", &head.revision.to_string())?;
    headers.set("x-plat-digest", &head.digest.to_string())?;
    headers.set("x-plat-source", "published")?;
    headers.set("x-plat-published-at", &head.published_at.to_string())?;
    let response = ResponseBuilder::new().with_headers(headers);
    if head.chunks == 1 {
        return Ok(Some(response.fixed(first)));
    }
    // One chunk in memory at a time. A missing one ends the body early, which a reader sees: it cannot be decoded.
    let workspace = workspace.to_owned();
    let rest = stream::iter(1..head.chunks).then(move |chunk| {
        let get = kv.get(&chunk_key(&workspace, head.revision, chunk));
        async move {
            let bytes = get.bytes().await.map_err(worker::Error::from)?;
            bytes.ok_or_else(|| worker::Error::from("a chunk is gone"))
        }
    });
    let chunks = stream::once(async move { Ok::<_, worker::Error>(first) }).chain(rest);
    response.from_stream(chunks.boxed_local()).map(Some)
}
