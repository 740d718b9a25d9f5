//! `cargo +nightly fuzz run wire_headers --features libfuzzer`; the body is in the library.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| catenet_fuzz::wire_headers(data));
