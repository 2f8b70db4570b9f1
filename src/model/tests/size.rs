//! Large grammars take no longer than their length asks for.

use super::*;

#[test]
fn many_declarations_are_no_burden() {
    let mut text = String::from("source user phase p { do }\n");
    for number in 0..20_000 {
        let before = number - 1;
        let _ = writeln!(text, "event event-{number} rule rule-{number}() {{ event-{number} }}");
        let _ = writeln!(
            text,
            "param p{number}: 0..{number} = {}",
            if number == 0 { "0".to_owned() } else { format!("p{before}") }
        );
        let _ =
            writeln!(text, "let l{number} = {}", if number == 0 { "true".to_owned() } else { format!("l{before}") });
        let _ = writeln!(text, "action a{number} by user {{ rule-{number}() }}");
    }
    let start = std::time::Instant::now();
    let loaded = load_with(&text, &Settings::default());
    assert_eq!(findings(&loaded), "");
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn many_mistakes_are_no_burden() {
    let mut text = String::from("source user phase p { do }\n");
    for number in 0..20_000 {
        let _ =
            writeln!(text, "event evnt-{number} rule rule-{number}() {{ event-{number} if nothing{number} {{ }} }}");
    }
    let start = std::time::Instant::now();
    let loaded = load_with(&text, &Settings::default());
    assert_eq!(loaded.diagnostics.len(), 40_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
