//! A script file: prose, blocks of commands with what is answered, and nothing else.

use anyhow::{Result, bail, ensure};

/// Between the commands of a block and what they answer.
const RULE: &str = "---";
/// Verbs that go on over several lines, until a line `end`.
const LONG: [&str; 5] = ["batch", "plan", "import", "preview-import", "acquire"];
/// The last line of a script with a twin: its last revision and digest, which is chained over all before it.
const FOOTER: &str = "# as IPv6: ";

/// A script taken apart so that it can be written again as it was.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    parts: Vec<Part>,
    /// Whether `# families: v4 v6` asks for the IPv6 twin too.
    pub(crate) has_twin: bool,
    /// Whether `# hosts: journal` asks for a host that keeps one.
    pub(crate) needs_journal: bool,
}

#[derive(Clone, Debug)]
enum Part {
    /// A comment or an empty line.
    Text(String),
    Block(Block),
}

/// Commands that answer together.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    lines: Vec<String>,
    pub(crate) commands: Vec<Command>,
}

/// One command: its line, and the lines of its body.
#[derive(Clone, Debug)]
pub(crate) struct Command {
    /// Where it is in the file, from 1.
    pub(crate) at: usize,
    pub(crate) head: String,
    pub(crate) body: Vec<String>,
}

impl Script {
    pub(crate) fn read(text: &str) -> Result<Self> {
        let mut parts = Vec::new();
        let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line)).peekable();
        while let Some((at, line)) = lines.next() {
            if line.starts_with(FOOTER) {
                continue;
            }
            if line.trim().is_empty() || line.starts_with('#') {
                parts.push(Part::Text(line.to_owned()));
                continue;
            }
            let mut own = vec![(at, line)];
            loop {
                match lines.next() {
                    Some((_, RULE)) => break,
                    Some(more) => own.push(more),
                    None => bail!("line {at}: this block has no `{RULE}`"),
                }
            }
            // What is answered is compared as a whole file, so it is only skipped here.
            while lines.next_if(|(_, line)| !line.is_empty()).is_some() {}
            parts.push(Part::Block(Block {
                commands: commands(&own)?,
                lines: own.iter().map(|(_, line)| (*line).to_owned()).collect(),
            }));
        }
        while matches!(parts.last(), Some(Part::Text(line)) if line.is_empty()) {
            parts.pop();
        }
        let prose = parts.iter().map_while(|part| {
            if let Part::Text(line) = part {
                Some(line.as_str())
            } else {
                None
            }
        });
        let prose: Vec<&str> = prose.collect();
        ensure!(
            prose.first().is_some_and(|line| line.starts_with("# ")),
            "a script starts with prose: what is shown?"
        );
        ensure!(
            prose.iter().any(|line| line.starts_with("# rows: ")),
            "a script says which rows it shows: `# rows: F01`"
        );
        let has_twin = prose.contains(&"# families: v4 v6");
        let needs_journal = prose.contains(&"# hosts: journal");
        Ok(Self {
            parts,
            has_twin,
            needs_journal,
        })
    }

    pub(crate) fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.parts.iter().filter_map(|part| {
            if let Part::Block(block) = part {
                Some(block)
            } else {
                None
            }
        })
    }

    /// The file with these answers in place of its own, one for each block.
    pub(crate) fn with_outputs(&self, outputs: &[String], twin_end: Option<&str>) -> String {
        let (mut text, mut outputs) = (String::new(), outputs.iter());
        for part in &self.parts {
            match part {
                Part::Text(line) => text.push_str(&format!("{line}\n")),
                Part::Block(block) => {
                    block
                        .lines
                        .iter()
                        .for_each(|line| text.push_str(&format!("{line}\n")));
                    text.push_str(&format!("{RULE}\n{}", outputs.next().map_or("", String::as_str)));
                }
            }
        }
        if let Some(end) = twin_end {
            text.push_str(&format!("\n{FOOTER}{end}\n"));
        }
        text
    }
}

fn commands(lines: &[(usize, &str)]) -> Result<Vec<Command>> {
    let mut commands = Vec::new();
    let mut lines = lines.iter().filter(|(_, line)| !line.starts_with('#'));
    while let Some((at, head)) = lines.next() {
        let mut body = Vec::new();
        if head.split(' ').next().is_some_and(|verb| LONG.contains(&verb)) {
            loop {
                match lines.next() {
                    Some((_, "end")) => break,
                    Some((_, line)) => body.push((*line).to_owned()),
                    None => bail!("line {at}: `{head}` has no `end`"),
                }
            }
        }
        commands.push(Command {
            at: *at,
            head: (*head).to_owned(),
            body,
        });
    }
    Ok(commands)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_is_written_as_it_was_read() {
        let text = "# Shows.\n# rows: F01\n# families: v4 v6\n\npool a 10.0.0.0/8\nbatch\npool b\nend\n---\nx\ny\n\n# More.\ntree\n---\n\n# as IPv6: revision 2\n";
        let script = Script::read(text).unwrap();
        assert_eq!(script.blocks().next().unwrap().commands[1].body, ["pool b"]);
        assert_eq!(
            script.with_outputs(&["x\ny\n".into(), String::new()], Some("revision 2")),
            text
        );
        assert!(script.has_twin);
    }

    #[test]
    fn file_without_prose_or_rows_is_refused() {
        assert!(Script::read("tree\n---\n").is_err());
        assert!(Script::read("# Shows.\n\ntree\n---\n").is_err());
    }
}
