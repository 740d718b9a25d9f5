//! The guide's first test: a page through a cable that loses.

use catenet::World;

#[catenet::test(lab = "two-lans", seed = 7)]
async fn survives_loss(w: World) {
    w.link("r1--servers").set("loss=30%");
    let page = w.host("pc1").get("http://www.example.lab/").await;
    assert!(page.ok(), "{page:?}");
    w.run(std::time::Duration::from_secs(60)).await; // virtual time: it takes a moment
    assert!(w.count("events(retransmit)") > 0);
    w.assert("output(fetch) contains \"Catenet\"");
}
