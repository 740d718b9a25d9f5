//! `cargo +nightly fuzz run lab_parse --features libfuzzer`; the body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| catenet_fuzz::lab_parse(data));
