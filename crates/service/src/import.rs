//! Files in and out.

use plat_api::{Export, ImportRequest, Imported, Problem};
use plat_domain::command::Batch;
use plat_domain::{Command, State};
use plat_interchange::{Options, Outcome, Preview, SourceFile, export_csv, export_json};

use crate::resolve;

/// Bad rows named in one refusal. More are counted, not listed: the preview has them all.
const ROWS_NAMED: usize = 100;

/// What importing a file would do, row by row.
pub(crate) fn preview(state: &State, request: &ImportRequest) -> Result<Preview, Problem> {
    let options = Options {
        default_space: resolve::space(state, request.space.as_ref())?.id,
        create_spaces: request.create_spaces,
        clear_host_bits: request.clear_host_bits,
        leave_out: request.leave_out.iter().copied().collect(),
    };
    let file = SourceFile {
        name: &request.name,
        bytes: &request.bytes,
    };
    plat_interchange::preview(state, &file, &options)
        .map_err(|e| Problem::new("import-refused", 422, format!("{}: {e}", request.name)).with("error", &e))
}

/// The command that imports a file's rows: one batch, or nothing where a row has an error.
pub(crate) fn command(preview: &Preview) -> Result<Command, Problem> {
    if preview.ready() {
        return Ok(preview
            .batch()
            .unwrap_or(Command::Batch(Batch { commands: Vec::new() })));
    }
    let bad = preview.rows.iter().filter(|r| r.outcome == Outcome::Error);
    let (count, lines) = match preview.errors {
        1 => ("1 row".to_owned(), "its line"),
        n => (format!("{n} rows"), "their lines"),
    };
    let detail = format!(
        "{}: {count} cannot be imported, so nothing was: correct the file or leave {lines} out",
        preview.name
    );
    Err(Problem::new("import-refused", 422, detail)
        .with("errors", preview.errors)
        .with("rows", bad.take(ROWS_NAMED).collect::<Vec<_>>()))
}

/// The answer to an import.
pub(crate) fn imported(state: &State, preview: &Preview, changed: bool) -> Imported {
    Imported {
        revision: state.revision(),
        digest: state.digest(),
        changed,
        created: preview.created,
        matched: preview.matched,
        flagged: preview.flagged,
    }
}

/// Everything as a file of our own formats.
pub(crate) fn export(state: &State, format: &str) -> Result<Export, Problem> {
    let (bytes, extension, media_type) = match format {
        "csv" => (export_csv(state), "csv", "text/csv; charset=utf-8"),
        "json" => (export_json(state), "json", "application/json"),
        other => {
            return Err(Problem::bad_request(format!(
                "format `{other}`: give csv or json"
            )));
        }
    };
    Ok(Export {
        file_name: format!("plat-r{}.{extension}", state.revision()),
        media_type: media_type.to_owned(),
        text: String::from_utf8(bytes).map_err(|e| Problem::new("fault", 500, e.to_string()))?,
    })
}
