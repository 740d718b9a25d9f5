//! The list and a ladder of a lab that runs.

use super::*;
use crate::trial::booted;

const LAB: &str = "lab = \"web\"\n[networks]\nlan = \"10.0.0.0/24\"\n[hosts]\na = { net = \"lan\", run = { do = \"curl http://10.0.0.80/\" } }\nweb = { net = \"lan\", ip = \"10.0.0.80\", run = \"http\" }\n";

#[tokio::test]
async fn a_page_is_fetched_and_its_ladder_looked_at() {
    let (service, _lab) = booted(LAB);
    let at = || (State(service.clone()), Path("web".to_owned()));
    let mut found = None;
    for _ in 0..400 {
        let (state, path) = at();
        let all = list(state, path).await.unwrap_or_else(|problem| panic!("{}", problem.en)).0;
        found = all.into_iter().find(|one| one.state[1].as_deref() == Some("CLOSED"));
        if found.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    let one = found.expect("the connection is over");
    assert_eq!((one.spoke.as_str(), one.server.port), ("http", 80));
    assert_eq!((one.client.node.as_deref(), one.server.node.as_deref()), (Some("a"), Some("web")));
    let wish = |limit| Query(Wish { limit });
    let path = |id: &str| Path(("web".to_owned(), id.to_owned()));
    let whole = ladder(State(service.clone()), path(&one.id), wish(None)).await;
    let whole = whole.unwrap_or_else(|problem| panic!("{}", problem.en)).0;
    assert!(!whole.more && whole.rungs.len() as u64 == one.frames);
    assert_eq!(whole.rungs[0].flags, ["SYN"]);
    assert!(whole.rungs[0].info.en.starts_with("SYN"), "{:?}", whole.rungs[0].info);
    assert!(whole.rungs.iter().any(|rung| rung.info.en.contains("GET /")));
    assert_eq!((whole.rungs[1].relative_seq, whole.rungs[1].relative_ack), (Some(0), Some(1)));
    assert_eq!(whole.states[0].state, "SYN-SENT");
    assert!(!whole.samples.is_empty());
    let end = ladder(State(service.clone()), path(&one.id), wish(Some(2))).await;
    let end = end.unwrap_or_else(|problem| panic!("{}", problem.en)).0;
    assert!(end.more && end.rungs.len() == 2);
    let none = ladder(State(service), path("tcp-99999"), wish(None)).await;
    assert_eq!(none.err().map(|problem| problem.code).as_deref(), Some("unknown-conversation"));
}
