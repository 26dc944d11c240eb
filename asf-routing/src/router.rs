//! The router.

use asf_schema::ServiceSchema;

use crate::look::Look;
use crate::table::Table;
use crate::table::build::TableBuilder;
use crate::{Route, RouteError, RouteRequest};

/// Finds service and operation of requests.
///
/// What a request says of itself is looked at in the order of how much it can be trusted:
///
/// 1. **The protocol**, which is visible in every request: `X-Amz-Target` is json, `/service/../operation/..`
///    is rpc-v2-cbor, `Action` in a form or query string is query or ec2, and the rest is rest.
/// 2. **The candidates**: the services that are signed for under the name in the credential scope, narrowed
///    by the host name. Without either, all services are.
/// 3. **The operation**, in the way of the protocol, among the candidates.
///
/// Nothing is allocated, unless a path is encoded in unusual ways or the answer is an error.
#[derive(Debug)]
pub struct Router {
    pub(crate) table: Table,
    /// The only service there is: every request is for it.
    pub(crate) only: bool,
}

impl Router {
    /// A router that knows one service, whose every request is taken to be for it.
    #[must_use]
    pub fn of(service: &'static ServiceSchema) -> Self {
        let mut builder = TableBuilder::default();
        builder.add(service);
        // A spec that is too large to be loaded is also the only one that is too large for the table.
        let (bytes, text) = builder.finish().unwrap_or_default();
        Self { table: Table::owned(bytes, text), only: true }
    }

    /// A router over a table in the binary, as [`TableBuilder::finish`] made it.
    #[must_use]
    pub const fn embedded(bytes: &'static [u8], text: &'static str) -> Self {
        Self { table: Table::embedded(bytes, text), only: false }
    }

    /// Bytes of the table, and of the names in it.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        self.table.sizes()
    }

    /// Finds service and operation.
    ///
    /// # Errors
    /// [`RouteError`] if there is no such service or operation.
    pub fn route(&self, request: &RouteRequest<'_>) -> Result<Route<'_>, RouteError> {
        Look::of(self, request).route().map_err(|failure| failure.into_error(&self.table))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use http::HeaderMap;

    use super::*;

    /// A spec with nothing in its metadata that need not be there.
    fn router(protocol: &str, operations: &str) -> Router {
        let spec = format!(
            r#"{{"metadata": {{"apiVersion": "2014-01-01", "protocol": "{protocol}", "endpointPrefix": "x"}},
                "operations": {{{operations}}}, "shapes": {{}}}}"#
        );
        Router::of(asf_schema::load_service("x", spec.as_bytes()).unwrap())
    }

    #[track_caller]
    fn check(
        router: &Router,
        method: &str,
        uri: &str,
        headers: &[(&'static str, &str)],
        body: &str,
        expected: &str,
    ) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let got = match router.route(&RouteRequest::new(method, uri, &map, body.as_bytes())) {
            Ok(route) => format!("{} {}", route.operation, route.protocol),
            Err(error) => format!("{} {} {}", error.code, error.protocol, error.status),
        };
        assert_eq!(got, expected, "{method} {uri}");
    }

    const OPERATION: &str = r#""Get": {"name": "Get", "http": {"method": "POST", "requestUri": "/"}}"#;

    #[test]
    fn one_service() {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let json = router("json", OPERATION);
        for target in ["Get", "Some.Get", "com.amazonaws.some.Get"] {
            check(&json, "POST", "/", &[("x-amz-target", target)], "", "Get json");
        }
        check(&json, "POST", "/", &[("x-amz-target", "X.Put")], "", "UnknownOperationException json 400");
        check(&json, "POST", "/", &[], "", "UnknownOperationException json 400");

        let query = router("query", OPERATION);
        check(&query, "POST", "/", &form, "Action=Get&Version=2099-01-01", "Get query");
        check(&query, "POST", "/", &form, "Action=Put&Version=2014-01-01", "InvalidAction query 400");
        check(&query, "POST", "/", &form, "", "MissingAction query 400");
        check(&query, "GET", "/", &[], "", "UnknownOperationException query 404");
        check(&router("ec2", OPERATION), "POST", "/", &form, "Action=Get", "Get ec2");
        check(&router("ec2", OPERATION), "POST", "/", &form, "Action=Put", "InvalidAction ec2 400");

        let cbor = router("smithy-rpc-v2-cbor", OPERATION);
        check(&cbor, "POST", "/service/Any/operation/Get", &[], "", "Get smithy-rpc-v2-cbor");
        check(&cbor, "POST", "/v1/service/a.b.Any/operation/Get", &[], "", "Get smithy-rpc-v2-cbor");
        check(
            &cbor,
            "POST",
            "/service/Any/operation/Put",
            &[],
            "",
            "UnknownOperationException smithy-rpc-v2-cbor 404",
        );
        check(
            &cbor,
            "GET",
            "/service/Any/operation/Get",
            &[],
            "",
            "UnknownOperationException smithy-rpc-v2-cbor 404",
        );
    }

    #[test]
    fn paths_of_one_service() {
        let of = |method: &str, uri: &str| {
            format!(
                r#""{method}{uri}": {{"name": "", "http": {{"method": "{method}", "requestUri": "{uri}"}}}}"#
            )
        };
        let uris = [
            "/",
            "/a",
            "/a/b",
            "/a/{x}",
            "/{x}",
            "/{x}/b",
            "/{x}/{y}",
            "/g/{x+}",
            "/g/{x+}/end",
            "/g/one",
            "/a?k",
            "/a?k=v",
            "/a?k=v&l=w",
            "/slash/",
        ];
        let rest = router("rest-json", &uris.map(|uri| of("GET", uri)).join(","));
        for (uri, expected) in [
            ("/", "/"),
            ("", "/"),
            ("/a", "/a"),
            ("/a/", "/a"),
            ("/a/b", "/a/b"),
            ("/a/c", "/a/{x}"),
            ("/c", "/{x}"),
            ("/c/b", "/{x}/b"),
            ("/c/d", "/{x}/{y}"),
            // A label takes what is encoded as it is, but a literal may be encoded too.
            ("/c%2Fd", "/{x}"),
            ("/%61", "/a"),
            ("/g/one", "/g/one"),
            ("/g/two", "/g/{x+}"),
            ("/g/one/two//three/", "/g/{x+}"),
            ("/g/one/two/end", "/g/{x+}/end"),
            ("/g/end", "/g/{x+}"),
            ("/g/end/end", "/g/{x+}/end"),
            // A greedy label has to take something, and so have the others.
            ("/g/", "/{x}"),
            ("/a?k", "/a?k"),
            ("/a?k=", "/a?k"),
            ("/a?k=other", "/a?k"),
            ("/a?m&k=v", "/a?k=v"),
            ("/a?l=w&k=v", "/a?k=v&l=w"),
            ("/a?%6b=%76", "/a?k=v"),
            ("/a?l=w", "/a"),
            ("/slash", "/slash/"),
            ("/a#fragment", "/a"),
            ("http://x.example/a/b", "/a/b"),
            ("http://x.example", "/"),
        ] {
            check(&rest, "GET", uri, &[], "", &format!("GET{expected} rest-json"));
        }
        for (method, uri) in
            [("GET", "/a/b/c"), ("PUT", "/a"), ("get", "/a"), ("GET", "//a"), ("GET", "/c//d")]
        {
            check(&rest, method, uri, &[], "", "UnknownOperationException rest-json 404");
        }
    }
}
