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
fn many_draws_share_their_lists() {
    let mut text = String::from("source user event e group g, h\nphase p {");
    text += &"do react do(g) do(h, g) do(g, h) settle(g, h) ".repeat(2000);
    text += "}\n";
    for number in 0..2000 {
        let _ =
            writeln!(text, "action a{number} by user group g, h {{ e do else e }} reaction r{number} group h {{ e }}");
    }
    let grammar = built(&text);
    let draws: Vec<_> = grammar.phases[0]
        .body
        .iter()
        .map(|statement| match &statement.kind {
            StatementKind::Draw { actions, .. } => actions,
            _ => panic!("a draw"),
        })
        .collect();
    assert_eq!(draws.iter().map(|actions| actions.len()).sum::<usize>(), 6 * 2000 * 2000);
    for (draw, actions) in draws.iter().enumerate() {
        assert!(std::sync::Arc::ptr_eq(draws[draw % 6], actions));
    }
    assert!(std::sync::Arc::ptr_eq(draws[3], draws[4]), "the order of the names is no matter");
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
