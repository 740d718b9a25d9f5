//! Frames down and up again, foreign ones of every length, bodies of several views, the pool.

use super::*;

fn octets(n: usize) -> Vec<u8> {
    (0..n).map(|i| i as u8).collect()
}

#[test]
fn down_and_up_again() {
    let mut pool = Pool::default();
    let mut frame = pool.frame(b"payload".to_vec().into());
    frame.prepend(3).copy_from_slice(b"tcp");
    frame.prepend(2).copy_from_slice(b"ip");
    assert_eq!(frame.to_vec(), b"iptcppayload");
    let flooded = frame.clone();
    frame.strip(2);
    frame.strip(3);
    frame.unstrip(3);
    assert_eq!(frame.head(), b"tcp");
    frame.strip(3);
    assert_eq!(frame.into_body().into_bytes(), "payload");
    assert_eq!(flooded.len(), 12);
}

#[test]
fn foreign_frames_of_every_length() {
    for len in 0..400 {
        let data = octets(len);
        for n in 0..=200 {
            let mut pool = Pool::default();
            let mut frame = pool.frame_from(data.clone().into());
            assert_eq!(frame.pull(n), n <= 134.min(len) || (n <= len && n <= HEAD_SIZE));
            assert_eq!(frame.to_vec(), data);
            frame.strip(n);
            assert_eq!(frame.to_vec(), data[n.min(len)..]);
            frame.truncate(20);
            let left = &data[n.min(len)..];
            assert_eq!(frame.into_body().into_bytes(), left[..left.len().min(20)]);
        }
    }
}

#[test]
fn what_was_stripped_comes_back_after_a_cut_and_a_pull() {
    let data = octets(60);
    for stripped in [0, 8, 20, 28] {
        for kept in 0..=60 - stripped {
            for pulled in [0, 8, kept] {
                let mut pool = Pool::default();
                let mut frame = pool.frame_with_headers(data.clone().into(), 40);
                frame.strip(stripped);
                frame.truncate(kept);
                frame.pull(pulled);
                frame.unstrip(stripped);
                assert_eq!(frame.to_vec(), data[..stripped + kept], "{stripped} {kept}");
            }
        }
    }
}

#[test]
fn bodies_cut_and_join() {
    let data = octets(50);
    let mut body = Body::EMPTY;
    for part in [&data[..10], &[], &data[10..30], &data[30..50]] {
        body.push(Bytes::copy_from_slice(part));
    }
    for start in 0..=55 {
        for len in 0..=55 {
            let want = &data[start.min(50)..(start + len).min(50)];
            let part = body.slice(start, len);
            let mut out = [0; 64];
            let copied = part.copy_to(&mut out);
            assert_eq!(&out[..copied], want);
            assert_eq!(part.into_bytes(), want);
        }
    }
}

#[test]
fn a_recycled_head_is_clean() {
    let mut pool = Pool::default();
    let mut frame = pool.frame(octets(9).into());
    frame.prepend(20).fill(7);
    frame.meta_mut().mark = 5;
    pool.recycle(frame);
    let mut frame = pool.frame(Body::EMPTY);
    assert!(frame.is_empty() && frame.meta() == &Meta::default());
    assert_eq!(frame.prepend(4), [0; 4]);
}

#[test]
fn a_short_payload_stands_in_the_head_and_a_long_one_in_the_body() {
    let mut pool = Pool::default();
    for len in 0..100 {
        let frame = pool.frame_of(&octets(len));
        assert_eq!(frame.to_vec(), octets(len));
        assert_eq!(frame.body().is_empty(), len <= SHORT, "{len} octets");
    }
    let mut body = Body::from(octets(3));
    body.push(octets(2).into());
    let views = [body.take_view(), body.take_view(), body.take_view()];
    assert_eq!(views.map(|view| view.map(|view| view.len())), [Some(3), Some(2), None]);
}
