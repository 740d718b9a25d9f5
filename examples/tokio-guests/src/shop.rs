//! axum: a shop whose handler asks another server, as services do.

use crate::page;
use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use catenet::net::TcpListener;

/// Serves for ever; prices come from the server `prices`.
pub async fn serve(prices: &'static str) -> std::io::Result<()> {
    let price = move |Path(thing): Path<String>| async move {
        let asked = page::get(prices, &format!("/{thing}")).await;
        asked.map_err(|why| (StatusCode::BAD_GATEWAY, why.to_string()))
    };
    // hyper would write the real date, and every run would differ: ours stands still.
    let dated = axum::middleware::map_response(async |mut response: Response| {
        let date = HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT");
        response.headers_mut().insert(header::DATE, date);
        response
    });
    let shop = Router::new().route("/price/{thing}", get(price)).layer(dated);
    axum::serve(TcpListener::bind("0.0.0.0:80").await?, shop).await
}
