//! Arguments of `export`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{InputFormat, Settings};
use crate::export::Form;

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArguments {
    /// The grammar: a file, `-` for standard input, or the name of a built-in grammar
    #[arg(required_unless_present = "charm")]
    pub(in crate::cli) grammar: Option<OsString>,
    /// The trace: a file that has one trace, or `-` for standard input, which is taken if none is given
    #[arg(value_name = "TRACE")]
    pub(in crate::cli) trace: Option<PathBuf>,
    /// What is written
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: TypedForm,
    /// The format of TRACE
    #[arg(long, value_enum, default_value_t = InputFormat::Auto)]
    pub(in crate::cli) input: InputFormat,
    /// Write to a file; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// How many silent steps a run of the grammar may make before it decides or shows something
    #[arg(long, value_name = "N", default_value_t = 10_000_000)]
    pub(in crate::cli) step_limit: u64,
    #[command(flatten)]
    pub(in crate::cli) settings: Settings,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TypedForm {
    /// A test in Python that needs `ops[testing]`, and the charm
    Pytest,
    /// A shell script of Juju commands
    Juju,
    /// An integration test in Python that needs `jubilant`
    Jubilant,
}

impl ExportArguments {
    /// What is written.
    pub(in crate::cli) fn form(&self) -> Form {
        match self.form {
            TypedForm::Pytest => Form::Pytest,
            TypedForm::Juju => Form::Juju,
            TypedForm::Jubilant => Form::Jubilant,
        }
    }
}
