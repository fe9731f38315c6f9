//! What a step leaves behind on GitHub: the job summary, and the outputs `sarif`, `verdict` and `exit-code`.
//!
//! In: text for the summary, and values of outputs. Out: lines in the runner's files. No value may become an output of
//! its own.

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, Result};

/// One output of the step.
pub struct Output<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

/// Encodes outputs for the runner's file. The delimiter is random, so that no value can end itself and start another.
pub fn encode_outputs(outputs: &[Output<'_>], delimiter: &str) -> Result<String> {
    let mut text = String::new();
    for output in outputs {
        if output.value.contains(delimiter) || output.value.contains(['\n', '\r', '\0']) {
            return Err(Error::output(format!(
                "the output `{}` has a line break",
                output.name
            )));
        }
        let _ = write!(
            text,
            "{}<<{delimiter}\n{}\n{delimiter}\n",
            output.name, output.value
        );
    }
    Ok(text)
}

/// Makes a delimiter that nobody can foresee.
pub fn delimiter() -> Result<String> {
    let mut random = [0u8; 16];
    getrandom::fill(&mut random).map_err(|_| Error::output("no random number could be made"))?;
    let mut text = "tokenleash_".to_owned();
    for byte in random {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}

/// Adds text to a file that the runner made.
pub fn append(path: &Path, text: &str) -> Result<()> {
    let mut file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .map_err(|_| Error::output("the runner's file could not be opened"))?;
    file.write_all(text.as_bytes())
        .map_err(|_| Error::output("the runner's file could not be written"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_cannot_bring_another() {
        let encode = |value| {
            let name = "sarif";
            encode_outputs(&[Output { name, value }], "end")
        };
        assert_eq!(encode("a=b").unwrap(), "sarif<<end\na=b\nend\n");
        for hostile in ["x\nend\nverdict=clean", "x\rend", "an end in it"] {
            assert!(encode(hostile).is_err(), "{hostile}");
        }
        assert_ne!(delimiter().unwrap(), delimiter().unwrap());
    }
}
