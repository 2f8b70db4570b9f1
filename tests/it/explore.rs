//! `explore`, with commands from a pipe.

use crate::support::run_with;

fn explore(arguments: &[&str], commands: &str) -> String {
    run_with(&[&["explore", "example"], arguments].concat(), commands.as_bytes()).ok()
}

#[test]
fn a_life_is_told_step_by_step() {
    let told = explore(&[], "1\nstorage\nback\nstates\n");
    assert_eq!(
        told,
        "at the start
   1  100.0 %  phase setup
> 1
phase setup, 1 item
   1   70.0 %  storage1-storage-attached
   2   20.0 %  workload-pebble-ready
   3   10.0 %  update-status
> storage
phase setup, 2 items
   1   70.0 %  install
   2   20.0 %  workload-pebble-ready
   3   10.0 %  update-status
> back
phase setup, 1 item
   1   70.0 %  storage1-storage-attached
   2   20.0 %  workload-pebble-ready
   3   10.0 %  update-status
> states
  leader = true
  scale = 1
  storage1.attached = true
  ephemeral1.attached = false
  replicas.live = true
  http.live = true
  mongo.live = false
"
    );
}

#[test]
fn why_something_is_not_possible_is_told_with_the_shortest_way_to_it() {
    let told = explore(&["--set", "http.live=false"], "auto 6\nwhy http-relation-changed\nwhy remove\nwhy nothing\n");
    let way = "  change(http) by other_charm\n  http-relation-changed\n";
    assert!(told.contains("  create(http) by user\n  http-relation-created\n"), "{told}");
    assert!(told.contains(way), "{told}");
    assert!(told.ends_with("> why nothing\nthere is no event `nothing`\n"), "{told}");
    let commands = "auto 8\nwhy change(http)\nwhy instal\nwhy install\nwhy http-relation-changed (unit=7)\n";
    let told = explore(&["--set", "http.live=false"], commands);
    for part in [
        "> why change(http)\n`change(http)` can't come here: `start`, then `phase operation` have to come first; \
         `http.live` is false since the start (example:83:60)\nnot before 4 other items; a shortest way is\n",
        "> why instal\nthere is no event `instal`; did you mean `install`?\n",
        "> why install\nnothing with the name `install` can be shown any more\n",
        "> why http-relation-changed (unit=7)\n`<relation>-relation-changed` has no field `unit`\n",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

#[test]
fn states_that_change_are_told() {
    let told = explore(&["--set", "scale=7", "--set", "operations=1"], "auto 1\ns\nins\nr\nl\nco\nst\np\nscale\n");
    assert!(told.contains("phase operation, 9 items; scale = 8\n"), "{told}");
}

#[test]
fn what_is_not_understood_is_told_and_the_life_goes_on() {
    let told = explore(&[], "instal\n99\nauto x\nback x\nwhy\nsave\n1\nquit\n1\n");
    for message in [
        "`instal` is neither possible here nor a command",
        "there are 1 numbers",
        "auto: how many items?",
        "back by how many items?",
        "why: say the name",
        "save: say the name",
    ] {
        assert!(told.contains(message), "{message}\n{told}");
    }
    assert!(told.ends_with("> quit\n"), "{told}");
}

#[test]
fn the_dice_follow_the_seed_and_the_life_can_be_saved_and_judged() {
    let directory = tempfile::tempdir().unwrap();
    let commands = |name: &str| format!("auto 500\nsave {}\n", directory.path().join(name).display());
    for name in ["a.jsonl", "a.txt", "a.story"] {
        let told = explore(&["--seed", "5"], &commands(name));
        assert_eq!(told.replace(name, ""), explore(&["--seed", "5"], &commands(name)).replace(name, ""));
        assert!(told.contains("that was the whole life"), "{told}");
        let path = directory.path().join(name);
        assert_eq!(run_with(&["validate", "example", path.to_str().unwrap()], b"").ok(), "valid\n");
    }
    assert_ne!(explore(&["--seed", "5"], "auto 30\n"), explore(&["--seed", "6"], "auto 30\n"));
}

#[test]
fn commands_and_the_grammar_cannot_both_come_on_standard_input() {
    let told = run_with(&["explore", "-"], b"phase p {}").unanswered();
    assert!(told.contains("name a file for the grammar"), "{told}");
}
