//! `cargo +nightly fuzz run ip --features libfuzzer`; the body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| catenet_fuzz::ip(data));
