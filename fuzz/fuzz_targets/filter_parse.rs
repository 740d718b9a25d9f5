//! `cargo +nightly fuzz run filter_parse --features libfuzzer`; the body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| catenet_fuzz::filter_parse(data));
