//! What goes wrong before a declaration is looked at.

use super::*;

#[test]
fn files_that_cannot_be_read() {
    check("use \"nowhere.charmgrammar\" phase q { whatever }", "unreadable-file:2");
    check("use exampel", "unknown-builtin:2");
    let loaded = load(&Disk, &Root::Builtin("jujy".to_owned()), &Settings::default());
    assert_eq!(findings(&loaded), "unknown-builtin:1");
    let loaded = load(&Disk, &Root::Path("/nowhere/at/all".into()), &Settings::default());
    assert_eq!(findings(&loaded), "unreadable-file:1");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("latin1");
    std::fs::write(&path, b"# caf\xe9").unwrap();
    let loaded = load(&Disk, &Root::Path(path.clone()), &Settings::default());
    assert_eq!(findings(&loaded), "not-utf8:1");
    assert!(loaded.diagnostics[0].message.ends_with("byte 5 (counted from 0) is not UTF-8"));
    let limit = u64::try_from(Limits::default().file).unwrap();
    std::fs::File::create(&path).unwrap().set_len(limit + 1).unwrap();
    let loaded = load(&Disk, &Root::Path(path), &Settings::default());
    assert_eq!(findings(&loaded), "file-too-large:1");
}

#[test]
fn a_file_may_be_as_large_as_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("seven");
    std::fs::write(&path, "event a").unwrap();
    assert_eq!(Disk.load(&path, 7).as_deref(), Ok("event a"));
    assert_eq!(Disk.load(&path, 6), Err(LoadError::TooLarge(6)));
}

#[test]
fn a_cycle_shows_its_chain() {
    let files = Memory::default().with("a", "use \"b\"").with("b", "use \"c\"").with("c", "use \"./b\"");
    let loaded = load(&files, &Root::Path("a".into()), &Settings::default());
    assert_eq!(findings(&loaded), "use-cycle:1");
    assert_eq!(loaded.diagnostics[0].message, "files use each other: b → c → b");
}

#[test]
fn paths_are_relative_to_the_file_that_uses_them() {
    let files = Memory::default()
        .with("dir/a", "use \"sub/b\" phase p { e }")
        .with("dir/sub/b", "use \"../c\"")
        .with("dir/c", "event e");
    let loaded = load(&files, &Root::Path("dir/a".into()), &Settings::default());
    assert_eq!(findings(&loaded), "");
}

#[test]
fn long_chains_of_files_are_no_deep_recursion() {
    let mut files = Memory::default();
    for number in 0..5000 {
        files = files.with(format!("{number}"), format!("use \"{}\"", number + 1));
    }
    let files = files.with("5000", "event e phase p { e }");
    let loaded = load(&files, &Root::Path("0".into()), &Settings::default());
    assert_eq!(findings(&loaded), "");
}
