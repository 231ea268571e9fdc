//! The program `qd`. Everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    quarterdeck::cli::main()
}
