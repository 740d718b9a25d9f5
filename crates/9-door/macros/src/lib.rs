//! The attribute `#[catenet::test]`: a world around an async test. Use it by way of `catenet`, which
//! says what it means; here it is only rewritten:
//!
//! ```text
//!   #[catenet::test(lab = "two-lans", seed = 7)]         #[test]
//!   async fn survives(w: World) { .. }           ==>     fn survives() {
//!                                                            async fn survives(w: World) { .. }
//!                                                            Setup::new(..).seed(7).run(survives)
//!                                                        }
//! ```
//! A path is read when the test is compiled (`include_str!`), so that a changed lab is a changed test.

use proc_macro::TokenStream;
use quote::quote;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Error, Expr, ExprLit, ItemFn, Lit, LitStr, MetaNameValue, Token};

const KEYS: &str = "lab, with, seed, seeds, limit, capture";

/// A test inside a world; see the guide of the crate `catenet`.
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let expanded = Punctuated::<MetaNameValue, Token![,]>::parse_terminated
        .parse(arguments)
        .and_then(|settings| rewrite(&settings, syn::parse(item)?));
    expanded.unwrap_or_else(|error| error.to_compile_error().into())
}

fn rewrite(
    settings: &Punctuated<MetaNameValue, Token![,]>,
    function: ItemFn,
) -> syn::Result<TokenStream> {
    if function.sig.asyncness.is_none() || function.sig.inputs.len() != 1 {
        let wanted = "a test in a world is `async fn NAME(w: World)`";
        return Err(Error::new_spanned(&function.sig, wanted));
    }
    let mut lab = None;
    let mut knobs = Vec::new();
    for setting in settings {
        let (path, value) = (&setting.path, &setting.value);
        match path.get_ident().map(ToString::to_string).as_deref() {
            Some("lab") => lab = Some(source(text(value)?)),
            Some("with" | "limit" | "capture") => {
                let text = text(value)?;
                knobs.push(quote!(.#path(#text)));
            }
            Some("seed" | "seeds") => knobs.push(quote!(.#path(#value))),
            _ => {
                let known = format!("not a setting of a test: there are {KEYS}");
                return Err(Error::new_spanned(path, known));
            }
        }
    }
    let lab = lab.ok_or_else(|| {
        let say = "which lab? `#[catenet::test(lab = \"two-lans\")]`: a built-in lab's name, the path \
                   of a lab file, or its text";
        Error::new(proc_macro2::Span::call_site(), say)
    })?;
    let (attributes, visibility, name) = (&function.attrs, &function.vis, &function.sig.ident);
    let inner = ItemFn { attrs: Vec::new(), vis: syn::Visibility::Inherited, ..function.clone() };
    Ok(quote! {
        #[::core::prelude::v1::test]
        #(#attributes)*
        #visibility fn #name() {
            #inner
            ::catenet::testing::Setup::new(
                concat!(module_path!(), "::", stringify!(#name)),
                #lab,
            )
            #(#knobs)*
            .run(#name)
        }
    }
    .into())
}

/// A text of several lines is a lab, what looks like a path is one, and all else is a name.
fn source(lab: LitStr) -> proc_macro2::TokenStream {
    let value = lab.value();
    if value.contains('\n') {
        quote!(::catenet::testing::Source::Text(#lab))
    } else if value.contains('/') || value.ends_with(".toml") {
        let path = quote!(concat!(env!("CARGO_MANIFEST_DIR"), "/", #lab));
        quote!(::catenet::testing::Source::File { path: #path, text: include_str!(#path) })
    } else {
        quote!(::catenet::testing::Source::Name(#lab))
    }
}

fn text(value: &Expr) -> syn::Result<LitStr> {
    match value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.clone()),
        _ => Err(Error::new_spanned(value, "a text in quotes is wanted here")),
    }
}
