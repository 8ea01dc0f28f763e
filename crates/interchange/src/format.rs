//! Which format a file has, told by its content.

use serde::{Deserialize, Serialize};

use crate::{ImportError, SourceFile, azure, netbox, plat, table, text};

/// A format that can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Format {
    /// What `az network vnet list`, Azure Resource Manager and Azure Resource Graph answer.
    AzureVirtualNetworks,
    /// A CSV of NetBox prefixes, or any CSV with a column of prefixes.
    NetboxPrefixes,
    /// [`crate::export_csv`].
    PlatCsv,
    /// [`crate::export_json`].
    PlatJson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [
        Self::AzureVirtualNetworks,
        Self::NetboxPrefixes,
        Self::PlatCsv,
        Self::PlatJson,
    ];

    /// What people call it, and how it is recognised.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::AzureVirtualNetworks => "Azure virtual networks (JSON with addressSpace)",
            Self::NetboxPrefixes => "NetBox prefixes (CSV with a prefix column)",
            Self::PlatCsv => "Plat export (CSV)",
            Self::PlatJson => "Plat export (JSON)",
        }
    }
}

/// Tells a file's format by its content; its name does not matter.
///
/// # Errors
/// [`ImportError`] where it is not text, not JSON although it begins like it, empty, or of no known format: then with
/// the headers or keys seen and the formats known.
pub fn detect(file: &SourceFile<'_>) -> Result<Format, ImportError> {
    detect_text(&text::decode(file)?)
}

pub(crate) fn detect_text(text: &str) -> Result<Format, ImportError> {
    if text.trim_start().starts_with(['{', '[']) {
        return detect_json(text);
    }
    let headers = table::headers(text);
    if headers.is_empty() {
        return Err(ImportError::NoRows);
    }
    if plat::is_csv(&headers)? {
        Ok(Format::PlatCsv)
    } else if netbox::is_prefixes(&headers) {
        Ok(Format::NetboxPrefixes)
    } else {
        Err(ImportError::unknown(headers))
    }
}

fn detect_json(text: &str) -> Result<Format, ImportError> {
    let root = crate::json::Node::parse(text)?;
    if plat::is_json(&root)? {
        return Ok(Format::PlatJson);
    }
    azure::recognise(&root).map(|()| Format::AzureVirtualNetworks)
}
