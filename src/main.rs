//! The thin binary: arguments in, exit code out. A panic says where, never what.

use std::process::ExitCode;

fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        // The message of a panic may quote bytes that were read; its place cannot.
        match panic.location() {
            Some(place) => eprintln!(
                "tokenleash: internal error at {}:{}",
                place.file(),
                place.line()
            ),
            None => eprintln!("tokenleash: internal error"),
        }
    }));
    let code = std::panic::catch_unwind(|| tokenleash::cli::main(std::env::args_os()));
    ExitCode::from(code.unwrap_or(2))
}
