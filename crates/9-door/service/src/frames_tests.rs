//! Lists of a lab that runs.

use super::*;
use crate::trial::{FETCHING, recorded};

async fn numbers(lab: &Arc<RunningLab>, span: Span, limit: usize) -> Found<u64> {
    let found = search(lab, span, Some(limit), frame_ends, |_, number| Some(number)).await;
    found.unwrap_or_else(|problem| panic!("{}", problem.en))
}

#[tokio::test]
async fn a_list_goes_on_where_it_ended_from_both_sides() {
    let (_service, lab) = recorded(FETCHING, 200).await;
    let span = |from, before, order| Span::new(from, before, Some(order));
    let first = numbers(&lab, span(None, Some(150), Order::Oldest), 100).await;
    assert_eq!(first.lines, (0..100).collect::<Vec<u64>>());
    assert!(first.more && first.resume == 100 && first.first == 0 && first.next >= 200);
    let rest = numbers(&lab, span(Some(first.resume), Some(150), Order::Oldest), 100).await;
    assert_eq!((rest.lines.len(), rest.more), (50, false));
    let newest = numbers(&lab, span(None, Some(150), Order::Newest), 100).await;
    assert_eq!(newest.lines, (50..150).rev().collect::<Vec<u64>>());
    let rest = numbers(&lab, span(None, Some(newest.resume), Order::Newest), 100).await;
    assert_eq!((rest.lines, rest.more), ((0..50).rev().collect(), false));
    for (from, before) in [(Some(u64::MAX), None), (Some(90), Some(10)), (None, Some(0))] {
        let nothing = numbers(&lab, span(from, before, Order::Newest), 5).await;
        assert_eq!((nothing.lines.len(), nothing.more), (0, false), "{from:?} {before:?}");
    }
}

#[tokio::test]
async fn a_frame_is_told_with_all_its_fields() {
    let (_service, lab) = recorded(FETCHING, 200).await;
    let filter = StreamFilter::parse("http.request").unwrap_or_default();
    let span = Span::new(None, None, None);
    let found = search(&lab, span, Some(1), frame_ends, move |world, number| {
        let frame = world.recorder().get(number)?;
        let passes = filter.passes_recorded(world, &frame);
        passes.then(|| (frame_line(world, &frame), frame.octets()))
    });
    let found = found.await.unwrap_or_else(|problem| panic!("{}", problem.en));
    let (line, octets) = found.lines.first().expect("a GET");
    assert_eq!((line.protocol.as_str(), line.direction.as_str()), ("http", "out"));
    assert_eq!((line.node.as_str(), line.length), ("a", octets.len()));
    let fields = field_lines(&capture::dissect(octets), octets);
    let field = |name: &str| fields.iter().find(|field| field.name == name).expect("the field");
    let push = field("tcp.flags.push");
    assert_eq!((push.value.as_str(), push.layer, push.depth), ("1", 4, 2));
    assert_eq!(push.meaning.as_ref().map(|words| words.zh.as_str()), Some("是"));
    assert_eq!(field("eth.type").meaning.as_ref().map(|words| words.en.as_str()), Some("IPv4"));
    assert_eq!(field("http.request.method").label.zh, "方法");
    assert!(fields.iter().all(|field| field.start <= field.end && field.end <= octets.len()));
}
