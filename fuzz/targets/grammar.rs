#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| charmgrammar_fuzz::run("grammar", data));
