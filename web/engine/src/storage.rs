//! The browser's database (IndexedDB). Knows stores and keys, not what the records mean.

use idb::{
    Database, DatabaseEvent, Factory, KeyRange, ObjectStore, ObjectStoreParams, Transaction, TransactionMode,
};
use js_sys::{Array, Promise, Uint8Array};
use plat_domain::Digest;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::IdbTransaction;

use crate::desk::Stored;
use crate::record::{BASES, BROKEN, DRAFTS, Head, SETTINGS, STEPS, STORES, Write};

const NAME: &str = "plat";
/// Of the stores, not of the records in them.
const VERSION: u32 = 1;

/// An open database.
#[derive(Debug)]
pub(crate) struct Storage(Database);

/// A draft's base and steps as they were saved.
#[derive(Debug)]
pub(crate) struct SavedBytes {
    pub(crate) base: Option<Vec<u8>>,
    pub(crate) steps: Vec<Vec<u8>>,
}

fn step_key(draft: &str, index: u32) -> JsValue {
    Array::of2(&JsValue::from_str(draft), &JsValue::from(index)).into()
}

/// The steps of a draft from an index on. Arrays sort after numbers and strings: an empty one is past every index.
fn steps_from(draft: &str, index: u32) -> Result<KeyRange, idb::Error> {
    let past = Array::of2(&JsValue::from_str(draft), &Array::new());
    KeyRange::bound(&step_key(draft, index), &past, None, Some(true))
}

fn digest_key(digest: Digest) -> JsValue {
    JsValue::from_str(&digest.to_string())
}

fn bytes(value: &JsValue) -> Option<Vec<u8>> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec)
}

/// Waits until what a transaction wrote is on disk.
///
/// Not by `idb`'s own future: that ends at the first request that fails, and the next one calls a closure that is gone,
/// which costs the whole engine and all that is not saved.
async fn done(transaction: Transaction) -> Result<(), String> {
    let transaction: IdbTransaction = transaction.into();
    let ended = Promise::new(&mut |committed, aborted| {
        transaction.set_oncomplete(Some(&committed));
        transaction.set_onabort(Some(&aborted));
    });
    if JsFuture::from(ended).await.is_ok() {
        return Ok(());
    }
    Err(match transaction.error() {
        Some(e) if e.name() == "QuotaExceededError" => {
            "the disk is full, or what this browser grants this page of it".to_owned()
        }
        Some(e) => format!("the browser took back what was written: {}", e.message()),
        None => "the browser took back what was written".to_owned(),
    })
}

impl Storage {
    /// Opens the database, and makes it the first time.
    ///
    /// # Errors
    /// What the browser says where it has none for us.
    pub(crate) async fn open() -> Result<Self, String> {
        let open = || -> Result<_, idb::Error> {
            let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
            request.on_upgrade_needed(|event| {
                let Ok(database) = event.database() else { return };
                for store in STORES {
                    // A store that is not made is reported by the first transaction that names it.
                    let _ = database.create_object_store(store, ObjectStoreParams::new());
                }
            });
            Ok(request)
        };
        let request = open().map_err(|e| e.to_string())?;
        request.await.map(Self).map_err(|e| e.to_string())
    }

    /// All settings and all heads.
    ///
    /// # Errors
    /// What the browser says.
    pub(crate) async fn load(&self) -> Result<Stored, String> {
        self.try_load().await.map_err(|e| e.to_string())
    }

    async fn try_load(&self) -> Result<Stored, idb::Error> {
        let transaction = self
            .0
            .transaction(&[SETTINGS, DRAFTS], TransactionMode::ReadOnly)?;
        let pairs = async |store: &str| -> Result<Vec<(String, Option<String>)>, idb::Error> {
            let store = transaction.object_store(store)?;
            let (keys, values) = (store.get_all_keys(None, None)?, store.get_all(None, None)?);
            let (keys, values) = (keys.await?, values.await?);
            let text = |value: JsValue| value.as_string();
            Ok(keys
                .into_iter()
                .map(|k| k.as_string().unwrap_or_default())
                .zip(values.into_iter().map(text))
                .collect())
        };
        Ok(Stored {
            settings: pairs(SETTINGS).await?,
            drafts: pairs(DRAFTS).await?,
        })
    }

    /// What a draft consists of.
    ///
    /// # Errors
    /// What the browser says; a record that is missing or not bytes is left to the reader.
    pub(crate) async fn load_draft(&self, head: &Head) -> Result<SavedBytes, String> {
        self.try_load_draft(head).await.map_err(|e| e.to_string())
    }

