//! Worlds inside tests, with the lab's own programs: faults while it runs, and assertions.
use catenet::World;
use core::time::Duration;

#[catenet::test(lab = "two-lans", seed = 7)]
async fn survives_loss(w: World) {
    w.link("r1--servers").set("loss=30%");
    let page = w.host("pc1").get("http://www.example.lab/").await;
    assert!(page.ok(), "{page:?}");
    assert!(page.stdout.contains("Catenet"), "{page:?}");
    w.run(Duration::from_secs(60)).await;
    assert!(w.count("events(retransmit)") > 0);
    w.assert("output(fetch) contains \"Catenet\"");
}

#[catenet::test(lab = "two-lans", seeds = 1..4)]
async fn a_cut_cable_is_felt_and_mended(w: World) {
    let pc2 = w.host("pc2");
    assert!(pc2.exec("ping -c 1 10.0.2.80").await.ok());
    w.link("r1--servers").cut();
    let lost = pc2.exec("ping -c 1 10.0.2.80").await;
    assert!(!lost.ok(), "{lost:?}");
    w.link("r1--servers").mend();
    w.run(Duration::from_secs(5)).await;
    assert!(pc2.exec("ping -c 2 10.0.2.80").await.ok());
    assert_eq!(
        w.count("icmp.type == 8 && node == \"pc2\""),
        w.count("count(icmp.type == 8) at pc2")
    );
    let replies = "icmp.type == 0 && node == \"pc2\"";
    assert_eq!((w.count(replies), w.count("tcp.port == 9")), (3, 0));
    assert_eq!(w.count(&format!("bytes({replies})")), 3 * 98);
}

#[catenet::test(lab = "labs/three.toml", with = "solution")]
async fn a_file_of_mine(w: World) -> Result<(), catenet::Failed> {
    let page = w.host("c").get("http://10.9.0.2/hello.txt").await;
    assert_eq!(page.stdout.trim(), "hello from a file");
    w.check("count(tcp.port == 80) > 0 and b.tcp.listen[80].backlog > 0")
}

#[catenet::test(lab = "two-lans")]
async fn a_failed_check_tells_the_story(w: World) {
    w.link("pc2--office").set("loss=100%");
    let _ = w.host("pc2").exec("ping -c 1 10.0.2.80").await;
    let failed = w.check("count(arp && node == \"pc2\") == 0").expect_err("there are some");
    let text = failed.to_string();
    assert!(text.contains("count = "), "{text}");
    assert!(text.contains("pc2:1:"), "the first frame: {text}");
    assert!(text.contains("journey of pc2:1: "), "{text}");
    let typo = w.check("count(tcp.prot == 80) > 0").expect_err("no such field").to_string();
    assert!(typo.contains("tcp.port") && typo.contains("^"), "{typo}");
    let nobody = w.check("exit(nobody) == 0").expect_err("no such label").to_string();
    assert!(nobody.contains("nobody"), "{nobody}");
}

#[catenet::test(lab = "two-lans")]
#[should_panic(expected = "did you mean")]
async fn a_wrong_cable_is_named(w: World) {
    w.link("r1--server").cut();
}

#[catenet::test(lab = "two-lans")]
#[should_panic(expected = "no host is called `pc9`: there are")]
async fn a_wrong_host_is_named(w: World) {
    w.host("pc9");
}

#[catenet::test(lab = "two-lans")]
#[should_panic(expected = "looked at already")]
async fn a_look_inside_a_look_does_not_hang(w: World) {
    w.with(|_| w.digest());
}

/// The same bytes as `catenet test` gives, when the test only looks on.
#[catenet::test(lab = "two-lans", seed = 3)]
async fn looking_changes_nothing(w: World) {
    let lab = w.lab().clone();
    let options = catenet::lab::run::Options {
        seed: 3,
        lang: catenet::base::Lang::En,
        folder: &catenet::lab::gallery::folder,
        capture: false,
    };
    let report = catenet::lab::run::test(&lab, &options).expect("a world");
    w.run(Duration::from_nanos(report.ran.as_nanos())).await;
    assert_eq!(report.ran, w.now());
    assert_eq!(report.digest, w.digest());
}
