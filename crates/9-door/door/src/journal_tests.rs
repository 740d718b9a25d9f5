//! A journal whole, cut, damaged, of an older version.

use super::*;

fn head() -> Head {
    let (lab, text, lang) = ("x".into(), "lab = \"x\"".into(), "en".into());
    let long = vec![7; PIECE + 1];
    let files = vec![("a".to_owned(), long), ("b/c".to_owned(), Vec::new())];
    Head { lab, text, seed: 7, lang, folders: [("./site".to_owned(), files)].into() }
}

fn input(at_ns: u64, input: Input) -> TimedInput {
    TimedInput { at_ns, input }
}

fn cut(at_ns: u64) -> TimedInput {
    input(at_ns, Input::Cut { cable: "a--b".into() })
}

fn journal(head: &Head, write: impl FnOnce(&mut Journal)) -> Vec<u8> {
    let sink = Octets::default();
    let mut journal = Journal::begin(Box::new(sink.clone()), head).expect("a sink");
    write(&mut journal);
    assert!(journal.trouble().text().is_none());
    sink.0.lock().expect("not poisoned").clone()
}

fn written() -> (Head, Vec<TimedInput>, Vec<u8>) {
    let frame = Input::FrameIn { node: "h1".into(), octets: vec![1; 60] };
    let inputs = vec![cut(5), input(9, frame)];
    let octets = journal(&head(), |journal| {
        inputs.iter().for_each(|input| journal.record(input.at(), &input.input));
    });
    (head(), inputs, octets)
}

#[test]
fn what_was_written_is_read() {
    assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    let (head, inputs, octets) = written();
    let recorded = read(octets.as_slice()).expect("a journal");
    assert_eq!(recorded, Recorded { head, inputs, end: None, complete: true });
}

#[test]
fn a_lab_that_went_back_has_one_past() {
    let position = Position { at_ns: 30, events: 4, inputs: 2 };
    let octets = journal(&Head::default(), |journal| {
        [5, 9, 20].iter().for_each(|&at| journal.record(cut(at).at(), &cut(at).input));
        journal.go_back(Instant::from_nanos(7), 1);
        journal.record(cut(7).at(), &cut(7).input);
        journal.end(position, Some(0xab));
    });
    let recorded = read(octets.as_slice()).expect("a journal");
    assert_eq!(recorded.inputs, [cut(5), cut(7)]);
    let end = recorded.end.expect("an end");
    let digest = end.digest.expect("a hash");
    assert_eq!((end.position, digest.len()), (position, 32));
    assert!(recorded.complete && digest.ends_with("0ab"));
}

#[test]
fn what_hostile_hands_wrote_is_told_or_cut() {
    let falls = journal(&Head::default(), |journal| {
        [5, 3].iter().for_each(|&at| journal.record(cut(at).at(), &cut(at).input));
    });
    let recorded = read(falls.as_slice()).expect("a journal");
    assert!(!recorded.complete && recorded.inputs == [cut(5)], "time falls");
    let claims = [MAGIC, &u32::MAX.to_le_bytes(), &[0; 9]].concat();
    assert!(matches!(read(claims.as_slice()), Err(JournalError::NoHead)));
    let endless = journal(&Head::default(), |_| ());
    let endless = endless.as_slice().chain(io::repeat(0));
    assert!(!read(endless).expect("a head").complete);
    assert!(matches!(read(&b"lab = 1"[..]), Err(JournalError::NoJournal)));
}

#[test]
fn a_record_beyond_the_limit_is_told() {
    let mut journal =
        Journal::begin(Box::new(Octets::default()), &Head::default()).expect("a sink");
    let trouble = journal.trouble();
    let args = vec!["x".repeat(LONGEST as usize)];
    let (node, program) = ("a".to_owned(), "echo".to_owned());
    let input = Input::Exec { node, program, args, label: None, every_ns: None };
    journal.record(Instant::from_nanos(1_500_000_000), &input);
    let said = trouble.text().expect("a trouble");
    assert!(said.starts_with("1.500 s: ") && said.contains("longer"), "{said}");
}

#[test]
fn a_cut_or_damaged_journal_reads_up_to_there() {
    let (_, inputs, octets) = written();
    let whole = octets.len();
    for length in (0..400).chain(whole - 200..whole) {
        match read(&octets[..length]) {
            Ok(recorded) => assert!(inputs.starts_with(&recorded.inputs)),
            Err(JournalError::NoJournal | JournalError::NoHead) => assert!(length < 120),
            Err(error) => panic!("{error}"),
        }
    }
    let mut damaged = octets.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    let recorded = read(damaged.as_slice()).expect("a journal");
    assert!(!recorded.complete && recorded.inputs == inputs[..1]);
}

/// Whoever sends a journal of tiny records does not get more memory than its bound.
#[test]
fn many_tiny_records_are_bounded_by_what_they_take() {
    let octets = journal(&Head::default(), |journal| {
        (0..100).for_each(|at| journal.record(cut(at).at(), &cut(at).input));
    });
    let hundred = 100 * size_of::<TimedInput>();
    assert!(octets.len() < hundred, "they are smaller on paper");
    assert!(matches!(read_within(octets.as_slice(), hundred), Err(JournalError::TooLong)));
    let whole = read_within(octets.as_slice(), 10 * hundred).expect("room enough");
    assert_eq!(whole.inputs.len(), 100);
}