    async fn try_load_draft(&self, head: &Head) -> Result<SavedBytes, idb::Error> {
        let transaction = self.0.transaction(&[BASES, STEPS], TransactionMode::ReadOnly)?;
        let base = transaction.object_store(BASES)?.get(digest_key(head.base))?;
        let steps = transaction
            .object_store(STEPS)?
            .get_all(Some(steps_from(&head.id, 0)?.into()), None)?;
        let (base, steps) = (base.await?, steps.await?);
        Ok(SavedBytes {
            base: base.as_ref().and_then(bytes),
            steps: steps.iter().map(|step| bytes(step).unwrap_or_default()).collect(),
        })
    }

    /// Writes a list, all or nothing. It is on disk when this returns.
    ///
    /// # Errors
    /// What the browser says; nothing was written then.
    pub(crate) async fn write(&self, writes: &[Write]) -> Result<(), String> {
        self.set_aside(writes).await?;
        let transaction = self.begin(writes).map_err(|e| e.to_string())?;
        done(transaction).await
    }

    fn begin(&self, writes: &[Write]) -> Result<Transaction, idb::Error> {
        let transaction = self.0.transaction(&STORES, TransactionMode::ReadWrite)?;
        match Self::put_all(&transaction, writes) {
            Ok(()) => Ok(transaction),
            Err(e) => {
                // Left alone, it would commit what it was given before it failed.
                drop(transaction.abort());
                Err(e)
            }
        }
    }

    fn put_all(transaction: &Transaction, writes: &[Write]) -> Result<(), idb::Error> {
        let store = |name: &str| transaction.object_store(name);
        let (bases, drafts, steps, settings) =
            (store(BASES)?, store(DRAFTS)?, store(STEPS)?, store(SETTINGS)?);
        for write in writes {
            match write {
                Write::Base(digest, bytes) => {
                    drop(bases.put(&Uint8Array::from(&bytes[..]), Some(&digest_key(*digest)))?);
                }
                Write::RemoveBase(digest) => drop(bases.delete(digest_key(*digest))?),
                Write::Head(head) => put_text(&drafts, &head.id, &crate::record::text(head))?,
                Write::RemoveDraft(id) | Write::SetAsideDraft(id) => {
                    drop(drafts.delete(JsValue::from_str(id))?);
                    drop(steps.delete(steps_from(id, 0)?)?);
                }
                Write::RemoveSteps(id, from) => drop(steps.delete(steps_from(id, *from)?)?),
                Write::Step(id, index, bytes) => {
                    drop(steps.put(&Uint8Array::from(&bytes[..]), Some(&step_key(id, *index)))?);
                }
                Write::Setting(key, text) => put_text(&settings, key, text)?,
                Write::SetAsideSetting(key) => drop(settings.delete(JsValue::from_str(key))?),
            }
        }
        Ok(())
    }

    /// Copies what is to be put aside to `broken`, under `[store, key]`, before anything is deleted.
    async fn set_aside(&self, writes: &[Write]) -> Result<(), String> {
        for write in writes {
            match write {
                Write::SetAsideDraft(id) => {
                    let key = JsValue::from_str(id);
                    self.copy(DRAFTS, KeyRange::only(&key)).await?;
                    self.copy(STEPS, steps_from(id, 0)).await?;
                }
                Write::SetAsideSetting(key) => {
                    self.copy(SETTINGS, KeyRange::only(&JsValue::from_str(key)))
                        .await?;
                }
                Write::Base(..)
                | Write::RemoveBase(_)
                | Write::Head(_)
                | Write::RemoveDraft(_)
                | Write::RemoveSteps(..)
                | Write::Step(..)
                | Write::Setting(..) => {}
            }
        }
        Ok(())
    }

    async fn copy(&self, from: &str, range: Result<KeyRange, idb::Error>) -> Result<(), String> {
        let copying = self.try_copy(from, range).await.map_err(|e| e.to_string())?;
        done(copying).await
    }

    async fn try_copy(
        &self,
        from: &str,
        range: Result<KeyRange, idb::Error>,
    ) -> Result<Transaction, idb::Error> {
        let range = range?;
        let transaction = self.0.transaction(&[from, BROKEN], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(from)?;
        let keys = store.get_all_keys(Some(range.clone().into()), None)?;
        let values = store.get_all(Some(range.into()), None)?;
        let (keys, values) = (keys.await?, values.await?);
        let broken = transaction.object_store(BROKEN)?;
        for (key, value) in keys.iter().zip(&values) {
            drop(broken.put(value, Some(&Array::of2(&JsValue::from_str(from), key)))?);
        }
        Ok(transaction)
    }
}

fn put_text(store: &ObjectStore, key: &str, text: &str) -> Result<(), idb::Error> {
    store
        .put(&JsValue::from_str(text), Some(&JsValue::from_str(key)))
        .map(drop)
}
