//! Files in a script: `import NAME …` with the file's lines, and what is said of its rows.

use anyhow::{Result, bail};
use plat_api::{ImportRequest, Reference};
use plat_interchange::{Outcome, Preview, PreviewRow};
use serde_json::Value;

use crate::line::Line;
use crate::show::{Show, read};

/// `import NAME [space=S] [encoding=utf-8-bom|utf-16le] [create-spaces] [clear-host-bits] [without=3,5]`, then lines, then
/// `end`. `\0` in a line is a NUL.
pub(crate) fn request(line: &mut Line, text: &str) -> Result<ImportRequest> {
    let name = line.need("a file name")?;
    let (mut create_spaces, mut clear_host_bits) = (false, false);
    while let Some(word) = line.next() {
        match word.as_str() {
            "create-spaces" => create_spaces = true,
            "clear-host-bits" => clear_host_bits = true,
            other => bail!("`{}` does not know `{other}`", line.verb),
        }
    }
    let text = text.replace("\\0", "\0");
    let bytes = match line.named("encoding").as_deref() {
        None => text.into_bytes(),
        Some("utf-8-bom") => format!("\u{feff}{text}").into_bytes(),
        Some("utf-16le") => format!("\u{feff}{text}")
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect(),
        Some(other) => bail!("no encoding `{other}`"),
    };
    let leave_out = line.named("without");
    Ok(ImportRequest {
        name,
        bytes,
        space: line.named("space").map(Reference),
        create_spaces,
        clear_host_bits,
        leave_out: leave_out
            .iter()
            .flat_map(|list| list.split(','))
            .map(str::parse)
            .collect::<Result<_, _>>()?,
    })
}

impl Show<'_> {
    pub(crate) fn preview_row(&self, row: &PreviewRow) -> String {
        let outcome = match row.outcome {
            Outcome::Create => "create",
            Outcome::Match => "match",
            Outcome::Error => "error",
            Outcome::LeftOut => "left out",
        };
        let prefixes = self.cidrs(&row.prefixes);
        let words = [outcome, &row.kind, &row.label, &prefixes];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        let mut text = format!("  line {} {}", row.line, words.join(" "));
        if !row.space.is_empty() {
            text.push_str(&format!(" in {}", row.space));
        }
        for finding in &row.findings {
            text.push_str(&format!(" ({})", finding.code));
        }
        text + "\n"
    }

    pub(crate) fn preview_file(&self, preview: &Preview) -> String {
        let mut text = format!(
            "would create {}, match {}, flag {}, refuse {}, leave out {}\n",
            preview.created, preview.matched, preview.flagged, preview.errors, preview.left_out
        );
        preview
            .rows
            .iter()
            .for_each(|row| text.push_str(&self.preview_row(row)));
        for column in &preview.ignored_columns {
            text.push_str(&format!(
                "  column {} ignored in {} rows\n",
                column.name, column.non_empty_rows
            ));
        }
        text
    }

    /// The rows that a refused import names.
    pub(crate) fn refused_rows(&self, rows: Value) -> Result<String> {
        Ok(read::<Vec<PreviewRow>>(rows)?
            .iter()
            .map(|row| self.preview_row(row))
            .collect())
    }
}
