//! The document of the interface (OpenAPI 3.1), made from the groups' annotations.
//!
//! What every operation can meet is put in here once: the guard's refusals and a request that cannot
//! be read. The copy in `openapi.json`, from which clients are generated, is held equal by a test
//! (`UPDATE=1 cargo test -p catenet-service` rewrites it).

use crate::answers;
use crate::api::{ErrorBody, LiveWish, Problem};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, InfoBuilder, LicenseBuilder, OpenApi, Ref, ResponseBuilder};
use utoipa::openapi::{SecurityRequirement, ServerBuilder};

/// Where the document is served.
pub const PATH: &str = "/api/openapi.json";

const ABOUT: &str = "Labs that run on this machine: started, looked at, changed, watched. Texts for people come in \
English and Chinese. A refusal is always an ErrorBody, whose code is stable. Over the loopback port the \
secret is asked for, as a bearer token or as the cookie that POST /session gives; over the Unix socket it is not.";

/// Refusals that every operation can meet.
static ALWAYS: &[(&str, &str)] = &[
    ("bad-request", "The request cannot be read."),
    ("no-secret", "The secret is missing or wrong (loopback only)."),
    ("foreign-host", "Host or Origin is another site's (loopback only)."),
];

#[derive(utoipa::OpenApi)]
#[openapi(components(schemas(ErrorBody, LiveWish, Problem)))]
struct Shared;

/// Completes what the groups say of themselves.
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.merge(<Shared as utoipa::OpenApi>::openapi());
    document.info = InfoBuilder::new()
        .title("Catenet's service interface")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(
            LicenseBuilder::new()
                .name("MIT OR Apache-2.0")
                .identifier(Some("MIT OR Apache-2.0"))
                .build(),
        ))
        .build();
    document.servers = Some(vec![ServerBuilder::new().url("/").build()]);
    let components = document.components.get_or_insert_default();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        "catenet-8742",
        "catenet- and the port: cookies know hosts, not ports",
    ));
    components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    document.security = Some(vec![
        SecurityRequirement::new("bearer", Vec::<String>::new()),
        SecurityRequirement::new("cookie", Vec::<String>::new()),
    ]);
    for item in document.paths.paths.values_mut() {
        operations(item).for_each(can_be_refused);
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch]
        .into_iter()
        .flatten()
}

/// Adds what is always possible and not said yet.
fn can_be_refused(operation: &mut Operation) {
    for (code, about) in ALWAYS {
        let status = answers::status(code).as_str().to_owned();
        let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(SCHEMA))).build();
        let response = ResponseBuilder::new().description(*about).content("application/json", body);
        operation.responses.responses.entry(status).or_insert_with(|| response.build().into());
    }
}

/// The name of [`ErrorBody`] in the document.
const SCHEMA: &str = "ErrorBody";
