//! SQLite of a Durable Object: typed rows, and a transaction in which nothing can be awaited.

use wasm_bindgen::prelude::*;
use worker::{Error, Result, SqlStorage, SqlStorageValue, Storage};

/// One row, read column by column.
pub(crate) struct Row(std::vec::IntoIter<SqlStorageValue>);

impl Row {
    fn next(&mut self) -> Result<SqlStorageValue> {
        self.0
            .next()
            .ok_or_else(|| Error::from("a row has fewer columns than asked for"))
    }

    /// The next column as a whole number. All of ours are below 2^53, so that JavaScript's doubles carry them exactly.
    pub(crate) fn number(&mut self) -> Result<u64> {
        match self.next()? {
            SqlStorageValue::Integer(number) => {
                u64::try_from(number).map_err(|_| Error::from("a negative number"))
            }
            other => Err(Error::from(format!("{other:?} is not a whole number"))),
        }
    }

    /// The next column as a whole number, if it is not null.
    pub(crate) fn optional_number(&mut self) -> Result<Option<u64>> {
        match self.next()? {
            SqlStorageValue::Null => Ok(None),
            SqlStorageValue::Integer(number) => Ok(u64::try_from(number).ok()),
            other => Err(Error::from(format!("{other:?} is not a whole number"))),
        }
    }

    pub(crate) fn text(&mut self) -> Result<String> {
        match self.next()? {
            SqlStorageValue::String(text) => Ok(text),
            other => Err(Error::from(format!("{other:?} is not text"))),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            SqlStorageValue::Blob(bytes) => Ok(bytes),
            _ => Err(Error::from("a column is not a blob")),
        }
    }
}

/// The largest number that may be bound: beyond it, JavaScript's doubles are not exact. Revisions, milliseconds and lengths stay
/// below it for 285,000 years.
pub(crate) const NUMBER_MAX: u64 = (1 << 53) - 1;

/// A value to bind.
pub(crate) fn number(value: u64) -> SqlStorageValue {
    SqlStorageValue::Integer(i64::try_from(value.min(NUMBER_MAX)).unwrap_or(0))
}

/// The rows of a query.
pub(crate) fn rows(
    sql: &SqlStorage,
    query: &str,
    bindings: Vec<SqlStorageValue>,
) -> Result<impl Iterator<Item = Result<Row>>> {
    let rows = sql.exec(query, bindings)?.raw();
    Ok(rows.map(|row| row.map(|columns| Row(columns.into_iter()))))
}

/// The first row of a query, if there is one.
pub(crate) fn first(sql: &SqlStorage, query: &str, bindings: Vec<SqlStorageValue>) -> Result<Option<Row>> {
    rows(sql, query, bindings)?.next().transpose()
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = js_sys::Object)]
    type TransactionalStorage;

    #[wasm_bindgen(method, catch, js_name = transactionSync)]
    fn transaction_sync(
        this: &TransactionalStorage,
        work: &mut dyn FnMut() -> std::result::Result<(), JsValue>,
    ) -> std::result::Result<(), JsValue>;
}

/// Does `work` whole or not at all: an error it returns undoes all that it wrote.
///
/// There is no await in it, so no other request of the object runs between its statements. Without it, an error would undo
/// nothing: what was written before it becomes durable with the turn (`tests/tests/edge_durability.rs` fails then). A trap is
/// another matter: the shim aborts the object, and nothing that was written since the last await becomes durable.
pub(crate) fn transaction(storage: &Storage, mut work: impl FnMut() -> Result<()>) -> Result<()> {
    let storage: &TransactionalStorage = storage.as_raw().unchecked_ref();
    Ok(storage.transaction_sync(&mut || work().map_err(JsValue::from))?)
}
