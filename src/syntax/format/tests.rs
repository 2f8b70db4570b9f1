use super::*;
#[test]
fn try_it() {
    for path in std::env::var("FMT_FILES").unwrap().split(' ') {
    let text = std::fs::read_to_string(path).unwrap();
    let file = SourceFile::new("x", text);
    let Parse { file: tree, .. } = parse(SourceId(0), &file);
    let t = lay_out(file.text(), &tree);
    println!("{t}");
    let ok = format(SourceId(0), &file).is_ok();
    let t2 = format(SourceId(0), &SourceFile::new("x", t.clone()));
    println!("SAME {ok} IDEM {}", t2.is_ok_and(|t2| t2 == t));
    std::fs::write("/tmp/fmt.out", t).unwrap();
    }
}
