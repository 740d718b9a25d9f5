//! A check on a lab that runs: it holds, it does not, nobody knows, it cannot be read.

use super::*;
use crate::trial::booted;

const LAB: &str = "lab = \"judged\"\nlinks = [\"a - b\"]\n[hosts.a]\nip = \"10.0.0.1/24\"\nrun = [{ do = \"ping -c 3 -i 0.05 10.0.0.2\", label = \"p\" }, { do = \"nc -w 60 10.0.0.2 9\", label = \"long\" }]\n[hosts.b]\nip = \"10.0.0.2/24\"\nrun = [\"nc -l 9\"]\n";

async fn ask(service: &Service, expect: &str) -> Answer<Verdict> {
    ask_when(service, expect, None, None).await
}

async fn ask_when(
    service: &Service,
    expect: &str,
    after: Option<f64>,
    within: Option<f64>,
) -> Answer<Verdict> {
    let wish = JudgeWish { expect: expect.to_owned(), after, within };
    let answer = judge(State(service.clone()), Path("judged".to_owned()), Json(wish)).await;
    answer.map(|verdict| verdict.0)
}

async fn until_it_holds(service: &Service, expect: &str) -> Verdict {
    for _ in 0..400 {
        let verdict = ask(service, expect).await.unwrap_or_else(|problem| panic!("{}", problem.en));
        if verdict.holds {
            return verdict;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{expect} never held");
}

#[tokio::test]
async fn what_is_so_what_is_not_and_what_nobody_knows() {
    let (service, _lab) = booted(LAB);
    let verdict =
        until_it_holds(&service, "exit(p) == 0 and count(icmp.type == 8) at a == 3").await;
    assert!(verdict.known);
    assert_eq!(verdict.measured[1].value.en, "count = 3");
    assert_eq!(verdict.measured[1].frames.len(), 3);
    let not = ask(&service, "count(icmp.type == 8) at a == 4").await.expect("it can be read");
    assert!(!not.holds && not.known);
    let unknown = ask(&service, "not exit(long) == 0").await.expect("it can be read");
    assert!(!unknown.holds && !unknown.known, "it runs for a minute");
    assert_eq!(unknown.measured[0].value.zh, "long 还没有结束");
}

#[tokio::test]
async fn what_cannot_be_read_is_shown_where() {
    let (service, _lab) = booted(LAB);
    for (expect, part) in [
        ("count(icmp ==) > 0", "^"),
        ("exit(nobody) == 0", "nobody"),
        ("events(retransmitt) > 0", "retransmit"),
    ] {
        let problem = ask(&service, expect).await.err().unwrap_or_else(|| panic!("{expect}"));
        assert_eq!(problem.code, "bad-expect");
        assert!(problem.en.contains('^') && problem.en.contains(part), "{}", problem.en);
        assert!(problem.zh.contains('^') && problem.zh != problem.en, "{}", problem.zh);
    }
    for (after, within, named) in [(Some(-1.0), None, "`after`"), (None, Some(-1.0), "`within`")] {
        let refused = ask_when(&service, "count(arp) > 0", after, within).await.err();
        let refused = refused.unwrap_or_else(|| panic!("{named} before the boot"));
        assert_eq!(refused.code, "bad-request");
        assert!(refused.en.contains(named) && refused.zh.contains(named), "{}", refused.en);
    }
}

#[tokio::test]
async fn what_happened_too_late_does_not_count() {
    let (service, _lab) = booted(LAB);
    until_it_holds(&service, "count(icmp.type == 8) at a == 3").await;
    // The third ping leaves a tenth of a second after the first: it came, but not in time.
    let all = "count(icmp.type == 8) at a == 3";
    let late = ask_when(&service, all, None, Some(0.08)).await.expect("it can be read");
    assert!(!late.holds, "{:?}", late.measured[0].value.en);
    let early = ask_when(&service, all, None, Some(60.0)).await.expect("it can be read");
    assert!(early.holds, "{:?}", early.measured[0].value.en);
}
