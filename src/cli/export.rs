//! `charmgrammar export`.

use std::path::Path;

use super::args::ExportArguments;
use super::charm::Subject;
use super::output::{self, Output};
use super::{Exit, Failure, Io, grammar, one_trace, shrink, traces};
use crate::charm::{self, Parameter};
use crate::export::{About, Life};
use crate::limits::Limits;
use crate::machine::Program;
use crate::model::{Alphabet, Disk, Loader};
use crate::sets::Bounds;
use crate::shrink::Shrinker;
use crate::trace::{Head, Vocabulary};

/// Writes a trace in another form.
pub(super) fn run(arguments: &ExportArguments, io: &mut Io) -> Result<Exit, Failure> {
    let rest: Vec<_> = arguments.trace.iter().cloned().collect();
    let subject = Subject::new(arguments.grammar.as_ref(), &rest, &arguments.settings);
    let [path] = &subject.traces[..] else {
        return Err(Failure::Message("only one trace can be exported at a time".to_owned()));
    };
    arguments.settings.limiting.check_unused("export")?;
    traces::check_inputs(&subject.grammar, &subject.traces)?;
    let opened = grammar::open(&subject.grammar, &arguments.settings, io)?;
    let inputs = output::files_of(&opened.sources).chain([path.as_path()]);
    output::refuse_input(arguments.output.as_deref(), inputs)?;
    let (alphabet, program) = (Alphabet::new(&opened.grammar), Program::compile(&opened.grammar));
    let vocabulary = Vocabulary::new(&opened.grammar, &alphabet, &[]);
    let trace = one_trace::read(path, arguments.input, &vocabulary, io)?;
    let original = shrink::original(&trace);
    let (steps, work) = (arguments.step_limit, arguments.settings.limiting.work());
    let bounds = Bounds { steps, work, ..Bounds::default() };
    let made = Shrinker::new(&opened.grammar, &alphabet, &program, &original, bounds);
    let shrinker = match made {
        Ok(shrinker) => shrinker,
        Err(unplayable) => {
            return shrink::tell_unplayable(unplayable, &original, &trace.name, &opened, &alphabet, io);
        }
    };
    let about = about(&trace.head, path, arguments.settings.charm.as_deref(), &opened.grammar.limits);
    let life = Life::new(shrinker.best(), &opened.grammar, &alphabet, &program, about);
    let text = life.export(arguments.form()).map_err(|unwritable| {
        Failure::Message(format!("{}: {unwritable}; `--as pytest` can write it", traces::name(path)))
    })?;
    let mut output = Output::create(arguments.output.as_deref(), &mut io.stdout)?;
    output.writer().write_all(text.as_bytes()).map_err(|error| output.failure(error))?;
    let warnings = output.finish()?;
    io.warn_each(&warnings);
    Ok(Exit::Yes)
}

fn about(head: &Head, path: &Path, directory: Option<&Path>, limits: &Limits) -> About {
    let title = match (head.number, head.seed) {
        (Some(number), Some(seed)) => format!("Trace {number} of seed {seed}"),
        _ if path.as_os_str() == "-" => "A trace".to_owned(),
        _ => format!("Trace {}", path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy()),
    };
    let charm = directory.and_then(|directory| charm::read(&Disk, limits, directory).charm);
    let code = charm.as_ref().and_then(|charm| Disk.load(&charm.directory.join("src/charm.py"), limits.file).ok());
    let defaults = charm.iter().flat_map(|charm| &charm.actions).map(|action| {
        let own = |parameter: &Parameter| Some((parameter.name.clone(), parameter.default()?.clone()));
        (action.name.clone(), action.parameters.iter().filter_map(own).collect())
    });
    let defaults = defaults.collect();
    About { title, charm: charm.and_then(|charm| charm.name), class: code.as_deref().and_then(class), defaults }
}

/// The class that a charm's code runs: what stands in `ops.main(…)`, or its last class that derives from a `CharmBase`.
fn class(code: &str) -> Option<String> {
    let is_name = |name: &&str| {
        let starts = name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
        starts && name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
    };
    let code: Vec<&str> = code.lines().map(|line| line.split('#').next().unwrap_or("").trim()).collect();
    let main = code.iter().rev().find_map(|line| {
        let (before, rest) = line.rsplit_once("main(")?;
        let is_call = before.is_empty() || before.ends_with('.');
        rest.split([',', ')']).next().map(str::trim).filter(|name| is_call && is_name(name))
    });
    let derived = code.iter().rev().find_map(|line| {
        let (name, bases) = line.strip_prefix("class ")?.split_once('(')?;
        bases.contains("CharmBase").then_some(name.trim()).filter(is_name)
    });
    main.or(derived).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn the_class_of_a_charm_is_found_in_its_code() {
        let code = "class Helper(object):\n    pass\n\nclass NotesCharm(ops.CharmBase):  # ours\n    pass\n\n\nif __name__ == \"__main__\":\n    ops.main(NotesCharm)\n";
        assert_eq!(class(code).as_deref(), Some("NotesCharm"));
        assert_eq!(class("main(A, use_juju_for_storage=True)").as_deref(), Some("A"));
        assert_eq!(class("class B(CharmBase):\n    pass\n").as_deref(), Some("B"));
        assert_eq!(class("def main():\n    pass\n"), None);
        assert_eq!(class("# ops.main(Nothing)\n"), None);
    }
}
