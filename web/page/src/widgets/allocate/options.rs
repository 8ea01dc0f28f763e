//! What may be said of an allocation beyond its size, as text.

use plat_domain::{Cidr, ClaimId, Description, Span, Tags};

use crate::tags;
use crate::typed::{self, Typed};

/// The fields as they are typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub(crate) max_prefixes: String,
    pub(crate) excluded: String,
    pub(crate) within: String,
    pub(crate) tags: String,
    pub(crate) description: String,
    pub(crate) or_pools: Vec<ClaimId>,
}

/// The fields understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) max_prefixes: Option<u16>,
    pub(crate) excluded: Vec<Cidr>,
    pub(crate) within: Option<Span>,
    pub(crate) tags: Tags,
    pub(crate) description: Description,
    /// Tried in order where there is no room.
    pub(crate) or_pools: Vec<ClaimId>,
}

impl Texts {
    /// Reads the fields.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn read(&self) -> Result<Options, String> {
        let number = self.max_prefixes.trim();
        let max_prefixes = if number.is_empty() {
            None
        } else {
            Some(
                number
                    .parse()
                    .map_err(|_| "Prefixes at most: write a number, such as 2".to_owned())?,
            )
        };
        Ok(Options {
            max_prefixes,
            excluded: excluded(&self.excluded)?,
            within: within(&self.within)?,
            tags: tags::from_text(&self.tags)?,
            description: Description::new(&self.description).map_err(|e| format!("Description: {e}"))?,
            or_pools: self.or_pools.clone(),
        })
    }
}

fn excluded(text: &str) -> Result<Vec<Cidr>, String> {
    match typed::read(text) {
        Ok(None) => Ok(Vec::new()),
        Ok(Some(Typed::Cidrs(list))) => Ok(list),
        Ok(Some(_)) => Err("Not from: write prefixes, such as 10.0.1.0/24".to_owned()),
        Err(e) => Err(format!("Not from: {}", e.in_words())),
    }
}

/// `10.0.0.10-10.0.0.99`, or a prefix.
fn within(text: &str) -> Result<Option<Span>, String> {
    let tidy: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if tidy.is_empty() {
        return Ok(None);
    }
    let span = tidy.replace('–', "-").parse::<Span>();
    span.map(Some).map_err(|e| format!("Only from: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_typed_asks_for_nothing() {
        assert_eq!(Texts::default().read(), Ok(Options::default()));
    }

    #[test]
    fn fields_are_read_and_what_is_wrong_is_named() {
        let texts = Texts {
            max_prefixes: " 2 ".into(),
            excluded: "10.0.0.0/24, 10.0.2.0/24".into(),
            within: "10.0.0.0 - 10.0.3.255".into(),
            tags: "env = prod".into(),
            ..Texts::default()
        };
        let options = texts.read().unwrap();
        assert_eq!((options.max_prefixes, options.excluded.len()), (Some(2), 2));
        assert_eq!(options.within.unwrap().to_string(), "10.0.0.0-10.0.3.255");
        let wrong = |change: &dyn Fn(&mut Texts)| {
            let mut wrong = texts.clone();
            change(&mut wrong);
            wrong.read().unwrap_err()
        };
        assert!(wrong(&|t| t.max_prefixes = "x".into()).starts_with("Prefixes at most"));
        assert!(wrong(&|t| t.excluded = "10.0.0.1/24".into()).contains("10.0.0.0/24"));
        assert!(wrong(&|t| t.within = "10.0.0.9-10.0.0.1".into()).starts_with("Only from"));
        assert!(wrong(&|t| t.tags = "= x".into()).starts_with("Tag"));
    }
}
