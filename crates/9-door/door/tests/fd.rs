//! Descriptors over a Unix socket: what arrives, what is refused.
#![cfg(target_os = "linux")]

use catenet_door::card::CarrierKind;
use catenet_door::carrier::Carrier;
use catenet_door::fd;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

#[test]
fn a_descriptor_arrives_with_its_words() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let (mut reader, writer) = std::io::pipe().unwrap();
    fd::send_json(&ours, &("hello", 7), &[writer.as_fd()]).unwrap();
    fd::send(&ours, b"", &[]).unwrap();
    drop(writer);
    let (words, descriptors) = fd::recv_json::<(String, u8)>(&theirs, 100).unwrap().unwrap();
    assert_eq!(words, ("hello".to_string(), 7));
    let mut sent: Vec<File> = descriptors.into_iter().map(File::from).collect();
    assert_eq!(sent.len(), 1);
    sent.pop().unwrap().write_all(b"through").unwrap();
    let mut heard = String::new();
    reader.read_to_string(&mut heard).unwrap();
    assert_eq!(heard, "through");
    let empty = fd::recv(&theirs, 0).unwrap().unwrap();
    assert!(empty.body.is_empty() && empty.descriptors.is_empty());
    drop(ours);
    assert!(fd::recv(&theirs, 100).unwrap().is_none(), "a closed peer is no error");
}

#[test]
fn a_long_message_crosses_in_pieces() {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let body: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    std::thread::scope(|scope| {
        scope.spawn(|| fd::send(&ours, &body, &[]).unwrap());
        assert_eq!(fd::recv(&theirs, body.len()).unwrap().unwrap().body, body);
    });
}

#[test]
fn beyond_the_bound_is_refused() {
    let refused = |body: &[u8], max: usize| {
        let (ours, theirs) = UnixStream::pair().unwrap();
        fd::send(&ours, body, &[]).unwrap();
        fd::recv(&theirs, max).map(|m| m.is_some()).map_err(|error| error.kind())
    };
    assert_eq!(refused(b"12345", 5), Ok(true));
    assert_eq!(refused(b"12345", 4), Err(ErrorKind::InvalidData));
    let (mut ours, theirs) = UnixStream::pair().unwrap();
    ours.write_all(&[0, 0, 0, 9, b'x']).unwrap();
    drop(ours);
    assert_eq!(fd::recv(&theirs, 100).unwrap_err().kind(), ErrorKind::UnexpectedEof);
    let (ours, theirs) = UnixStream::pair().unwrap();
    fd::send(&ours, b"not json", &[]).unwrap();
    assert!(fd::recv_json::<u8>(&theirs, 100).is_err());
    let many = vec![theirs.as_fd(); fd::MAX_DESCRIPTORS + 1];
    assert!(fd::send(&ours, b"", &many).is_err());
}

#[test]
fn the_kernel_says_whose_socket_it_is() {
    let (ours, _theirs) = UnixStream::pair().unwrap();
    assert_eq!(fd::peer_uid(&ours).unwrap(), nix::unistd::geteuid().as_raw());
}

/// The kind is a claim of the peer's: a carrier asks the kernel.
#[test]
fn a_carrier_believes_no_claim() {
    for kind in [CarrierKind::Tap { vnet_header: true }, CarrierKind::Packet { vnet_header: true }]
    {
        let (stream, _other) = UnixStream::pair().unwrap();
        assert!(Carrier::from_fd(stream.into(), kind, 1500).is_err(), "{kind:?}");
    }
}
