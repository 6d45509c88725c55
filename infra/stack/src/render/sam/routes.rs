//! An endpoint: how the gateway reaches a function, and that it may.

use crate::manifest::Route;
use crate::node::{Node, reference, substitute};
use crate::plan::Planned;
use crate::{map, names};

/// Adds the integration, the route and the permission of an endpoint, all on the alias.
pub(super) fn add(function: &Planned<'_>, route: &Route, resources: &mut Vec<(String, Node)>) {
    let id = function.logical_id();
    resources.push((
        format!("{id}Integration"),
        map! {
            "Type" => "AWS::ApiGatewayV2::Integration",
            "Properties" => map! {
                "ApiId" => reference("ApiId"),
                "IntegrationType" => "AWS_PROXY",
                "IntegrationUri" => reference(&format!("{id}.Alias")),
                "PayloadFormatVersion" => "2.0",
                // The gateway waits a second longer than the function may run, so that the function answers.
                "TimeoutInMillis" => (function.timeout() + 1).min(30) * 1000,
            },
        },
    ));
    resources.push((
        format!("{id}Route"),
        map! {
            "Type" => "AWS::ApiGatewayV2::Route",
            "Properties" => map! {
                "ApiId" => reference("ApiId"),
                "RouteKey" => route.to_string(),
                "Target" => substitute(&format!("integrations/${{{id}Integration}}")),
            },
        },
    ));
    let source = format!("${{ApiId}}/*/{}", route.pattern());
    resources.push((
        format!("{id}Permission"),
        map! {
            "Type" => "AWS::Lambda::Permission",
            "Properties" => map! {
                "Action" => "lambda:InvokeFunction",
                "FunctionName" => reference(&format!("{id}.Alias")),
                "Principal" => "apigateway.amazonaws.com",
                "SourceArn" => substitute(&names::arn("execute-api", &source)),
            },
        },
    ));
}
