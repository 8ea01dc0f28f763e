//! JavaScript's values as JSON values and back, with no text between.
//!
//! `serde_wasm_bindgen` reads scalars and writes answers. Objects and arrays are walked here, for what it does with them:
//! - it reads an `undefined` field as null; `JSON.stringify` leaves it out, and so must whoever sees one as "left out";
//! - it follows a cycle until the stack is gone;
//! - it lets an exception of a getter pass through this module, which would leave the workspace borrowed for ever.

use js_sys::{Array, Function, JSON, JsString, Reflect, Symbol, TypeError};
use serde::Serialize as _;
use serde_json::{Map, Value};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsError, JsValue};

use crate::session::Answer;

/// Objects and arrays within each other at most, as in JSON text.
const DEPTH_MAX: usize = 128;
/// Values of one argument at most: some hundred thousand commands. More might not fit in memory, which is a trap.
const VALUES_MAX: usize = 10_000_000;

#[wasm_bindgen]
extern "C" {
    /// `js_sys::Object::keys` would let a proxy's exception pass.
    #[wasm_bindgen(catch, js_namespace = Object, js_name = keys)]
    fn keys_of(object: &JsValue) -> Result<Array, JsValue>;

    /// Any object. Its getters catch, and name the field without a string that crosses over each time.
    type Thing;
    #[wasm_bindgen(catch, method, getter, js_name = toJSON)]
    fn form(this: &Thing) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(catch, method, getter)]
    fn length(this: &Thing) -> Result<JsValue, JsValue>;
}

/// Why a value is not JSON.
enum Unfit {
    /// Code of the caller's (a getter, `toJSON`) threw this.
    Thrown(JsValue),
    /// What it is, and the fields that lead to it, innermost first.
    Because(&'static str, Vec<String>),
    /// It has no end, or one too far away.
    Endless,
}

impl From<JsValue> for Unfit {
    fn from(thrown: JsValue) -> Self {
        Self::Thrown(thrown)
    }
}

impl Unfit {
    fn because(what: &'static str) -> Self {
        Self::Because(what, Vec::new())
    }

    fn within(mut self, field: impl FnOnce() -> String) -> Self {
        if let Self::Because(_, fields) = &mut self {
            fields.push(field());
        }
        self
    }

    fn into_error(self, part: &str) -> JsValue {
        let text = match self {
            Self::Thrown(error) => return error,
            Self::Because(what, fields) => {
                let path = fields
                    .iter()
                    .rev()
                    .fold(part.to_owned(), |path, field| path + "." + field);
                format!("{path}: {what}")
            }
            Self::Endless => {
                format!("{part}: more than {DEPTH_MAX} levels or {VALUES_MAX} values, or a cycle")
            }
        };
        TypeError::new(&text).into()
    }
}

/// The JSON value of `value`; nothing for `undefined` and null.
///
/// # Errors
/// What to throw, where it cannot be JSON. `part` names it there.
pub(crate) fn read(value: &JsValue, part: &str) -> Result<Option<Value>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let mut walk = Walk { left: VALUES_MAX };
    let read = walk.json_of(value, 0).map_err(|unfit| unfit.into_error(part))?;
    Ok(Some(read.unwrap_or_default()))
}

/// Half of a surrogate pair reads as U+FFFD, which the caller did not write.
fn text_of(value: &JsValue, text: String) -> Result<Value, Unfit> {
    if text.contains('\u{fffd}') && !value.unchecked_ref::<JsString>().is_valid_utf16() {
        return Err(Unfit::because("the text is not valid Unicode"));
    }
    Ok(Value::String(text))
}

/// A walk over one argument.
struct Walk {
    /// How many more values it may hold.
    left: usize,
}

impl Walk {
    fn take(&mut self, count: usize) -> Result<(), Unfit> {
        self.left = self.left.checked_sub(count).ok_or(Unfit::Endless)?;
        Ok(())
    }

    /// As `JSON.stringify` has it: nothing for what a field may be but JSON has not (`undefined`, a function, a symbol).
    fn json_of(&mut self, value: &JsValue, depth: usize) -> Result<Option<Value>, Unfit> {
        if value.is_object() {
            // What has a form of its own says so, such as a Date.
            let form = value.unchecked_ref::<Thing>().form()?;
            if let Some(form) = form.dyn_ref::<Function>() {
                return self.plain_of(&form.call0(value)?, depth);
            }
        }
        self.plain_of(value, depth)
    }

    fn plain_of(&mut self, value: &JsValue, depth: usize) -> Result<Option<Value>, Unfit> {
        if value.is_object() {
            if depth == DEPTH_MAX {
                return Err(Unfit::Endless);
            }
            let read = if Array::is_array(value) {
                self.items_of(value, depth + 1)
            } else {
                self.fields_of(value, depth + 1)
            };
            return read.map(Some);
        }
        if let Some(text) = value.as_string() {
            return text_of(value, text).map(Some);
        }
        if value.is_undefined() || value.is_function() || value.is_symbol() {
            return Ok(None);
        }
        if value.is_bigint() {
            return Err(Unfit::because("a BigInt is not JSON; counts are decimal strings"));
        }
        let scalar = serde_wasm_bindgen::from_value(value.clone()).map_err(JsValue::from)?;
        Ok(Some(scalar))
    }

    fn items_of(&mut self, array: &JsValue, depth: usize) -> Result<Value, Unfit> {
        let length = array.unchecked_ref::<Thing>().length()?;
        let length = length.as_f64().unwrap_or_default() as u32;
        self.take(length as usize)?;
        let mut items = Vec::new();
        for index in 0..length {
            let item = self.json_of(&Reflect::get_u32(array, index)?, depth);
            let item = item.map_err(|unfit| unfit.within(|| index.to_string()))?;
            items.push(item.unwrap_or_default());
        }
        Ok(Value::Array(items))
    }

    fn fields_of(&mut self, object: &JsValue, depth: usize) -> Result<Value, Unfit> {
        let keys = keys_of(object)?;
        if keys.length() == 0 && Reflect::has(object, &Symbol::iterator())? {
            // What it holds is not in fields: a Map of tags would be read as no tags.
            return Err(Unfit::because(
                "a Map or Set is not JSON; give a plain object or array",
            ));
        }
        self.take(keys.length() as usize)?;
        let mut fields = Map::new();
        for key in keys.iter() {
            let field = self.json_of(&Reflect::get(object, &key)?, depth);
            let name = key.as_string().unwrap_or_default();
            match field {
                Ok(Some(field)) => {
                    fields.insert(name, field);
                }
                Ok(None) => {}
                Err(unfit) => return Err(unfit.within(|| name)),
            }
        }
        Ok(Value::Object(fields))
    }
}

/// The plain object that an answer is.
///
/// # Errors
/// Never: every answer is JSON.
pub(crate) fn object(answer: &Answer) -> Result<JsValue, JsValue> {
    // What cannot be made exactly by assignments and numbers, JavaScript makes from text.
    if !has_proto(&answer.body)
        && let Ok(made) = answer.serialize(&Serializer::json_compatible())
    {
        return Ok(made);
    }
    JSON::parse(&json(answer)?)
}

/// The text of an answer.
///
/// # Errors
/// Never: every answer is JSON.
pub(crate) fn json(answer: &Answer) -> Result<String, JsError> {
    serde_json::to_string(answer).map_err(JsError::from)
}

/// Whether a field (a tag may be called anything) is one that an assignment does not make.
fn has_proto(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_proto),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, field)| name == "__proto__" || has_proto(field)),
        _ => false,
    }
}
